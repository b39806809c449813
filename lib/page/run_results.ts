import { existsSync } from "node:fs";
import { join } from "node:path";
import {
  type AggregationResult,
  type CostResult,
  readAggregation,
  readCosts,
  readTable1,
  readTable2,
  resultFiles,
  type Table1Result,
  type Table2Result,
} from "@ctsurv/report/mod.ts";

/** What a run left in its folder; what it has not made is undefined. */
export interface RunResults {
  readonly table1: Table1Result | undefined;
  readonly table2: Table2Result | undefined;
  readonly aggregation: AggregationResult | undefined;
  readonly costs: CostResult | undefined;
  /** Figures as SVG, by path in the folder. */
  readonly figures: readonly { readonly file: string; readonly svg: string }[];
  /** Every other file, by path in the folder, in order; pages are not among them. */
  readonly files: readonly string[];
}

/**
 * Reads a run's results.
 *
 * @throws {InputError} If a file of results holds something else.
 */
export async function readRunResults(folder: string): Promise<RunResults> {
  const all = (await resultFiles(folder)).filter((file) => !/(\.(html|partial)|(^|\/)\.[^/]*)$/.test(file));
  const ifThere = async <T>(name: string, read: (path: string) => Promise<T>) =>
    existsSync(join(folder, name)) ? await read(join(folder, name)) : undefined;
  const svgs = all.filter((file) => file.endsWith(".svg"));
  return {
    table1: await ifThere("table1.json", readTable1),
    table2: await ifThere("table2.json", readTable2),
    aggregation: await ifThere("aggregation.json", readAggregation),
    costs: await ifThere("cost.json", readCosts),
    figures: await Promise.all(
      svgs.map(async (file) => ({ file, svg: await Deno.readTextFile(join(folder, file)) })),
    ),
    files: all.filter((file) => !svgs.includes(file)),
  };
}
