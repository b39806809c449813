import { tf } from "@ctsurv/engine/mod.ts";
import { type BatchNorm, batchNorm } from "./batch_norm.ts";

/** What a convolution without batch normalisation adds to its channels: [channels]. */
export interface Bias<T> {
  readonly bias: T;
}

/**
 * What a network does to the channels of a convolution [..., channels]: by its batch normalisation or bias, or by
 * something else while these are being found.
 */
export type ChannelNormalise = (x: tf.Tensor, norm: BatchNorm<tf.Tensor> | Bias<tf.Tensor>) => tf.Tensor;

/** Evaluation mode: batch normalisation with its running statistics, or the bias. */
export const channelNormalise: ChannelNormalise = (x, norm) =>
  "weight" in norm ? batchNorm(x, norm) : tf.add(x, norm.bias);
