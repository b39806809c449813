import type * as tf from "@tensorflow/tfjs";
import type { DeepHitLabels } from "../deephit/loss.ts";

/**
 * The labels of a batch for losses that ask for the time itself beside its bin, as pycox has them: Cox, PC-hazard and the
 * cross-entropy. Every tensor is [patients].
 */
export interface TimedLabels extends DeepHitLabels {
  /** Months of follow-up, censored at the horizon as `censorAt` does; of rows that only pad, any number. */
  readonly months: tf.Tensor;
}
