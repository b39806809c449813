import { formatP } from "@ctsurv/base/mod.ts";
import { type PairedBootstrap, survivalLosses } from "@ctsurv/survival/mod.ts";
import { withInterval } from "../format.ts";
import { type Table, table } from "../tables/table.ts";
import type { BatchSizeRow, LossesResult, LossRow } from "./losses_result.ts";

/**
 * Shows one model under each loss: Ctd within folds, the paired difference to DeepHit with Holm's p, and AUC, Brier score
 * and calibration at 24 months. `saysLosses` has an example of such a result.
 */
export function lossesTable({ cohort, profile, name, protocol, rows }: LossesResult): Table {
  return table<LossRow>(
    rows,
    [
      { label: "Loss", value: ({ loss }) => survivalLosses[loss].title },
      { label: "Ctd within folds [95 %]", value: ({ ctd }) => withInterval(ctd) },
      { label: "Less DeepHit's [95 %]", value: ({ difference }) => signed(difference) },
      { label: "p", value: ({ difference }) => difference && formatP(difference.p, 3) },
      { label: "p, Holm", value: ({ pHolm }) => pHolm === null ? null : formatP(pHolm, 3) },
      { label: "AUC at 24 months [95 %]", value: ({ auc }) => withInterval(auc) },
      { label: "Brier", value: ({ brier }) => brier, decimals: 3 },
      { label: "ICI", value: ({ ici }) => ici, decimals: 3 },
    ],
    `${name} under protocol ${protocol}, trained with one loss after the other on the same folds. Computed on ` +
      `${cohort.name} (${cohort.patients} patients, ${cohort.events} deaths), profile ${profile}. Differences by a paired ` +
      `bootstrap of the patients within their folds`,
  );
}

/**
 * Shows what the size of the batch does to Cox's loss, whose risk sets are those of the batch. Larger batches are shown
 * with as many epochs as the first row, and with as many steps.
 */
export function batchSizesTable({ cohort, name, batchSizes }: LossesResult): Table {
  return table<BatchSizeRow>(
    batchSizes,
    [
      { label: "Batch", value: ({ batchSize, isAll }) => isAll ? "all patients" : `${batchSize}` },
      { label: "Epochs", value: ({ epochs }) => epochs, decimals: 0 },
      { label: "Steps", value: ({ steps }) => steps, decimals: 0 },
      { label: "Loss of equal hazards", value: ({ equalHazards }) => equalHazards, decimals: 3 },
      { label: "Loss, last epoch", value: ({ lastLoss }) => lastLoss, decimals: 3 },
      { label: "Ctd within folds [95 %]", value: ({ ctd }) => withInterval(ctd) },
      { label: "Less the first row's [95 %]", value: ({ difference }) => signed(difference) },
    ],
    `Cox's partial likelihood by the size of the batch: ${name} on ${cohort.name} (${cohort.patients} patients). Losses of ` +
      "different sizes cannot be compared with one another, only with that of equal hazards beside them",
  );
}

function signed(difference: PairedBootstrap | null): string | null {
  if (!difference) return null;
  const { difference: value, low, high } = difference;
  return `${value > 0 ? "+" : ""}${withInterval({ value, interval: { low, high } })}`;
}
