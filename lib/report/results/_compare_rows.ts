import { paperRow } from "@ctsurv/analysis/mod.ts";
import { detectableDifference, holm } from "@ctsurv/survival/mod.ts";
import { toSurvivalPredictions } from "@ctsurv/training/mod.ts";
import { compareWithinFolds, type Predicted, readCrossValidation } from "./cross_validation.ts";
import type { Table1Comparison, Table1Result } from "./table1.ts";

/** The row that the paper proposes. */
const PROPOSAL = "efficientnet_b0";

/** Correlations of two models' risks for which a detectable difference is given. */
const CORRELATIONS = [.3, .6, .9];

/**
 * Compares the proposal with each other row of Table 1 by Ctd within folds, from the predictions on file, and says
 * which difference could be found. Of the comparisons that the table has, those of other rows than `changed` are kept.
 * Rows without predictions on file, or with other patients or folds, cannot be compared and are left out. So are rows
 * that the paper does not have, such as the proposal with other weights: Holm's adjustment is for the paper's table.
 *
 * @param changed The models of the rows that are new.
 */
export async function compareRows(
  folder: string,
  table: Table1Result,
  changed: ReadonlySet<string>,
): Promise<Pick<Table1Result, "comparisons" | "detectable">> {
  const models = table.models.map(({ model }) => model);
  if (!models.includes(PROPOSAL)) return {};
  const predictionsOf = async (model: string): Promise<Predicted | undefined> =>
    await readCrossValidation(folder, model).catch(() => undefined);
  const proposal = await predictionsOf(PROPOSAL);
  if (!proposal) return {};
  const comparisons: Omit<Table1Comparison, "pHolm">[] = [];
  for (const model of models) {
    if (model === PROPOSAL || !paperRow(model)) continue;
    const known = table.comparisons?.find((comparison) => comparison.model === model);
    if (known && !changed.has(model) && !changed.has(PROPOSAL)) comparisons.push(known);
    else {
      const other = await predictionsOf(model);
      const found = other && compareWithinFolds(proposal, other);
      if (!found) continue;
      const { difference, low, high, p } = found;
      comparisons.push({ model, against: PROPOSAL, difference, low, high, p });
    }
  }
  const adjusted = holm(comparisons.map(({ p }) => p));
  return {
    comparisons: comparisons.map((comparison, i) => ({ ...comparison, pHolm: adjusted[i]! })),
    detectable: table.detectable ?? detectableOn(proposal),
  };
}

function detectableOn({ predictions }: Predicted): Table1Result["detectable"] {
  const { months, event } = toSurvivalPredictions(predictions);
  const folds = predictions.map(({ fold }) => fold);
  return CORRELATIONS.flatMap((correlation) => {
    const difference = detectableDifference({ months, event }, { correlation, folds });
    return difference === null ? [] : [{ correlation, difference }];
  });
}
