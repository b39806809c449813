import * as tf from "@tensorflow/tfjs";
import { InputError } from "@ctsurv/base/mod.ts";
import { binMasks } from "../losses/_bin_masks.ts";
import { logSumExp } from "../losses/_stable.ts";

/**
 * The labels of a batch for the losses: three tensors of [patients], float32 or int32. `binLabel` makes bin and event.
 */
export interface DeepHitLabels {
  /** The bin of the death, or the last one survived; -1 where nothing is known. */
  readonly bin: tf.Tensor;
  /** 1 for a death, 0 for a censored patient. */
  readonly event: tf.Tensor;
  /** 1 for a patient, 0 for a row that only pads the batch: such rows change neither loss nor gradient. */
  readonly weight: tf.Tensor;
}

/** Options of every DeepHit loss. */
export interface HeadOptions {
  /** Whether a constant logit stands for survival beyond the last bin. @default {true} */
  readonly tail?: boolean;
}

/**
 * Appends the tail, "alive after the last bin", as a logit that is always 0: the reference class of Kvamme & Borgan
 * (2021), eq. 9. [patients, bins] -> [patients, bins + 1], or unchanged without a tail.
 */
function withTail(logits: tf.Tensor, tail: boolean): tf.Tensor {
  return tail ? tf.concat([logits, tf.zeros([logits.shape[0], 1])], 1) : logits;
}

/**
 * DeepHit's L1 (Lee et al. 2018), from logits [patients, bins]:
 *
 *     L1 = -mean over patients of (log p_k for a death in bin k, log sum of p_m over m > k for a patient censored at k)
 *
 * with p = softmax(logits). It is computed as a difference of log-sum-exps, without the usual epsilon, so that a badly
 * wrong prediction keeps its gradient. A patient about whom nothing is known (bin -1) adds 0. Without a tail, a patient
 * who survived the last bin adds 0 too, since the model cannot express that and no logit could change it.
 *
 * A pure function that can be traced; at least one weight must be 1. {@linkcode deepHitLoss} has an example.
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

/** Options of {@linkcode rankingLoss}. */
export interface RankingOptions extends HeadOptions {
  /** Scale of a difference in incidence, above 0. @default {0.1, as in DeepHit, pycox and the authors' laboratory} */
  readonly sigma?: number;
  /** Divisor of the sum over pairs: N patients as in DeepHit, or N^2 as in pycox. @default {"pairs/N"} */
  readonly rankReduction?: "pairs/N" | "pairs/N^2";
  /** Whether a death is also compared with patients censored in its own bin, as in pycox. @default {false} */
  readonly tiedCensored?: boolean;
}

/**
 * DeepHit's L2 (Lee et al. 2018), from logits [patients, bins]:
 *
 *     L2 = 1 / N sum over deaths i and patients j of a later bin of exp((F_j(k_i) - F_i(k_i)) / sigma)
 *
 * where F is the cumulative incidence up to and including a bin. It is small if the patient who died first has the
 * higher incidence by then.
 *
 * A pure function that can be traced; at least one weight must be 1. {@linkcode deepHitLoss} has an example.
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

/** Options of {@linkcode deepHitLoss}. */
export interface DeepHitOptions extends RankingOptions {
  /** Weight of the likelihood. @default {0.5, as in the paper} */
  readonly alpha?: number;
  /** Weight of the ranking. @default {0.5, as in the paper} */
  readonly beta?: number;
}

/**
 * The paper's loss, `alpha L1 + beta L2`, from logits [patients, bins]; see {@linkcode likelihoodLoss} and
 * {@linkcode rankingLoss}. A pure function that can be traced.
 *
 * @example
 * ```ts
 * import { tf } from "@ctsurv/ctsurv/engine";
 * import { deepHitLoss, likelihoodLoss, rankingLoss } from "@ctsurv/ctsurv/survival/deephit";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * // A death in the first month and a patient alive after the third, with logits that know nothing.
 * const labels = { bin: tf.tensor1d([0, 2]), event: tf.tensor1d([1, 0]), weight: tf.tensor1d([1, 1]) };
 * const logits = tf.zeros([2, 3]);
 * assertAlmostEquals(likelihoodLoss(logits, labels).arraySync(), Math.log(4), 1e-6); // four outcomes, all alike
 * assertAlmostEquals(rankingLoss(logits, labels).arraySync(), 1 / 2, 1e-6); // one pair, exp(0), two patients
 * assertAlmostEquals(deepHitLoss(logits, labels).arraySync(), (Math.log(4) + 1 / 2) / 2, 1e-6);
 * ```
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
