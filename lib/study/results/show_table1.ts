import { join } from "node:path";
import { writeAtomic } from "@ctsurv/base/mod.ts";
import {
  type Displayable,
  type ModelResult,
  readTable1,
  type Table,
  table1,
  table1Comparisons,
  type Table1Result,
} from "@ctsurv/report/mod.ts";
import { displayAs } from "../_facts.ts";
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
  await writeAtomic(join(folder, "table1.md"), table1(all).markdown);
  await writeAtomic(join(folder, "table1.csv"), table1(all).csv);
  const comparisons = table1Comparisons(all);
  if (comparisons) {
    await writeAtomic(join(folder, "table1_comparisons.md"), comparisons.markdown);
    await writeAtomic(join(folder, "table1_comparisons.csv"), comparisons.csv);
  }
  const rows = models ? all.models.filter(({ model }) => models.includes(model)) : all.models;
  return { all, rows, comparisons, ...displayAs(table1({ ...all, models: [...rows] })) };
}
