import { tf } from "@ctsurv/engine/mod.ts";
import { normalisationKernels } from "../../../../lib/engine/trace/kernels/normalisation.ts";
import { between, normal } from "../../agreement.ts";
import { agree, agreeForward, testKernels } from "./test_kernels.ts";

/** Batch normalisation of x [..., channels] with statistics of the shape given. */
const inputs = (x: readonly number[], statistics: readonly number[]) => [
  normal(...x),
  normal(...statistics),
  between(.2, 2, ...statistics),
  between(-1, 1, ...statistics),
  between(.5, 1.5, ...statistics),
];
const full = (x: tf.Tensor, mean: tf.Tensor1D, variance: tf.Tensor1D, offset: tf.Tensor1D, scale: tf.Tensor1D) =>
  tf.batchNorm(x, mean, variance, offset, scale, .01);

testKernels(normalisationKernels, [{
  kernels: [tf.FusedBatchNorm],
  cases: [
    agree(full, inputs([3, 4, 5, 6], [6])),
    agree(full, inputs([1, 3, 3, 1], [1])),
    agree(full, inputs([5, 3], [3])),
    agree(full, inputs([2, 3, 4], [4])),
    agree(full, inputs([2, 3, 4, 5], [2, 3, 4, 5])),
    // Without a scale tfjs has no gradient.
    agreeForward(
      (x, mean: tf.Tensor1D, variance: tf.Tensor1D) => tf.batchNorm(x, mean, variance),
      inputs([3, 2, 5], [5]).slice(0, 3),
    ),
    agreeForward(
      (x, mean: tf.Tensor1D, variance: tf.Tensor1D, offset: tf.Tensor1D) => tf.batchNorm(x, mean, variance, offset),
      inputs([3, 2, 5], [5]).slice(0, 4),
    ),
  ],
}]);
