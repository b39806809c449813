import { InputError } from "@ctsurv/base/mod.ts";
import { openCohort } from "@ctsurv/cohort/mod.ts";
import {
  type Exclusion,
  LUNG1_EXCLUSIONS,
  type MeasuredRecord,
  parseClinical,
  parseClinicalColumns,
  readTable,
} from "@ctsurv/cohort/table/mod.ts";
import type { CommandInput } from "../command.ts";
import { measureTumours } from "./measure_tumours.ts";

/** The patients of a cohort or a table. */
export interface ClinicalPatients {
  /** The cohort's name, or the table's path. */
  readonly name: string;
  /** Those who are not excluded. */
  readonly records: readonly MeasuredRecord[];
  /** With the reasons. */
  readonly excluded: readonly Exclusion[];
  /** Whose tumour is unknown. */
  readonly notes: readonly string[];
}

/**
 * Reads the patients that `ctsurv clinical` was given, with their tumours' sizes where these are asked for.
 *
 * @throws {InputError} If options contradict each other, or a table or cohort cannot be read.
 */
export async function readPatients(options: CommandInput["options"]): Promise<ClinicalPatients> {
  const { cohort: dir, clinical: file, columns } = options;
  if (options["tumour-table"] && !options.tumour) throw new InputError("Use --tumour-table only with --tumour");
  if ((dir === undefined) === (file === undefined)) {
    throw new InputError('"ctsurv clinical" needs either --cohort DIR or --clinical FILE.csv');
  }
  if (dir !== undefined) {
    if (columns || options["keep-excluded"]) {
      throw new InputError("Use --columns and --keep-excluded only with --clinical");
    }
    const cohort = await openCohort(String(dir));
    const { name, patients, excluded } = cohort;
    if (!options.tumour) return { name, records: patients.map(({ record }) => record), excluded, notes: [] };
    const table = options["tumour-table"];
    return { name, excluded, ...await measureTumours(cohort, table === undefined ? undefined : String(table)) };
  }
  if (options.tumour) throw new InputError("Use --tumour only with --cohort: it measures the tumours of its images");
  const meaning = columns ? parseClinicalColumns(await readTable(String(columns)), String(columns)) : undefined;
  const all = parseClinical(await readTable(String(file)), String(file), meaning);
  const excluded = options["keep-excluded"]
    ? []
    : LUNG1_EXCLUSIONS.filter(({ patient }) => all.some((record) => record.patient === patient));
  const left = new Set(excluded.map(({ patient }) => patient));
  return { name: String(file), records: all.filter(({ patient }) => !left.has(patient)), excluded, notes: [] };
}
