import * as tf from "@tensorflow/tfjs";
import { InputError } from "@ctsurv/common/mod.ts";
import { binMasks } from "./bin_masks.ts";
import type { DeepHitLabels } from "./deephit_labels.ts";
import type { HeadOptions } from "./likelihood_loss.ts";
import { withTail } from "./with_tail.ts";

export interface RankingOptions extends HeadOptions {
  /** The scale of a difference in incidence, above 0; default 0.1, as in DeepHit, pycox and the authors' laboratory. */
  readonly sigma?: number;
  /** What the sum over pairs is divided by, N being the patients: DeepHit's own N (the default), or pycox's N^2. */
  readonly rankReduction?: "pairs/N" | "pairs/N^2";
  /** Whether a death is also compared with patients censored in its own bin, as in pycox; default false. */
  readonly tiedCensored?: boolean;
}

/**
 * DeepHit's L2 (Lee et al. 2018): for each death i and each patient j of a later bin, exp((F_j(k_i) - F_i(k_i)) / sigma),
 * F being the cumulative incidence up to and including a bin, from logits [patients, bins]. It is small where the one
 * who died first had the higher incidence by then.
 *
 * A pure function that can be traced; at least one weight must be 1.
 *
 * @throws {InputError} If sigma is not above 0.
 */
export function rankingLoss(
  logits: tf.Tensor,
  { bin, event, weight }: DeepHitLabels,
  { tail = true, sigma = 0.1, rankReduction = "pairs/N", tiedCensored = false }: RankingOptions = {},
): tf.Scalar {
  if (!(sigma > 0)) throw new InputError(`The ranking loss needs a sigma above 0, not ${sigma}`);
  const padded = withTail(logits, tail);
  const mass = tf.softmax(padded);
  const upTo = tf.sub(1, binMasks(bin, padded).after);
  // Matrices of pairs are [j, i]: the anchor i runs along the columns, so that its [patients] vectors broadcast.
  const others = tf.matMul(mass, upTo, false, true);
  const own = tf.sum(tf.mul(mass, upTo), 1);
  const penalty = tf.exp(tf.div(tf.sub(others, own), sigma));

  const asColumn = (x: tf.Tensor) => tf.expandDims(tf.cast(x, "float32"), 1);
  const later = tf.cast(tf.less(bin, asColumn(bin)), "float32");
  const tied = tf.mul(tf.cast(tf.equal(bin, asColumn(bin)), "float32"), tf.sub(1, asColumn(event)));
  const comparable = tiedCensored ? tf.add(later, tied) : later;
  const pairs = tf.mul(tf.mul(comparable, tf.mul(event, weight)), asColumn(weight));

  const patients = tf.sum(weight);
  const total = tf.sum(tf.mul(pairs, penalty));
  return tf.div(total, rankReduction === "pairs/N" ? patients : tf.mul(patients, patients));
}
