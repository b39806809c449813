import type * as tf from "@tensorflow/tfjs";
import { InputError } from "@ctsurv/base/mod.ts";
import { deepHitLoss, type DeepHitOptions } from "../deephit/loss.ts";
import { survivalFromLogits } from "../deephit/survival_from_logits.ts";
import { HORIZON_MONTHS } from "../follow_up/follow_up.ts";
import { coxCurves, coxLoss } from "./cox.ts";
import { crossEntropyCurves, crossEntropyLoss } from "./cross_entropy.ts";
import type { SurvivalLossName } from "./loss_facts.ts";
import type { TimedLabels } from "./labels.ts";
import { logisticHazardCurves, logisticHazardLoss } from "./logistic_hazard.ts";
import { mtlrCurves, mtlrLoss } from "./mtlr.ts";
import { pcHazardCurves, pcHazardLoss } from "./pc_hazard.ts";

/** Which loss, and DeepHit's options, which the others do not have. */
export interface SurvivalLossOptions extends DeepHitOptions {
  /** The loss. @default {"deephit"} */
  readonly kind?: SurvivalLossName;
}

/**
 * The loss of a batch, from the outputs of the network, [patients, bins] or [patients, 1]. A pure function that can be
 * traced. Rows of weight 0 change neither the loss nor its gradient.
 *
 * @example
 * ```ts
 * import { tf } from "@ctsurv/ctsurv/engine";
 * import { survivalLoss } from "@ctsurv/ctsurv/survival/losses";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const labels = { bin: tf.tensor1d([0]), event: tf.tensor1d([1]), weight: tf.tensor1d([1]) };
 * assertAlmostEquals(survivalLoss(tf.zeros([1, 3]), labels, { kind: "mtlr" }).arraySync(), Math.log(4), 1e-6);
 * ```
 *
 * @throws {Error} If the loss needs the months and the labels have none.
 * @throws {InputError} If sigma is not above 0.
 */
export function survivalLoss(
  outputs: tf.Tensor,
  labels: Omit<TimedLabels, "months"> & Partial<Pick<TimedLabels, "months">>,
  { kind = "deephit", ...options }: SurvivalLossOptions = {},
): tf.Scalar {
  if (kind === "deephit") return deepHitLoss(outputs, labels, options);
  if (kind === "logistic-hazard") return logisticHazardLoss(outputs, labels);
  if (kind === "mtlr") return mtlrLoss(outputs, labels);
  const { months } = labels;
  if (!months) throw new Error(`The loss ${kind} needs the months of the patients beside their bins`);
  const timed = { ...labels, months };
  if (kind === "cox") return coxLoss(outputs, timed);
  if (kind === "pc-hazard") return pcHazardLoss(outputs, timed);
  return crossEntropyLoss(outputs, timed);
}

/** How outputs are read as curves. */
export interface SurvivalReading {
  /** The loss of the training. @default {"deephit"} */
  readonly kind?: SurvivalLossName;
  /** Monthly bins. @default {24} */
  readonly bins?: number;
  /** Whether DeepHit has a tail. @default {true} */
  readonly tail?: boolean;
  /** [bins + 1], of a loss that `hasBaseline`: the cumulative hazard of the training patients. */
  readonly baseline?: ArrayLike<number>;
}

/**
 * Survival curves from the outputs of a network, as its loss has it, in float64.
 *
 * @example
 * ```ts
 * import { survivalFromOutputs } from "@ctsurv/ctsurv/survival/losses";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const [curve] = survivalFromOutputs([0], { kind: "cox", bins: 2, baseline: [0, .1, .2] });
 * assertAlmostEquals(curve![2]!, Math.exp(-.2));
 * ```
 *
 * @param outputs [patients, bins] or [patients], row by row.
 * @returns One row of `bins + 1` columns for each patient, S(0) = 1 to S(bins), never increasing.
 * @throws {InputError} If an output is not finite, their number is none of whole patients, or a baseline is missing.
 */
export function survivalFromOutputs(
  outputs: ArrayLike<number>,
  { kind = "deephit", bins = HORIZON_MONTHS, tail = true, baseline }: SurvivalReading = {},
): Float64Array[] {
  if (kind === "deephit") return survivalFromLogits(outputs, { bins, tail });
  if (kind === "logistic-hazard") return logisticHazardCurves(outputs, { bins });
  if (kind === "mtlr") return mtlrCurves(outputs, { bins });
  if (kind === "pc-hazard") return pcHazardCurves(outputs, { bins });
  if (baseline?.length !== bins + 1) {
    throw new InputError(
      `The curves of a head trained with the loss ${kind} need the cumulative hazard of its training patients at ` +
        `${bins + 1} months, and there is ${baseline ? `one of ${baseline.length}` : "none"}. Train the head again`,
    );
  }
  return (kind === "cox" ? coxCurves : crossEntropyCurves)(outputs, baseline);
}
