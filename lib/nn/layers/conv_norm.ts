import type { TensorSpec } from "@ctsurv/engine/mod.ts";
import { type BatchNorm, batchNormSpec } from "./batch_norm.ts";
import { type Conv, convSpec } from "./conv2d.ts";

/** A convolution and its batch normalisation: `.0` and `.1` in PyTorch's Sequential. */
export type ConvNorm<T> = readonly [Conv<T>, BatchNorm<T>];

/** The shapes of a 2D convolution with square kernels and its batch normalisation. */
export function convNormSpec(
  inChannels: number,
  outChannels: number,
  kernel: number,
  groups = 1,
): ConvNorm<TensorSpec> {
  return [convSpec(inChannels, outChannels, kernel, groups), batchNormSpec(outChannels)];
}
