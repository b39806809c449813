import type * as tf from "@tensorflow/tfjs";

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
