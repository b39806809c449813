import * as tf from "@tensorflow/tfjs";
import type { DeepHitLabels } from "./deephit_labels.ts";
import { likelihoodLoss } from "./likelihood_loss.ts";
import { rankingLoss, type RankingOptions } from "./ranking_loss.ts";

export interface DeepHitOptions extends RankingOptions {
  /** Weight of the likelihood; default 0.5, as in the paper. */
  readonly alpha?: number;
  /** Weight of the ranking; default 0.5, as in the paper. */
  readonly beta?: number;
}

/**
 * The paper's loss, alpha L1 + beta L2, from logits [patients, bins]; see {@linkcode likelihoodLoss} and
 * {@linkcode rankingLoss}. A pure function that can be traced.
 *
 * @throws {InputError} If sigma is not above 0.
 */
export function deepHitLoss(
  logits: tf.Tensor,
  labels: DeepHitLabels,
  { alpha = 0.5, beta = 0.5, ...options }: DeepHitOptions = {},
): tf.Scalar {
  return tf.add(
    tf.mul(likelihoodLoss(logits, labels, options), alpha),
    tf.mul(rankingLoss(logits, labels, options), beta),
  );
}
