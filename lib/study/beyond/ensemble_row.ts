import type { HostTensor } from "@ctsurv/engine/mod.ts";
import { InputError } from "@ctsurv/base/mod.ts";
import type { SurvivalHead } from "@ctsurv/nn/mod.ts";
import {
  type Displayable,
  namedMessages,
  type UncertaintyResult,
  type UncertaintyRow,
  uncertaintyTable,
  writeCrossValidation,
  writeUncertainty,
} from "@ctsurv/report/mod.ts";
import { checkSpreadLevel, curveSpread, HORIZON_MONTHS, spreadCalibration } from "@ctsurv/survival/mod.ts";
import { type CrossValidation, dropoutPredictor, ensembleOfFolds, withMeanCurves } from "@ctsurv/training/mod.ts";
import { displayAs } from "../_facts.ts";
import { pairedWithinFolds } from "../laws/compare_laws.ts";
import type { Choices } from "../protocol/choices.ts";
import type { Study } from "../study.ts";
import type { StudyFeatures } from "../study_features.ts";
import { shapeFor, type StudyHeadOptions } from "../study_trainer.ts";
import { findRow, type StudyRow } from "../rows/rows.ts";

/** Options of {@linkcode ensembleRow}. */
export interface EnsembleRowOptions {
  /** How many heads are trained in each fold, at least 2. The first has the protocol's seed, the next one more. @default {5} */
  readonly seeds?: number;
  /** How often the first head of each fold is applied with dropout, at least 2; 0 for not at all. @default {0} */
  readonly passes?: number;
  /** Least share of a patient's curves that the spread holds, see `curveSpread`. @default {0.95} */
  readonly level?: number;
}

/** A row of Table 1 as an ensemble. */
export interface EnsembleRow extends Displayable {
  /** Which row it is. */
  readonly row: StudyRow;
  /** The cross-validation of each seed; the first is the row itself. */
  readonly members: readonly CrossValidation[];
  /** That of the mean curves over the seeds. */
  readonly ensemble: CrossValidation;
  /** That of the mean curves over the passes with dropout; absent without passes. */
  readonly dropout?: CrossValidation;
  /** The spread of the curves against their error, as it is in the file. */
  readonly result: UncertaintyResult;
}

/**
 * Cross-validates a row of Table 1 with several seeds, and holds the spread of the curves against their error: an ensemble
 * within each fold, and beside it dropout at prediction. Trained heads are kept, so the row of the first seed is not
 * trained again, and an interrupted run goes on.
 *
 * Results are `uncertainty/<model>.json`, `predictions/<model>_ensemble.csv` and `cross_validation/<model>_ensemble.json`
 * in the study's folder. `uncertaintyTable`, `spreadTable` and `saysUncertainty` show them.
 *
 * @param model As in `paper.table1`.
 * @throws {InputError} If there is no such row or it has no images, there are fewer than two seeds or one pass, the level
 *   is no share, dropout is asked for where the protocol has none in DeepHit or trains the final block, or a training
 *   fails.
 */
export async function ensembleRow(
  study: Study,
  model: string,
  { seeds = 5, passes = 0, level = 0.95 }: EnsembleRowOptions = {},
): Promise<EnsembleRow> {
  const row = findRow(model);
  const { choices } = study.protocol;
  if (row.backbone === undefined) throw new InputError(`${row.model} trains no network, so seeds change nothing`);
  if (row.fusion) throw new InputError(`${row.model} takes clinical data too: an ensemble here is of images alone`);
  if (!(Number.isInteger(seeds) && seeds >= 2)) {
    throw new InputError(`An ensemble needs at least 2 seeds, not ${seeds}`);
  }
  if (!(Number.isInteger(passes) && (passes === 0 || passes >= 2))) {
    throw new InputError(`Dropout needs at least 2 passes to show a spread, or 0 for none, not ${passes}`);
  }
  checkSpreadLevel(level);
  if (passes > 0) refuseWithoutDropout(study);
  const features = await study.features(row.backbone);
  const heads = new Map<number, SurvivalHead<HostTensor>>();
  const members: CrossValidation[] = [];
  const options = { ...row.aggregation && { aggregation: row.aggregation } };
  for (let member = 0; member < seeds; member++) {
    const seed = choices.seed + member;
    const isFirst = member === 0;
    members.push(
      await study.crossValidate(features, {
        ...options,
        seed,
        title: `${row.name}, seed ${seed}`,
        ...isFirst && passes > 0 && { onHead: (fold: number, head: SurvivalHead<HostTensor>) => heads.set(fold, head) },
      }),
    );
  }
  const variant = choices.ctd;
  const { validation: ensemble, curves } = ensembleOfFolds(members, { variant });
  const single = members[0]!;
  const rows = [rowOf(single, choices), rowOf(ensemble, choices, { source: "seeds", single, curves, level })];
  const passed = passes > 0 ? await dropoutCurves(study, features, options, { heads, passes, single }) : undefined;
  const dropout = passed && withMeanCurves(single, passed, { variant });
  if (dropout) rows.push(rowOf(dropout, choices, { source: "dropout", single, curves: passed, level }));
  const provenance = await study.provenance(features.weights);
  const result: UncertaintyResult = {
    kind: "uncertainty",
    model: row.model,
    name: row.name,
    patients: features.patients.length,
    events: features.deaths,
    level,
    seeds: members.map((one, member) => ({
      seed: choices.seed + member,
      ctd: one.ctdWithinFolds.pre[variant]?.value ?? null,
    })),
    rows,
    skipped: features.skipped,
    messages: members.flatMap(({ messages }, member) => namedMessages(`seed ${choices.seed + member}`, messages)),
    provenance: { ...provenance },
  };
  await writeCrossValidation(study.folder, `${row.model}_ensemble`, { ...ensemble, provenance });
  await writeUncertainty(study.folder, result);
  return { row, members, ensemble, ...dropout && { dropout }, result, ...displayAs(uncertaintyTable(result)) };
}

/** Several curves of each patient, and what they are compared with. */
interface Spread {
  readonly source: "seeds" | "dropout";
  readonly single: CrossValidation;
  readonly curves: readonly (readonly Float64Array[])[];
  readonly level: number;
}

function rowOf(validation: CrossValidation, { ctd }: Pick<Choices, "ctd">, spread?: Spread): UncertaintyRow {
  const { ctdWithinFolds, atHorizon: { auc, brier, ici } } = validation;
  const scores = { ctdWithinFolds: ctdWithinFolds.pre[ctd], auc, brier, ici };
  if (!spread) return { source: "single", members: 1, ...scores, difference: null, spread: null };
  const { source, single, curves, level } = spread;
  const spreads = curves.map((own) => curveSpread(own, { level }));
  const last = (curve: Float64Array) => curve[HORIZON_MONTHS]!;
  return {
    source,
    members: curves[0]!.length,
    held: spreads[0]!.held,
    ...scores,
    difference: pairedWithinFolds(validation, single, { ctd }),
    spread: spreadCalibration({
      survival: spreads.map(({ mean }) => last(mean)),
      low: spreads.map(({ low }) => last(low)),
      high: spreads.map(({ high }) => last(high)),
      months: validation.predictions.map(({ months }) => months),
      event: validation.predictions.map(({ event }) => event),
    }, HORIZON_MONTHS),
  };
}

/** [patients][passes]: each patient by the head of the fold that left the patient out. */
async function dropoutCurves(
  study: Study,
  features: StudyFeatures,
  options: StudyHeadOptions,
  { heads, passes, single }: {
    readonly heads: ReadonlyMap<number, SurvivalHead<HostTensor>>;
    readonly passes: number;
    readonly single: CrossValidation;
  },
): Promise<Float64Array[][]> {
  const { engine, protocol: { choices }, progress } = study;
  const predictor = dropoutPredictor(engine, shapeFor(study, features, options), {
    tail: choices.tail === "on",
    kind: choices.loss,
  });
  const curves: Float64Array[][] = [];
  progress.start("Passes with dropout", features.patients.length);
  try {
    for (const [i, patient] of features.patients.entries()) {
      const head = heads.get(single.predictions[i]!.fold)!;
      const [own] = await predictor.predict(head, [patient], { passes, rate: choices.dropout, seed: choices.seed });
      curves.push(own!);
      progress.tick();
    }
  } finally {
    await predictor.dispose();
  }
  progress.done(`${passes} passes with dropout`);
  return curves;
}

function refuseWithoutDropout({ protocol: { choices: { dropout, embeddingDropout, tune } } }: Study): void {
  if (dropout === 0) {
    const before = embeddingDropout > 0
      ? ` Passes do not apply embeddingDropout=${embeddingDropout}, which stands before the embedding.`
      : "";
    throw new InputError(
      `The protocol has dropout=0, so DeepHit has none to predict with.${before} Leave the passes out`,
    );
  }
  if (tune === "final-layer") return;
  throw new InputError("Dropout at prediction is for heads on a frozen backbone: choose tune=final-layer");
}
