import { lawInWords, type PhantomLaw } from "@ctsurv/cohort/mod.ts";

/**
 * Says what the survival of a cohort's patients depends on, as far as anybody knows. On a phantom the generator decides
 * it, so that a result is a check of the method and not a finding about patients.
 *
 * @example
 * ```ts
 * import { saysLaw } from "@ctsurv/ctsurv/report";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(
 *   saysLaw("lung1", undefined),
 *   "Nobody knows what the survival of the patients of lung1 depends on. It cannot be taken away either, so there is no " +
 *     "control with another law.",
 * );
 * ```
 *
 * @param cohort Its name.
 * @param law Undefined for patients, and for phantoms that were made before there were laws.
 */
export function saysLaw(cohort: string, law: PhantomLaw | undefined): string {
  if (law === undefined) {
    return `Nobody knows what the survival of the patients of ${cohort} depends on. It cannot be taken away either, so ` +
      "there is no control with another law.";
  }
  const meaning = {
    tissue: "This is the paper's hypothesis, built into the data: whether it holds of patients is not asked here.",
    size: "Averaging over the slices is enough here: the mean of the slices already says how much tumour there is.",
    null: "This is the control: whatever is found here is chance or a habit of the method.",
  }[law];
  return `The patients of ${cohort} are synthetic, and by construction ${lawInWords[law]}. ${meaning}`;
}
