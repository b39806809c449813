import type { TransferPair, TransferSize } from "@ctsurv/report/mod.ts";
import type { CrossValidation } from "@ctsurv/training/mod.ts";
import { pairedWithinFolds } from "../laws/compare_laws.ts";
import type { Study } from "../study.ts";
import type { StudyFeatures } from "../study_features.ts";
import type { StudyHeadOptions } from "../study_trainer.ts";

/**
 * A new head against one that goes on from the source, where both train on fewer of the target's patients, and on all of
 * them. The patients that are tested are the same in every row, and so are the folds.
 *
 * @param target The cohort that is predicted.
 * @param features Its features.
 * @param going Where training goes on from, as `transferStart` gives it.
 * @param options.sizes How many patients each fold trains on; those that a fold does not have are left out.
 * @param options.all Both heads, trained on all of them.
 */
export async function transferBySize(
  target: Study,
  features: StudyFeatures,
  going: Pick<StudyHeadOptions, "start" | "starts">,
  { sizes, all }: {
    readonly sizes: readonly number[];
    readonly all: { readonly newHead: CrossValidation; readonly fineTuned: CrossValidation };
  },
): Promise<TransferSize[]> {
  const { patients } = features;
  const fewest = patients.length - Math.max(...all.newHead.folds.map((fold) => fold.patients));
  const rows: TransferSize[] = [];
  for (const trainingPatients of sizes.filter((size) => size < fewest)) {
    const title = (head: string) => `${head}, ${trainingPatients} patients`;
    const newHead = await target.crossValidate(features, { trainingPatients, title: title("New head") });
    const fineTuned = await target.crossValidate(features, {
      ...going,
      trainingPatients,
      title: title("Pretrained head"),
    });
    rows.push({ patients: trainingPatients, ...transferPair(newHead, fineTuned) });
  }
  return [...rows, { patients: "all", ...transferPair(all.newHead, all.fineTuned) }];
}

/** What Table 2 keeps of two cross-validations of the target. */
export function transferPair(newHead: CrossValidation, fineTuned: CrossValidation): TransferPair {
  return {
    newHead: newHead.ctdWithinFolds.pre.risk,
    fineTuned: fineTuned.ctdWithinFolds.pre.risk,
    difference: pairedWithinFolds(fineTuned, newHead),
  };
}
