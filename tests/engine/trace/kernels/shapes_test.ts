import { shapeKernels } from "@ctsurv/engine/_trace/kernels/shapes.ts";
import { tf } from "@ctsurv/engine/mod.ts";
import { booleans, integers, intVector, normal, vector } from "../../agreement.ts";
import { agree, agreeForward, testKernels } from "./test_kernels.ts";

const x = normal(3, 4, 5);
const whole = integers(-9, 9, 3, 4, 5);
const mask = booleans(3, 4, 5);

/** A function that moves numbers: of floats with the gradient, of whole numbers and booleans without. */
function moves(fn: (x: tf.Tensor) => tf.Tensor) {
  return [agree(fn, [x]), agreeForward(fn, [whole]), agreeForward(fn, [mask])];
}

testKernels(shapeKernels, [
  {
    kernels: [tf.Reshape],
    cases: [
      ...moves((x) => tf.reshape(x, [5, 12])),
      ...moves((x) => tf.reshape(x, [-1])),
      ...moves((x) => tf.reshape(x, [1, 3, 1, 20])),
      agree((x) => tf.reshape(x, []), [normal(1)]),
      agree((x) => tf.squeeze(x), [normal(1, 3, 1)]),
    ],
  },
  {
    kernels: [tf.ExpandDims],
    cases: [
      ...[0, 2, 3, -1, -4].flatMap((axis) => moves((x) => tf.expandDims(x, axis))),
      agree((x) => tf.expandDims(x), [normal()]),
    ],
  },
  {
    kernels: [tf.Transpose],
    cases: [
      ...[[2, 0, 1], [0, 2, 1], [2, 1, 0], undefined].flatMap((perm) => moves((x) => tf.transpose(x, perm))),
      // Successive transpositions are joined in the graph.
      agree((x) => tf.transpose(tf.transpose(x, [1, 2, 0]), [2, 1, 0]), [x]),
      agree((x) => tf.transpose(tf.transpose(tf.transpose(x, [1, 2, 0]), [1, 2, 0]), [1, 2, 0]), [x]),
      agree((x) => tf.transpose(x, [3, 0, 4, 1, 2]), [normal(2, 3, 1, 4, 2)]),
    ],
  },
  {
    kernels: [tf.Concat],
    cases: [
      agree((a, b, c) => tf.concat([a, b, c], 0), [normal(2, 3), normal(1, 3), normal(4, 3)]),
      agree((a, b) => tf.concat([a, b, a], -1), [normal(2, 3, 1), normal(2, 3, 4)]),
      agree((a, b) => tf.concat([b, a], 1), [normal(2, 1, 3), normal(2, 2, 3)]),
      agreeForward((a, b) => tf.concat([a, b], 1), [integers(0, 9, 2, 3), integers(0, 9, 2, 1)]),
      agreeForward((a, b) => tf.concat([a, b], 0), [booleans(3), booleans(4)]),
      agreeForward((a, b) => tf.concat([a, b], 0), [normal(0, 3), normal(2, 3)]),
      agreeForward((a, b) => tf.concat([a, b], 0), [normal(0, 3), normal(0, 3)]),
    ],
  },
  {
    kernels: [tf.Pack],
    cases: [
      ...[0, 1, 2, -1].map((axis) => agree((a, b) => tf.stack([a, b, a], axis), [normal(2, 3), normal(2, 3)])),
      agree((a, b) => tf.stack([a, b]), [normal(), normal()]),
      agreeForward((a, b) => tf.stack([a, b], 1), [integers(0, 9, 4), integers(0, 9, 4)]),
    ],
  },
  {
    kernels: [tf.Unpack],
    cases: [0, 1, -1].flatMap((axis) => moves((x) => tf.concat(tf.unstack(x, axis).toReversed()))),
  },
  {
    kernels: [tf.SplitV],
    cases: [
      ...moves((x) => tf.concat(tf.split(x, 2, 1).toReversed(), 1)),
      ...moves((x) => tf.concat(tf.split(x, [3, 0, 2], -1).toReversed(), -1)),
      ...moves((x) => tf.split(x, [1, 2])[1]!),
    ],
  },
  {
    kernels: [tf.Slice],
    cases: [
      ...moves((x) => tf.slice(x, [1, 0, 2], [2, 4, 2])),
      ...moves((x) => tf.slice(x, [1, 2])),
      ...moves((x) => tf.slice(x, 2, 1)),
      ...moves((x) => tf.slice(x, [0, 1, 1], [-1, 2, -1])),
      agreeForward((x) => tf.slice(x, [1, 1, 1], [0, 2, 2]), [x]),
    ],
  },
  {
    kernels: [tf.StridedSlice],
    cases: [
      agreeForward((x) => tf.stridedSlice(x, [0, 1, 1], [3, 4, 5], [2, 1, 3]), [x]),
      agreeForward((x) => tf.stridedSlice(x, [-2, 0, -4], [3, -1, -1], [1, 2, 2]), [whole]),
      agreeForward((x) => tf.stridedSlice(x, [1, 1, 1], [2, 2, 2], [1, 2, 2], 0b010, 0b110), [x]),
      agreeForward((x) => tf.stridedSlice(x, [0, 1], [0, 4], [1, 2], 0, 0, 0b01), [mask]),
    ],
  },
  {
    kernels: [tf.PadV2],
    cases: [
      agree((x) => tf.pad(x, [[1, 0], [0, 2], [3, 1]]), [x]),
      agree((x) => tf.pad(x, [[0, 0], [0, 0], [0, 1]], -2.5), [x]),
      agreeForward((x) => tf.pad(x, [[1, 1], [0, 0], [2, 0]], 7), [whole]),
      agreeForward((x) => tf.pad(x, [[1, 1], [0, 0], [2, 0]]), [mask]),
    ],
  },
  {
    kernels: [tf.MirrorPad],
    cases: [
      // tfjs's gradient leaves out what was mirrored; both engines have it so.
      agree((x) => tf.mirrorPad(x, [[1, 0], [2, 3], [0, 4]], "reflect"), [x]),
      agreeForward((x) => tf.mirrorPad(x, [[2, 2]], "reflect"), [intVector(1, 2, 3)]),
    ],
  },
  {
    kernels: [tf.Tile],
    cases: [
      ...moves((x) => tf.tile(x, [2, 1, 3])),
      ...moves((x) => tf.tile(x, [1, 1, 1])),
      ...moves((x) => tf.broadcastTo(tf.reshape(x, [3, 1, 20]), [3, 2, 20])),
      agree((x) => tf.tile(x, [4]), [vector(1, 2, 3)]),
    ],
  },
  {
    kernels: [tf.Reverse],
    cases: [[0], [1, -1], [2], [0, 1, 2], undefined, []].flatMap((axis) => moves((x) => tf.reverse(x, axis))),
  },
  {
    kernels: [tf.GatherV2, tf.UnsortedSegmentSum],
    cases: [
      ...[0, 1, -1].map((axis) => agree((x, at) => tf.gather(x, at, axis), [x, intVector(2, 0, 2, 1)])),
      agree((x, at) => tf.gather(x, at, 1), [x, integers(0, 3, 2, 3)]),
      agree((x, at) => tf.gather(x, at), [x, integers(1, 1)]),
      agree((x, at) => tf.gather(x, at, 1, 1), [x, integers(0, 3, 3, 2)]),
      agreeForward((x, at) => tf.gather(x, at, 2), [whole, intVector(4, 4, 0)]),
      agreeForward((x, at) => tf.gather(x, at, 2), [mask, intVector(4, 4, 0)]),
      agree((x, id) => tf.unsortedSegmentSum(x, id as tf.Tensor1D, 4), [normal(5, 3), intVector(0, 3, 0, 1, 3)]),
      agree((x, id) => tf.unsortedSegmentSum(x, id as tf.Tensor1D, 2), [normal(3), intVector(1, 1, 1)]),
      // Out of range, a row counts nowhere. tfjs's own gradient fails there.
      agreeForward((x, id) => tf.unsortedSegmentSum(x, id as tf.Tensor1D, 2), [
        normal(5, 3),
        intVector(-1, 1, 2, 0, 9),
      ]),
    ],
  },
  {
    kernels: [tf.GatherNd],
    cases: [
      agreeForward((x, at) => tf.gatherND(x, at), [x, integers(0, 2, 4, 1)]),
      agreeForward((x, at) => tf.gatherND(x, at), [x, integers(0, 2, 2, 4, 2)]),
      agreeForward((x, at) => tf.gatherND(x, at), [whole, integers(0, 2, 6, 3)]),
    ],
  },
  {
    kernels: [tf.ScatterNd],
    cases: [
      agreeForward((at, x) => tf.scatterND(at, x, [4, 3]), [integers(0, 3, 5, 1), normal(5, 3)]),
      agreeForward((at, x) => tf.scatterND(at, x, [2, 3, 2]), [integers(0, 1, 7, 2), normal(7, 2)]),
      agreeForward((at, x) => tf.scatterND(at, x, [3, 3]), [integers(0, 2, 9, 2), integers(-9, 9, 9)]),
    ],
  },
  {
    kernels: [tf.OneHot],
    cases: [
      agreeForward((at) => tf.oneHot(at, 4), [intVector(0, 3, 1, -1, 4)]),
      agreeForward((at) => tf.oneHot(at, 3, 2, -1), [integers(0, 2, 2, 3)]),
      agreeForward((at) => tf.oneHot(at, 3, 1, 0, "float32"), [integers(0, 2, 4)]),
      agreeForward((at) => tf.oneHot(at, 3, 1, 0, "bool"), [integers(0, 2, 4)]),
    ],
  },
]);
