import { join } from "node:path";
import { InputError } from "@ctsurv/base/mod.ts";
import {
  batchSizesTable,
  type Displayable,
  type LossesResult,
  lossesTable,
  type LossRow,
  type Table,
  writeLosses,
} from "@ctsurv/report/mod.ts";
import { holm, survivalLosses, type SurvivalLossName } from "@ctsurv/survival/mod.ts";
import type { CrossValidation } from "@ctsurv/training/mod.ts";
import { comparedCohort, displayAs, fileNameOf, writeTable } from "../_facts.ts";
import { pairedWithinFolds } from "../laws/compare_laws.ts";
import type { Choices } from "../protocol/choices.ts";
import { lossOf } from "../protocol/settings.ts";
import { findRow, refuseFusion } from "../rows/rows.ts";
import type { Study } from "../study.ts";
import { type BatchSize, compareBatchSizes } from "./compare_batch_sizes.ts";

/** Options of {@linkcode compareLosses}. */
export interface CompareLossesOptions {
  /** The losses beside DeepHit. @default {all} */
  readonly losses?: readonly SurvivalLossName[];
  /** Sizes of the batch in which Cox's loss is trained too, see {@linkcode compareBatchSizes}. @default {none} */
  readonly batchSizes?: readonly BatchSize[];
}

/** A comparison of losses. A notebook shows its table. */
export interface LossComparison extends Displayable {
  /** All that `losses.json` holds. */
  readonly result: LossesResult;
  /** One model under each loss. */
  readonly table: Table;
  /** Cox's loss by the size of the batch; undefined where it was not asked for. */
  readonly batchSizes: Table | undefined;
}

/**
 * Cross-validates one row of Table 1 under each loss, on the same patients, features and folds, and compares each with
 * DeepHit: paired differences in Ctd within folds, with Holm's adjustment. Nothing else differs: the network, its
 * initialisation, the learning rate and the epochs are the protocol's, which were chosen for DeepHit. Writes
 * `losses.json`, `losses.md` and `losses.csv` (for other models than EfficientNet-B0 with the model's name). Heads are kept
 * as those of `ctsurv cross-validate --loss NAME`, so that a second run trains nothing.
 *
 * @param model As in `paper.table1`.
 * @throws {InputError} If there is no such row, it has no images, the protocol's loss is another than DeepHit, no patient
 *   can be used, or a training fails.
 */
export async function compareLosses(
  study: Study,
  model = "efficientnet_b0",
  { losses = Object.keys(survivalLosses) as SurvivalLossName[], batchSizes = [] }: CompareLossesOptions = {},
): Promise<LossComparison> {
  const row = findRow(model);
  const { choices } = study.protocol;
  if (row.backbone === undefined) {
    throw new InputError(`${model} has no images, and no survival head that takes a loss`);
  }
  refuseFusion(row, "The comparison of losses");
  if (choices.loss !== "deephit") {
    throw new InputError(`Losses are compared with DeepHit, and this protocol has loss=${choices.loss}: leave it out`);
  }
  const features = await study.features(row.backbone);
  const aggregation = { ...row.aggregation && { aggregation: row.aggregation } };
  const asked: readonly SurvivalLossName[] = ["deephit", ...losses.filter((loss) => loss !== "deephit")];
  const validations: CrossValidation[] = [];
  for (const loss of asked) {
    const title = `${row.name}, ${survivalLosses[loss].title}`;
    const own = loss === "deephit" ? {} : { loss: lossOf({ ...choices, loss }) };
    validations.push(await study.crossValidate(features, { title, ...aggregation, ...own }));
  }
  const { profile, protocol, folder } = study;
  const result: LossesResult = {
    kind: "losses",
    cohort: comparedCohort(study, features),
    profile: profile.name,
    model: row.model,
    name: row.name,
    protocol: protocol.name,
    rows: rowsOf(asked, validations, choices),
    batchSizes: batchSizes.length === 0
      ? []
      : await compareBatchSizes(study, features, batchSizes, { title: row.name, ...aggregation }),
    skipped: features.skipped,
    provenance: await study.provenance(features.weights),
  };
  const path = join(folder, fileNameOf("losses", row.model));
  await writeLosses(`${path}.json`, result);
  const table = lossesTable(result);
  const sizes = result.batchSizes.length === 0 ? undefined : batchSizesTable(result);
  const markdown = [table, ...sizes ? [sizes] : []].map(({ markdown }) => markdown).join("\n");
  await writeTable(path, { markdown, csv: table.csv });
  return { result, table, batchSizes: sizes, ...displayAs(table) };
}

function rowsOf(
  losses: readonly SurvivalLossName[],
  validations: readonly CrossValidation[],
  choices: Choices,
): LossRow[] {
  const [deephit] = validations;
  const differences = validations.map((validation, i) =>
    i === 0 ? null : pairedWithinFolds(validation, deephit!, choices)
  );
  const adjusted = holm(differences.map((difference) => difference?.p ?? null));
  return validations.map(({ ctdWithinFolds, mean, atHorizon: { auc, brier, ici }, messages }, i) => ({
    loss: losses[i]!,
    ctd: ctdWithinFolds.pre[choices.ctd],
    mean,
    difference: differences[i]!,
    pHolm: adjusted[i]!,
    auc,
    brier,
    ici,
    messages: messages ?? [],
  }));
}
