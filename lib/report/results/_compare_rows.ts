import { detectableDifference, holm, pairedBootstrap } from "@ctsurv/survival/mod.ts";
import { type CrossValidation, toSurvivalPredictions } from "@ctsurv/training/mod.ts";
import { readCrossValidation } from "./cross_validation.ts";
import type { Table1Comparison, Table1Result } from "./table1.ts";

/** The row that the paper proposes. */
const PROPOSAL = "efficientnet_b0";

/** Correlations of two models' risks for which a detectable difference is given. */
const CORRELATIONS = [.3, .6, .9];

/** Predictions by fold, as a cross-validation and its file have them. */
type Predicted = Pick<CrossValidation, "predictions">;

/**
 * Compares the proposal with each other row of Table 1 by Ctd within folds, from the predictions on file, and says
 * which difference could be found. Of the comparisons that the table has, those of other rows than `changed` are kept.
 * Rows without predictions on file, or with other patients or folds, cannot be compared and are left out.
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
    if (model === PROPOSAL) continue;
    const known = table.comparisons?.find((comparison) => comparison.model === model);
    if (known && !changed.has(model) && !changed.has(PROPOSAL)) comparisons.push(known);
    else {
      const other = await predictionsOf(model);
      const found = other && compare(proposal, other);
      if (found) comparisons.push({ model, against: PROPOSAL, ...found });
    }
  }
  const adjusted = holm(comparisons.map(({ p }) => p));
  return {
    comparisons: comparisons.map((comparison, i) => ({ ...comparison, pHolm: adjusted[i]! })),
    detectable: table.detectable ?? detectableOn(proposal),
  };
}

function compare(first: Predicted, second: Predicted) {
  const ofSecond = new Map(second.predictions.map((prediction) => [prediction.id, prediction]));
  const aligned = first.predictions.map(({ id }) => ofSecond.get(id));
  const areSame = first.predictions.length === second.predictions.length &&
    first.predictions.every(({ fold, months, event }, i) =>
      aligned[i]?.fold === fold && aligned[i]?.months === months && aligned[i]?.event === event
    );
  if (!areSame) return undefined;
  const found = pairedBootstrap(
    toSurvivalPredictions(first.predictions),
    toSurvivalPredictions(aligned.map((prediction) => prediction!)),
    { folds: first.predictions.map(({ fold }) => fold) },
  );
  return found && { difference: found.difference, low: found.low, high: found.high, p: found.p };
}

function detectableOn({ predictions }: Predicted): Table1Result["detectable"] {
  const { months, event } = toSurvivalPredictions(predictions);
  const folds = predictions.map(({ fold }) => fold);
  return CORRELATIONS.flatMap((correlation) => {
    const difference = detectableDifference({ months, event }, { correlation, folds });
    return difference === null ? [] : [{ correlation, difference }];
  });
}
