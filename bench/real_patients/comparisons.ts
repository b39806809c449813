import { InputError } from "@ctsurv/base/mod.ts";
import { type CrossValidationRecord, readCrossValidation } from "@ctsurv/report/mod.ts";
import { compareWithinFolds } from "@ctsurv/report/results/cross_validation.ts";
import { BASELINE, HEADLINE, type RealRow } from "./rows.ts";
import { type Estimate, estimate, readJson, round } from "./totals.ts";

/** The difference in Ctd within folds between a row and another one, on the same patients and folds. */
export interface RowComparison {
  /** The row less the other. */
  readonly difference: Estimate;
  /** Two-sided. */
  readonly p: number;
}

/** Each row against tumour volume and against the headline; a row of other patients is in neither. */
export interface RealComparisons {
  readonly kind: "real comparisons";
  readonly rows: Readonly<Record<string, Readonly<Partial<Record<"volume" | "headline", RowComparison>>>>>;
}

/**
 * Compares rows by the predictions in the folder of work. Where these are gone, what the file says stays.
 *
 * @param path The file of the last run.
 */
export async function compareRows(
  rows: readonly RealRow[],
  { work, path }: { readonly work: string; readonly path: string },
): Promise<RealComparisons> {
  const before = await readJson<RealComparisons>(path);
  const [volume, headline] = [await predictionsOf(work, BASELINE), await predictionsOf(work, HEADLINE)];
  const compared: Record<string, Partial<Record<"volume" | "headline", RowComparison>>> = {};
  for (const { name } of rows) {
    const row = await predictionsOf(work, name);
    const known = before?.rows[name] ?? {};
    const against = {
      volume: name === BASELINE ? undefined : compare(row, volume) ?? known.volume,
      headline: name === HEADLINE ? undefined : compare(row, headline) ?? known.headline,
    };
    compared[name] = {
      ...against.volume && { volume: against.volume },
      ...against.headline && { headline: against.headline },
    };
  }
  return { kind: "real comparisons", rows: compared };
}

function compare(
  row: CrossValidationRecord | undefined,
  other: CrossValidationRecord | undefined,
): RowComparison | undefined {
  const found = row && other && compareWithinFolds(row, other);
  return found ? { difference: estimate(found.difference, found), p: round(found.p)! } : undefined;
}

async function predictionsOf(work: string, name: string): Promise<CrossValidationRecord | undefined> {
  try {
    return await readCrossValidation(work, name);
  } catch (error) {
    if (error instanceof InputError) return undefined;
    throw error;
  }
}
