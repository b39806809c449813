import type { BatchSizeRow } from "@ctsurv/report/mod.ts";
import { oneCurveLoss } from "@ctsurv/survival/losses/mod.ts";
import type { CrossValidation } from "@ctsurv/training/mod.ts";
import { pairedWithinFolds } from "../laws/compare_laws.ts";
import type { Study } from "../study.ts";
import type { StudyFeatures } from "../study_features.ts";
import type { StudyHeadOptions } from "../study_trainer.ts";

/** Patients in a batch, or all patients of a training at once. */
export type BatchSize = number | "all";

/**
 * Cross-validates Cox's loss in batches of several sizes. Its risk sets are those of the batch, so that the size is a part
 * of the loss and not only of the optimiser. A larger batch makes fewer steps of an epoch. Each size is therefore trained
 * twice: with as many epochs as the first, and with about as many steps.
 *
 * @param sizes The first is the one that the others are compared with.
 * @param options How the head differs from the protocol's.
 * @throws {InputError} If a training fails.
 */
export async function compareBatchSizes(
  study: Pick<Study, "crossValidate" | "profile" | "protocol">,
  features: StudyFeatures,
  sizes: readonly BatchSize[],
  { title, ...options }: StudyHeadOptions = {},
): Promise<BatchSizeRow[]> {
  const { profile: { epochs, folds }, protocol: { choices } } = study;
  const patients = features.patients.length;
  const trained = Math.round(patients * (folds - 1) / folds);
  const stepsOf = (batchSize: number) => Math.ceil(trained / batchSize);
  const sized = sizes.map((size) => ({ batchSize: size === "all" ? patients : size, isAll: size === "all" }));
  const planned = sized.flatMap(({ batchSize, isAll }, i) => {
    const asManySteps = Math.round(epochs * stepsOf(sized[0]!.batchSize) / stepsOf(batchSize));
    const all = i === 0 || asManySteps === epochs ? [epochs] : [epochs, asManySteps];
    return all.map((epochs) => ({ batchSize, isAll, epochs }));
  });
  const loss = { kind: "cox" } as const;
  const rows: BatchSizeRow[] = [];
  let first: CrossValidation | undefined;
  for (const { batchSize, isAll, epochs } of planned) {
    const validation = await study.crossValidate(features, {
      ...options,
      title: `${title ?? "Cox"}, batches of ${isAll ? "all" : batchSize}, ${epochs} epochs`,
      loss,
      batchSize,
      epochs,
    });
    const last = validation.folds.map(({ losses }) => losses.at(-1)).filter((value) => value !== undefined);
    rows.push({
      batchSize,
      isAll,
      epochs,
      steps: epochs * stepsOf(batchSize),
      ctd: validation.ctdWithinFolds.pre[choices.ctd],
      difference: first ? pairedWithinFolds(validation, first, choices) : null,
      lastLoss: last.length === 0 ? null : last.reduce((sum, value) => sum + value, 0) / last.length,
      equalHazards: equalHazardsOf(validation, batchSize),
    });
    first ??= validation;
  }
  return rows;
}

/** The loss of equal hazards for everybody, mean over the folds' training patients. */
function equalHazardsOf({ predictions, folds }: CrossValidation, batchSize: number): number {
  const losses = folds.map(({ fold }) =>
    oneCurveLoss(predictions.filter((patient) => patient.fold !== fold), { kind: "cox", batchSize })
  );
  return losses.reduce((sum, loss) => sum + loss, 0) / losses.length;
}
