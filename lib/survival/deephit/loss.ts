import * as tf from "@tensorflow/tfjs";
import { InputError } from "@ctsurv/base/mod.ts";

/**
 * Marks, for bin numbers [patients] and `columns` [patients, width], which of the columns 0 to width - 1 are that bin
 * (`at`) and which come later (`after`), both float32 [patients, width].
 */
function binMasks(bin: tf.Tensor, columns: tf.Tensor): { readonly at: tf.Tensor; readonly after: tf.Tensor } {
  const own = tf.expandDims(tf.cast(bin, "float32"), 1);
  // Not tf.range: a constant needs no kernel.
  const column = tf.tensor1d(Float32Array.from({ length: columns.shape[1]! }, (_, k) => k));
  return { at: tf.cast(tf.equal(own, column), "float32"), after: tf.cast(tf.less(own, column), "float32") };
}

/**
 * The labels of a batch as the losses take them: three tensors of [patients], float32 or int32. See `binLabel` for what
 * a bin means.
 */
export interface DeepHitLabels {
  /** The bin of the death, or the last one survived; -1 where nothing is known. */
  readonly bin: tf.Tensor;
  /** 1 for a death, 0 for a censored patient. */
  readonly event: tf.Tensor;
  /** 1 for a patient, 0 for a row that only pads the batch: such rows change neither loss nor gradient. */
  readonly weight: tf.Tensor;
}

/**
 * log(sum(exp(x))) over the columns, [rows, columns] -> [rows].
 *
 * tf.logSumExp differentiates through its maximum as well, which adds rounding noise that should have cancelled; here
 * the gradient is the softmax.
 */
function logSumExp(x: tf.Tensor): tf.Tensor {
  const apply = tf.customGrad((...inputs) => {
    const [x, save] = inputs as [tf.Tensor, (tensors: tf.Tensor[]) => void];
    save([x]);
    const highest = tf.max(x, 1, true);
    const value = tf.add(tf.squeeze(highest, [1]), tf.log(tf.sum(tf.exp(tf.sub(x, highest)), 1)));
    const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]) => tf.mul(tf.expandDims(dy, 1), tf.softmax(saved[0]!));
    return { value, gradFunc };
  });
  return apply(x) as tf.Tensor;
}

/**
 * Appends the tail, "alive after the last bin", as a logit that is always 0: the reference class of Kvamme & Borgan
 * (2021), eq. 9. [patients, bins] -> [patients, bins + 1], or unchanged without a tail.
 */
function withTail(logits: tf.Tensor, tail: boolean): tf.Tensor {
  return tail ? tf.concat([logits, tf.zeros([logits.shape[0], 1])], 1) : logits;
}

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
