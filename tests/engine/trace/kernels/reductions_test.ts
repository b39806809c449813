import { reductionKernels } from "@ctsurv/engine/_trace/kernels/reductions.ts";
import { type HostTensor, tf } from "@ctsurv/engine/mod.ts";
import { between, booleans, integers, normal, vector } from "../../agreement.ts";
import { agree, agreeForward, testKernels } from "./test_kernels.ts";

type Reduce = (x: tf.Tensor, axis?: number | number[], keepDims?: boolean) => tf.Tensor;
const axes = [undefined, 0, [1], [0, 2], [2, 1, 0]];
const negative = [-1, [-1, 0]];

interface ReductionOptions {
  /** With the gradient; of none by default. */
  readonly of?: HostTensor;
  /** Without it. */
  readonly also?: readonly HostTensor[];
  readonly differentiable?: readonly unknown[];
}

/** Every choice of axes, kept and dropped. */
function reduction(kernel: string, reduce: Reduce, options: ReductionOptions = {}) {
  const { of = normal(3, 4, 5), also = [integers(-9, 9, 2, 3, 5)], differentiable = [...axes, ...negative] } = options;
  const cases = [...axes, ...negative].flatMap((axis) =>
    [false, true].flatMap((keepDims) => {
      const fn = (x: tf.Tensor) => reduce(x, axis, keepDims);
      Object.defineProperty(fn, "name", { value: `${kernel} with axis ${axis}, keepDims ${keepDims}` });
      return [
        (differentiable.includes(axis) ? agree : agreeForward)(fn, [of]),
        ...also.map((x) => agreeForward(fn, [x])),
      ];
    })
  );
  return { kernels: [kernel], cases };
}

/** The place of an extreme along each axis; of several, the first. */
function argument(kernel: string, fn: (x: tf.Tensor, axis?: number) => tf.Tensor) {
  const cases = [0, 1, -1].flatMap((axis) => [
    agree((x) => fn(x, axis), [normal(3, 4, 5)]),
    agreeForward((x) => fn(x, axis), [integers(0, 2, 4, 5, 3)]),
  ]);
  return { kernels: [kernel], cases: [...cases, agreeForward((x) => fn(x), [vector(1, 3, -2, 3, -2)])] };
}

// Of negative axes tfjs's cpu backend makes nonsense.
const scans = [0, 1, 2].flatMap((axis) =>
  [false, true].flatMap((exclusive) => [false, true].map((reverse) => ({ axis, exclusive, reverse })))
);

testKernels(reductionKernels, [
  reduction(tf.Sum, tf.sum, { also: [integers(-9, 9, 2, 3, 5), booleans(2, 3, 5)] }),
  reduction(tf.Mean, tf.mean),
  reduction(tf.Max, tf.max),
  reduction(tf.Min, tf.min),
  // tfjs's gradient of a product does not know negative axes.
  reduction(tf.Prod, tf.prod, {
    of: between(.5, 1.5, 3, 4, 5),
    also: [integers(1, 2, 2, 3, 4)],
    differentiable: axes,
  }),
  reduction(tf.All, tf.all, { of: booleans(2, 2, 2), also: [], differentiable: [] }),
  reduction(tf.Any, tf.any, { of: booleans(2, 2, 2), also: [], differentiable: [] }),
  argument(tf.ArgMax, tf.argMax),
  argument(tf.ArgMin, tf.argMin),
  {
    kernels: [tf.Cumsum],
    cases: scans.flatMap(({ axis, exclusive, reverse }) => {
      const fn = (x: tf.Tensor) => tf.cumsum(x, axis, exclusive, reverse);
      // tfjs's gradient is right along the last axis only: elsewhere it is transposed.
      return [(axis === 2 ? agree : agreeForward)(fn, [normal(3, 4, 5)]), agreeForward(fn, [integers(-9, 9, 2, 7, 3)])];
    }),
  },
  {
    kernels: [tf.Cumprod],
    cases: scans.flatMap(({ axis, exclusive, reverse }) =>
      [between(-2, 2, 3, 4, 5), integers(-2, 2, 2, 7, 1)].map((x) =>
        agreeForward((x) => tf.cumprod(x, axis, exclusive, reverse), [x])
      )
    ),
  },
  {
    kernels: [tf.Softmax],
    cases: [
      ...[normal(7), normal(3, 5), normal(2, 1, 3, 4)].map((x) => agree((x) => tf.softmax(x), [x])),
      agree((x) => tf.softmax(x), [vector(1000, 999, -1000)]),
      agreeForward((x) => tf.softmax(x), [vector(0, -Infinity, 1)]),
    ],
  },
]);
