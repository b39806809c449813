import type { ClinicalRecord } from "../table/clinical.ts";
import { columnOf, lung1Columns } from "../table/clinical_columns.ts";

/** A stage that the TNM classification of lung cancer (6th to 9th edition) does not have, or that is unknown. */
export interface OddStage {
  /** PatientID. */
  readonly patient: string;
  /** The column's name in `clinical.csv`. */
  readonly column: string;
  /** As written; null if it is unknown. */
  readonly value: string | null;
}

const usual = {
  tStage: /^(c?T)?(is|x|[0-4][a-c]?)$/i,
  nStage: /^(c?N)?(x|[0-3][a-c]?)$/i,
  mStage: /^(c?M)?(x|0|1[a-c]?)$/i,
  overallStage: /^(stage )?(0|I|II|III|IV|[1-4])[a-c]?[1-3]?$/i,
} as const;

/**
 * Finds stages that are odd or unknown, in those columns that the table has. They are kept as written: LUNG1 holds two
 * T5, three N4 and four M3, and a patient without an overall stage.
 */
export function oddStages(records: readonly ClinicalRecord[]): OddStage[] {
  const fields = Object.keys(usual) as (keyof typeof usual)[];
  const given = fields.filter((field) => records.some((record) => record[field] !== null));
  return records.flatMap((record) =>
    given
      .filter((field) => record[field] === null || !usual[field].test(record[field]))
      .map((field) => ({
        patient: record.patient,
        column: lung1Columns.columns[columnOf(field)],
        value: record[field],
      }))
  );
}
