import { linearKernels, normalisationKernels } from "@ctsurv/engine/_trace/kernels/linear.ts";
import { tf } from "@ctsurv/engine/mod.ts";
import { between, integers, normal } from "../../agreement.ts";
import { agree, agreeForward, testKernels } from "./test_kernels.ts";

const sides = [[false, false], [true, false], [false, true], [true, true]] as const;
const swap = (shape: readonly number[], swapped: boolean) =>
  swapped ? [...shape.slice(0, -2), ...shape.slice(-2).reverse()] : shape;

testKernels(linearKernels, [{
  kernels: [tf.BatchMatMul],
  cases: sides.flatMap(([left, right]) => {
    const product = (a: tf.Tensor, b: tf.Tensor) => tf.matMul(a, b, left, right);
    const of = (a: readonly number[], b: readonly number[]) => [normal(...swap(a, left)), normal(...swap(b, right))];
    return [
      agree(product, of([3, 5], [5, 2])),
      agree(product, of([1, 1], [1, 7])),
      agree(product, of([1, 4, 3], [1, 3, 5])),
      agree(product, of([3, 4, 3], [3, 3, 5])),
      agree(product, of([2, 3, 4, 3], [2, 3, 3, 1])),
      // tfjs's gradient does not sum over a broadcast batch, and refuses it.
      agreeForward(product, of([3, 4, 3], [1, 3, 5])),
      agreeForward(product, of([4, 3], [2, 3, 5])),
      agreeForward(product, [integers(-9, 9, 3, ...swap([4, 3], left)), integers(-9, 9, 3, ...swap([3, 5], right))]),
      agreeForward(product, [integers(-9, 9, ...swap([4, 3], left)), integers(-9, 9, ...swap([3, 5], right))]),
    ];
  }).concat(
    agree((a, b) => tf.dot(a, b), [normal(5), normal(5)]),
    agree((a, b) => tf.outerProduct(a as tf.Tensor1D, b as tf.Tensor1D), [normal(3), normal(4)]),
  ),
}]);

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
