import { InputError, listWords } from "@ctsurv/base/mod.ts";
import type { Cohort } from "@ctsurv/cohort/mod.ts";
import type { SliceFacts } from "@ctsurv/features/mod.ts";

/** A cohort, and the preprocessing of its patients where it is done. */
export interface ScannedCohort {
  /** The cohort. */
  readonly cohort: Pick<Cohort, "name" | "hash" | "patients">;
  /** As `study.features` gives them. @default {none, before the scans are read} */
  readonly slices?: readonly Pick<SliceFacts, "patient" | "key">[];
}

/**
 * Refuses to call a validation external whose patients the model has learnt from: the same cohort, or scans in common. A
 * scan is the same where its SeriesInstanceUID is, or where the bytes of its files are. The names of patients say nothing:
 * two hospitals count from 1 alike, and so do the phantom cohorts.
 *
 * @param source The cohort that the model learns from.
 * @param target The cohort that it predicts.
 * @throws {InputError} With the patients in common.
 */
export function refuseSamePatients(source: ScannedCohort, target: ScannedCohort): void {
  const [from, to] = [source.cohort, target.cohort];
  if (from.hash === to.hash) {
    throw new InputError(
      `The cohort to validate on is the one that the model is trained on, ${from.name}: name another one ` +
        "(--target DIR or CTSURV_TARGET_COHORT). ctsurv cross-validate evaluates a model within its own cohort",
    );
  }
  const known = new Set(identitiesOf(source).map(({ scan }) => scan));
  const common = [...new Set(identitiesOf(target).filter(({ scan }) => known.has(scan)).map(({ patient }) => patient))];
  if (common.length === 0) return;
  const shown = common.length > 10 ? [...common.slice(0, 10), "others"] : common;
  throw new InputError(
    `${common.length} of ${to.patients.length} patients of ${to.name} have scans that the model is trained on, those of ` +
      `${from.name}: ${listWords(shown)}. Exclude them from one of the two cohorts (exclusions in cohort.json)`,
  );
}

/** What a scan is known by: its series, and the bytes of its files. */
function identitiesOf({ cohort, slices = [] }: ScannedCohort): { readonly patient: string; readonly scan: string }[] {
  return [
    ...cohort.patients.flatMap(({ id, series }) => series === undefined ? [] : [{ patient: id, scan: series }]),
    ...slices.map(({ patient, key }) => ({ patient, scan: key })),
  ];
}
