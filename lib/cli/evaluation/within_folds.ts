import {
  type CtdVariant,
  type CtdWithinFolds,
  ctdWithinFolds,
  type SurvivalPredictions,
} from "@ctsurv/survival/mod.ts";
import { alignColumns } from "../command.ts";
import { formatScore } from "./evaluation_text.ts";
import type { Predictions } from "./read_predictions.ts";

/** What can be said of predictions by the models of several folds; nothing of a table without folds. */
export interface WithinFolds {
  /** Every variant over the pairs of patients of the same fold. */
  readonly ctdWithinFolds?: CtdWithinFolds;
}

/**
 * Ctd within folds of a table that has folds.
 *
 * @param predictions With the follow-up that Ctd is of.
 */
export function evaluateWithinFolds(
  predictions: SurvivalPredictions & Pick<Predictions, "folds">,
  { replicates }: { readonly replicates: number },
): WithinFolds {
  const { folds } = predictions;
  return folds ? { ctdWithinFolds: ctdWithinFolds(predictions, folds, { replicates }) } : {};
}

/** The lines that come first, of a table that has folds. */
export function withinFoldsLines({ ctdWithinFolds: table }: WithinFolds): string[] {
  if (!table) return [];
  const cells = ({ value, interval, comparable }: CtdWithinFolds["pre"]["risk"]) => [
    formatScore(value),
    interval ? `${formatScore(interval.low)} to ${formatScore(interval.high)}` : "-",
    `${comparable}`,
  ];
  return [
    "Pairs of patients of the same fold, whom one model predicted. Read this first: chance is 0.5",
    ...alignColumns([
      ["Ctd within folds", "pre", "95 % interval", "pairs", "post", "95 % interval", "pairs"],
      ...(Object.keys(table.pre) as CtdVariant[]).map((variant) => [
        variant,
        ...cells(table.pre[variant]),
        ...cells(table.post[variant]),
      ]),
    ]),
    "",
    "All pairs, also of patients whom different models predicted. For these Ctd and AUC chance is below 0.5",
  ];
}
