import { tf } from "@ctsurv/engine/mod.ts";
import { linearKernels } from "../../../../lib/engine/trace/kernels/linear.ts";
import { integers, normal } from "../../agreement.ts";
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
