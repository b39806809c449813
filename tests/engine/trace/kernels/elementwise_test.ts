import { elementwiseKernels } from "@ctsurv/engine/_trace/kernels/elementwise.ts";
import { type HostTensor, roundToHalf, tf, toUnitRange } from "@ctsurv/engine/mod.ts";
import { ROUND_TO_HALF, UNIT_RANGE } from "@ctsurv/engine/host_arithmetic.ts";
import { between, booleans, integers, intVector, normal, vector } from "../../agreement.ts";
import { agree, agreeForward, testKernels } from "./test_kernels.ts";

const finite = [0, -0, .5, -.5, 1, -1, 1.5, -1.5, 2.5, -2.5, 1e-7, -1e-7, 50, -50];
const numbers = vector(...finite, Infinity, -Infinity);
const all = vector(...finite, Infinity, -Infinity, NaN);
const wholes = intVector(0, 1, -1, 7, -7, 100_003, -100_003);

/** A function of one tensor on a range without kinks, with its gradient, and at the edges. */
function unary(kernel: string, fn: (x: tf.Tensor) => tf.Tensor, low: number, high: number, edges = [all]) {
  const ranges = [between(low, high, 3, 11), between(low, high), between(low, high, 2, 1, 3, 5)];
  return {
    kernels: [kernel],
    cases: [...ranges.map((x) => agree(fn, [x])), ...edges.map((x) => agreeForward(fn, [x]))],
  };
}

type Shapes = readonly [a: readonly number[], b: readonly number[]];
const same: Shapes = [[3, 5], [3, 5]];
const broadcasts: readonly Shapes[] = [
  same,
  [[3, 5], [5]],
  [[2, 3], []],
  [[2, 3, 4], [3, 1]],
  [[7, 1], [1, 4]],
  [[1, 3], [2, 1, 1, 1]],
];
const floats = ([a, b]: Shapes) => [normal(...a), between(.3, 2, ...b)];
const wholeNumbers = ([a, b]: Shapes) => [integers(-20, 20, ...a), integers(1, 7, ...b)];

interface BinaryOptions {
  readonly of?: typeof floats;
  /** Shapes that tfjs has a gradient for. */
  readonly differentiable?: readonly Shapes[];
  readonly whole?: typeof wholeNumbers | null;
  readonly edges?: HostTensor[];
}

/** A function of two tensors, broadcast in every way: floats with their gradients, whole numbers and edges without. */
function binary(kernel: string, fn: (a: tf.Tensor, b: tf.Tensor) => tf.Tensor, options: BinaryOptions = {}) {
  const { of = floats, differentiable = broadcasts, whole = wholeNumbers, edges = [all, vector(2)] } = options;
  return {
    kernels: [kernel],
    cases: [
      ...broadcasts.map((shapes) => (differentiable.includes(shapes) ? agree : agreeForward)(fn, of(shapes))),
      ...whole ? broadcasts.map((shapes) => agreeForward(fn, whole(shapes))) : [],
      agreeForward(fn, edges),
    ],
  };
}

const levels = vector(-1, 0, 1, 2, NaN, Infinity, -Infinity, 1);
const others = vector(0, 0, 1, 1, NaN, Infinity, 1, NaN);

/** A comparison of floats and of whole numbers; that GreaterEqual has a gradient, 0, is tfjs's whim. */
function comparison(kernel: string, fn: (a: tf.Tensor, b: tf.Tensor) => tf.Tensor) {
  const whole = broadcasts.map(([a, b]) => agreeForward(fn, [integers(-2, 2, ...a), integers(-2, 2, ...b)]));
  const float = kernel === tf.GreaterEqual ? agree : agreeForward;
  return { kernels: [kernel], cases: [float(fn, [levels, others]), ...whole] };
}

function logic(kernel: string, fn: (a: tf.Tensor, b: tf.Tensor) => tf.Tensor) {
  return {
    kernels: [kernel],
    cases: broadcasts.map((shapes) => agreeForward(fn, shapes.map((shape) => booleans(...shape)))),
  };
}

testKernels(elementwiseKernels, [
  unary(tf.Abs, tf.abs, .1, 3, [all, wholes]),
  unary(tf.Acos, tf.acos, -.9, .9),
  unary(tf.Acosh, tf.acosh, 1.1, 5),
  unary(tf.Asin, tf.asin, -.9, .9),
  unary(tf.Asinh, tf.asinh, -3, 3),
  unary(tf.Atan, tf.atan, -3, 3),
  unary(tf.Atanh, tf.atanh, -.9, .9),
  unary(tf.Ceil, tf.ceil, -3, 3),
  unary(tf.Cos, tf.cos, -7, 7),
  unary(tf.Cosh, tf.cosh, -3, 3),
  unary(tf.Erf, tf.erf, -3, 3),
  unary(tf.Exp, tf.exp, -5, 5),
  unary(tf.Expm1, tf.expm1, -2, 2),
  unary(tf.Floor, tf.floor, -3, 3),
  unary(tf.Log, tf.log, .1, 5),
  unary(tf.Log1p, tf.log1p, -.9, 3),
  unary(tf.Neg, tf.neg, -3, 3, [all, wholes]),
  unary(tf.Reciprocal, tf.reciprocal, .2, 3),
  unary(tf.Relu, tf.relu, -3, 3, [all, wholes]),
  unary(tf.Relu6, tf.relu6, -9, 9, [all, wholes]),
  unary(tf.Round, tf.round, -3, 3),
  unary(tf.Rsqrt, tf.rsqrt, .1, 3),
  unary(tf.Selu, tf.selu, -3, 3),
  unary(tf.Sigmoid, tf.sigmoid, -5, 5),
  // Of NaN, tfjs's sign is 0 and its step NaN; ONNX Runtime's are NaN and 0.
  unary(tf.Sign, tf.sign, -3, 3, [numbers, wholes]),
  unary(tf.Step, (x) => tf.step(x, .25), -3, 3, [numbers]),
  unary(tf.Sin, tf.sin, -7, 7),
  unary(tf.Sinh, tf.sinh, -3, 3),
  unary(tf.Softplus, tf.softplus, -5, 5),
  unary(tf.Sqrt, tf.sqrt, .1, 3),
  unary(tf.Square, tf.square, -3, 3, [all, intVector(0, 3, -7, 40_000)]),
  unary(tf.Tan, tf.tan, -1.4, 1.4),
  unary(tf.Tanh, tf.tanh, -3, 3),
  unary(tf.ClipByValue, (x) => tf.clipByValue(x, -1.2, .7), -3, 3),
  unary(tf.LeakyRelu, (x) => tf.leakyRelu(x, .3), -3, 3),
  unary(tf.Identity, (x) => x.clone(), -3, 3, [all, wholes, booleans(5)]),
  unary(tf.ZerosLike, tf.zerosLike, -3, 3, [all, wholes, booleans(5)]),
  unary(tf.OnesLike, (x) => tf.mul(x, tf.onesLike(x)), -3, 3, [all, wholes]),
  {
    kernels: [tf.Elu, tf.EluGrad],
    cases: [normal(3, 11), normal(), between(-9, 9, 2, 1, 3)].map((x) => agree(tf.elu, [x])),
  },
  {
    kernels: [tf.IsFinite, tf.IsInf, tf.IsNan],
    cases: [tf.isFinite, tf.isInf, tf.isNaN].map((fn) => agree(fn, [all])),
  },
  {
    kernels: [tf.LogicalNot],
    cases: [booleans(7), booleans(2, 3), booleans()].map((x) => agreeForward(tf.logicalNot, [x])),
  },
  {
    kernels: [tf.Cast],
    cases: [
      agree((x) => tf.cast(x, "float32").mul(2), [normal(3, 5)]),
      ...[all, wholes, booleans(7)].map((x) => agreeForward((x) => tf.cast(x, "bool"), [x])),
      ...[vector(...finite), wholes, booleans(7)].map((x) => agreeForward((x) => tf.cast(x, "int32"), [x])),
      ...[wholes, booleans(7)].map((x) => agreeForward((x) => tf.cast(x, "float32"), [x])),
      agreeForward((mask, x) => tf.mul(mask, x), [booleans(4), normal(3, 4)]),
    ],
  },
  {
    kernels: [tf.Fill],
    cases: [
      agreeForward((x) => tf.fill([2, 3], 1.5).add(x), [normal(3)]),
      agreeForward((x) => tf.fill([], -2).add(x), [normal(3)]),
      agreeForward((x) => tf.fill([4], 7, "int32").add(x), [integers(0, 9, 4)]),
      agreeForward((x) => tf.fill([2, 4], 1, "bool").logicalAnd(x), [booleans(4)]),
    ],
  },
  {
    // Numbers that float32 arithmetic would round otherwise, halves that lie between two float16s, and the ends.
    kernels: [UNIT_RANGE],
    cases: [between(-1200, 600, 3, 11), vector(-1000, 400, -300, -1000.5, 399.9, 0, -0, 1e7)].map((x) =>
      agreeForward((x) => toUnitRange(x, { low: -1000, high: 400 }), [x], { tolerance: 0 })
    ),
  },
  {
    kernels: [ROUND_TO_HALF],
    cases: [normal(3, 11), vector(1, 2049, 2051, .1, -.1, 6e-8, 1e-9, 65504, 0, -0)].map((x) =>
      agreeForward(roundToHalf, [x], { tolerance: 0 })
    ),
  },
  binary(tf.Add, tf.add),
  binary(tf.Sub, tf.sub),
  binary(tf.Multiply, tf.mul),
  binary(tf.RealDiv, tf.div, { whole: null }),
  // tfjs's gradients of the next three forget to sum over what was broadcast, and refuse it.
  binary(tf.Maximum, tf.maximum, { differentiable: [same] }),
  binary(tf.Minimum, tf.minimum, { differentiable: [same] }),
  binary(tf.SquaredDifference, tf.squaredDifference, { differentiable: [same] }),
  binary(tf.Pow, tf.pow, {
    of: ([a, b]) => [between(.3, 2, ...a), between(-2, 2, ...b)],
    whole: ([a, b]) => [integers(-9, 9, ...a), integers(0, 5, ...b)],
    edges: [vector(0, -2, 3, 2, 0), vector(0, 3, -2, .5, 2)],
  }),
  binary(tf.FloorDiv, tf.floorDiv, { edges: [vector(7, -7, 7, -7, -.5), vector(2, 2, -2, -2, 3)] }),
  binary(tf.Mod, tf.mod, {
    edges: [vector(7, -7, 7, -7, -.5, 6, -6, 1e6, 5, -5), vector(2, 2, -2, -2, 3, 3, 3, .1, Infinity, 1e6)],
  }),
  binary(tf.Atan2, tf.atan2, {
    whole: null,
    edges: [vector(0, 0, 0, 1, -1, 1, -1, 2, -3), vector(0, 1, -1, 0, 0, -1, -1, Infinity, 3)],
  }),
  // Its slopes are broadcast to x, not the reverse.
  { kernels: [tf.Prelu], cases: broadcasts.slice(0, 4).map((shapes) => agree(tf.prelu, floats(shapes))) },
  comparison(tf.Equal, tf.equal),
  comparison(tf.NotEqual, tf.notEqual),
  comparison(tf.Greater, tf.greater),
  comparison(tf.GreaterEqual, tf.greaterEqual),
  comparison(tf.Less, tf.less),
  comparison(tf.LessEqual, tf.lessEqual),
  logic(tf.LogicalAnd, tf.logicalAnd),
  logic(tf.LogicalOr, tf.logicalOr),
  {
    kernels: [tf.AddN],
    cases: [
      agree((a, b, c) => tf.addN([a, b, c, a]), [normal(2, 3), between(0, 1, 2, 3), between(1, 2, 2, 3)]),
      agree((a) => tf.addN([a]), [normal(5)]),
    ],
  },
  {
    kernels: [tf.Select],
    cases: [
      agree(tf.where, [booleans(3, 5), normal(3, 5), between(0, 1, 3, 5)]),
      agree(tf.where, [booleans(), normal(3, 5), between(0, 1, 3, 5)]),
      agree(tf.where, [booleans(5), normal(3, 5), between(0, 1, 3, 1)]),
      agreeForward(tf.where, [booleans(2, 1, 4), integers(0, 9, 2, 3, 4), integers(-9, 0, 4)]),
      agreeForward(tf.where, [booleans(3, 5), booleans(1, 5), booleans(3, 1)]),
    ],
  },
]);
