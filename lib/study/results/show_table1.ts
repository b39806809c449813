import { join } from "node:path";
import {
  type Displayable,
  type ModelResult,
  readTable1,
  type Table,
  table1,
  table1Comparisons,
  type Table1Result,
} from "@ctsurv/report/mod.ts";
import { displayAs, writeTable } from "../_facts.ts";
import type { Study } from "../study.ts";

/** Table 1 as it stands in the folder of results, or some of its rows. */
export interface ShownTable1 extends Displayable {
  /** All rows. */
  readonly all: Table1Result;
  /** The rows that are shown. */
  readonly rows: readonly ModelResult[];
  /** The proposal against the other rows; undefined before both are there. */
  readonly comparisons: Table | undefined;
}

/**
 * Reads Table 1 back from its file, and writes it as `table1.md` and `table1.csv`, and the comparisons with the
 * proposal as `table1_comparisons.md` and `.csv`.
 *
 * @param models The rows to show. Default: all.
 * @throws {InputError} If there is no such file.
 */
export async function showTable1({ folder }: Study, models?: readonly string[]): Promise<ShownTable1> {
  const all = await readTable1(join(folder, "table1.json"));
  const whole = table1(all);
  await writeTable(join(folder, "table1"), whole);
  const comparisons = table1Comparisons(all);
  if (comparisons) await writeTable(join(folder, "table1_comparisons"), comparisons);
  const rows = models ? all.models.filter(({ model }) => models.includes(model)) : all.models;
  return { all, rows, comparisons, ...displayAs(models ? table1({ ...all, models: rows }) : whole) };
}
