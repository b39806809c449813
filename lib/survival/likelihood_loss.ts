import * as tf from "@tensorflow/tfjs";
import { binMasks } from "./bin_masks.ts";
import type { DeepHitLabels } from "./deephit_labels.ts";
import { logSumExp } from "./log_sum_exp.ts";
import { withTail } from "./with_tail.ts";

/** Choices that every DeepHit loss shares. */
export interface HeadOptions {
  /** Whether a constant logit stands for survival beyond the last bin; default true. */
  readonly tail?: boolean;
}

/**
 * DeepHit's L1 (Lee et al. 2018): the mean over patients of -log P(death in bin k) for a death, -log P(death after
 * bin k) for a censored patient, from logits [patients, bins].
 *
 * Computed as a difference of log-sum-exps, without the usual epsilon, so that a badly wrong prediction keeps its
 * gradient. A patient of whom nothing is known (bin -1) adds 0. So does, without a tail, one who survived the last bin:
 * the model has no way to express that, and no logit could change it.
 *
 * A pure function that can be traced; at least one weight must be 1.
 */
export function likelihoodLoss(
  logits: tf.Tensor,
  { bin, event, weight }: DeepHitLabels,
  { tail = true }: HeadOptions = {},
): tf.Scalar {
  const padded = withTail(logits, tail);
  const { at, after } = binMasks(bin, padded);
  const possible = tf.add(after, tf.mul(tf.expandDims(event, 1), tf.sub(at, after)));
  // Finite, so that a row with nothing possible times 0 is 0 and not NaN.
  const onlyPossible = tf.add(padded, tf.mul(tf.sub(possible, 1), 1e30));
  const loss = tf.sub(logSumExp(padded), logSumExp(onlyPossible));
  const counted = tf.mul(weight, tf.max(possible, 1));
  return tf.div(tf.sum(tf.mul(loss, counted)), tf.sum(weight));
}
