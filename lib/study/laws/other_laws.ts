import { InputError } from "@ctsurv/base/mod.ts";
import { openPhantomLaw, type PhantomLaw, phantomLaws } from "@ctsurv/cohort/mod.ts";
import { saysLaw } from "@ctsurv/report/mod.ts";
import { openStudy } from "../open_study.ts";
import type { Study } from "../study.ts";

/** The studies of a phantom cohort under the laws that are not its own. */
export interface OtherLaws {
  /** The cohort's own law; undefined for patients, and for phantoms that were made before there were laws. */
  readonly law: PhantomLaw | undefined;
  /** By law, in the order of `phantomLaws`; empty where there are no laws. */
  readonly studies: ReadonlyMap<PhantomLaw, Study>;
  /** What survival depends on, or why that cannot be changed, for people. */
  readonly says: string;
}

/** What the survival of a study's patients depends on; undefined where nobody chose it. */
export function lawOf({ cohort: { manifest } }: Pick<Study, "cohort">): PhantomLaw | undefined {
  return phantomLaws.find((law) => law === manifest.phantom?.spec.law);
}

/**
 * Opens the studies beside a phantom study that have the same scans and another law, such as `null`, the control. They
 * share slices and features, so that each costs only its training. A cohort without laws gets none, and a sentence that
 * says why.
 *
 * @param builtIn The cohort that `openStudy` opened the study with. @default {"phantom-lung1"}
 */
export async function otherLaws(
  study: Study,
  { builtIn }: { readonly builtIn?: "phantom-lung1" | "phantom-claro" } = {},
): Promise<OtherLaws> {
  const law = lawOf(study);
  const { cohort } = study;
  if (law === undefined) {
    const why = cohort.manifest.phantom
      ? await openPhantomLaw(cohort, "null").then(() => "", (error) => {
        if (!(error instanceof InputError)) throw error;
        return error.message;
      })
      : saysLaw(cohort.name, undefined);
    return { law, studies: new Map(), says: why };
  }
  const studies = new Map<PhantomLaw, Study>();
  for (const other of phantomLaws.filter((other) => other !== law)) {
    studies.set(other, await openStudy({ law: other, beside: study, ...builtIn && { builtIn } }));
  }
  return { law, studies, says: saysLaw(cohort.name, law) };
}
