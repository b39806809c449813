import { InputError } from "@ctsurv/base/mod.ts";
import { NoUsablePatients, type SkippedPatient } from "@ctsurv/features/mod.ts";
import { findRow } from "./rows.ts";
import type { Study } from "../study.ts";

/** A share of a cohort: the second of ten parts, for example. */
export interface CohortPart {
  /** From 1. */
  readonly part: number;
  /** How many parts there are. */
  readonly parts: number;
}

/** What was prepared. */
export interface PreparedPart extends CohortPart {
  /** Patients of this part. */
  readonly patients: number;
  /** Those of them who cannot be used, and why. */
  readonly skipped: readonly SkippedPatient[];
}

/**
 * The patients of a part: every `parts`-th, so that parts take about as long even where scans are sorted by size.
 *
 * @example
 * ```ts
 * import { patientsOfPart } from "@ctsurv/ctsurv/study";
 * import { assertEquals } from "@std/assert";
 *
 * const patients = ["A", "B", "C", "D", "E"];
 * assertEquals([1, 2, 3].map((part) => patientsOfPart(patients, { part, parts: 3 })), [["A", "D"], ["B", "E"], ["C"]]);
 * ```
 *
 * @throws {InputError} If the numbers are no part of a whole.
 */
export function patientsOfPart<Patient>(patients: readonly Patient[], { part, parts }: CohortPart): Patient[] {
  if (!(Number.isInteger(parts) && parts >= 1 && Number.isInteger(part) && part >= 1 && part <= parts)) {
    throw new InputError(`A part is one of some, such as 2 of 10; not ${part} of ${parts}`);
  }
  return patients.filter((_, i) => i % parts === part - 1);
}

/**
 * Preprocesses a part of the patients and extracts the features that a row of Table 1 is made of, into the study's cache.
 * Jobs of a cluster share a cohort in this way; whoever cross-validates the row then finds everything there.
 *
 * @param model As in `paper.table1`.
 * @throws {InputError} If there is no such row or part, the row has no images, or weights are missing.
 */
export async function prepareRow(study: Study, model: string, { part, parts }: CohortPart): Promise<PreparedPart> {
  const row = findRow(model);
  if (row.backbone === undefined) throw new InputError(`${model} has no images: there is nothing to prepare`);
  const patients = patientsOfPart(study.cohort.patients, { part, parts });
  if (patients.length === 0) return { part, parts, patients: 0, skipped: [] };
  try {
    const features = await study.features(row.backbone, { patients: patients.map(({ id }) => id) });
    if (study.protocol.choices.tune === "final-block") await features.activations();
    return { part, parts, patients: patients.length, skipped: features.skipped };
  } catch (error) {
    // Other parts may have patients who can be used.
    if (!(error instanceof NoUsablePatients)) throw error;
    return { part, parts, patients: patients.length, skipped: error.skipped };
  }
}
