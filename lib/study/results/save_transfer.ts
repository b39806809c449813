import { join } from "node:path";
import {
  type Displayable,
  readTable2,
  table2,
  type Table2Result,
  table2Row,
  writeCrossValidation,
  writeTable2,
} from "@ctsurv/report/mod.ts";
import {
  aucWithinFolds,
  concordanceInterval,
  concordanceTable,
  HORIZON_MONTHS,
  type PairedBootstrap,
  pairedBootstrap,
} from "@ctsurv/survival/mod.ts";
import { type CrossValidation, toSurvivalPredictions } from "@ctsurv/training/mod.ts";
import { comparedCohort, displayAs, writeTable } from "../_facts.ts";
import type { FollowedPrediction, Study } from "../study.ts";
import type { StudyFeatures } from "../study_features.ts";

/** What a transfer from a source to a target cohort found. */
export interface Transfer {
  /** The cohort that is learnt from. */
  readonly source: Study;
  /** The source's features. */
  readonly sourceFeatures: StudyFeatures;
  /** The cohort that is predicted. */
  readonly target: Study;
  /** The target's features, of the same backbone. */
  readonly targetFeatures: StudyFeatures;
  /** Cross-validation on the target of new heads. */
  readonly newHead: CrossValidation;
  /** Cross-validation on the target of heads that go on from the source's. */
  readonly fineTuned: CrossValidation;
  /** The source's head on the target's patients, not trained any further. */
  readonly asItIs: readonly FollowedPrediction[];
  /** Of the fine-tuned heads less the new ones, over all pairs; null where no pair can be compared. */
  readonly difference: PairedBootstrap | null;
  /** Both heads with fewer of the target's patients, see `transferBySize`. */
  readonly bySize?: Table2Result["bySize"];
  /** Both heads where survival depends on nothing. */
  readonly control?: Table2Result["control"];
}

/** Table 2 as it stands in the folder of results. */
export interface ShownTable2 extends Displayable {
  /** What the file holds. */
  readonly result: Table2Result;
}

/**
 * Saves a transfer into the source's folder of results: both cross-validations as {@linkcode saveRow} saves them
 * (`new_head`, `fine_tuned_head`), `table2.json`, and, read back from that, `table2.md` and `table2.csv`.
 */
export async function saveTransfer(transfer: Transfer): Promise<ShownTable2> {
  const { source, sourceFeatures, target, targetFeatures, newHead, fineTuned, difference } = transfer;
  const { folder } = source;
  const provenance = await target.provenance(targetFeatures.weights);
  await writeCrossValidation(folder, "new_head", { ...newHead, provenance });
  await writeCrossValidation(folder, "fine_tuned_head", { ...fineTuned, provenance });
  const asItIs = toSurvivalPredictions(transfer.asItIs);
  const { ctd: variant } = target.protocol.choices;
  const path = join(folder, "table2.json");
  await writeTable2(path, {
    kind: "table2",
    source: comparedCohort(source, sourceFeatures),
    target: {
      ...comparedCohort(target, targetFeatures),
      bestReachableCtd: await target.bestReachableCtd(targetFeatures),
    },
    profile: target.profile.name,
    ...transfer.bySize && { bySize: transfer.bySize },
    ...transfer.control && { control: transfer.control },
    rows: [
      table2Row("new", newHead, { variant }),
      table2Row("source", fineTuned, { variant }),
      table2Row("source, as it is", {
        pooled: concordanceTable(asItIs),
        interval: concordanceInterval(asItIs, { variant }),
        // One model predicts all: every pair is a pair of the same "fold".
        atHorizon: { auc: aucWithinFolds(asItIs, transfer.asItIs.map(() => 1), { time: HORIZON_MONTHS }) },
      }, { variant }),
    ],
    difference,
    differenceWithinFolds: pairedBootstrap(
      toSurvivalPredictions(fineTuned.predictions),
      toSurvivalPredictions(newHead.predictions),
      { folds: newHead.predictions.map(({ fold }) => fold) },
    ),
    provenance: { ...provenance },
  });
  const result = await readTable2(path);
  const shown = table2(result);
  await writeTable(join(folder, "table2"), shown);
  return { result, ...displayAs(shown) };
}
