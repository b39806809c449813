import { assertEquals, assertRejects } from "@std/assert";
import { poolingKernels } from "@ctsurv/engine/_trace/kernels/pooling.ts";
import { compile, float32, type HostTensor, hostTensor, onnxEngine, tf } from "@ctsurv/engine/mod.ts";
import { evaluate, normal } from "../../agreement.ts";
import { agree, agreeForward, testKernels } from "./test_kernels.ts";

type Pool = typeof tf.maxPool;
type Pool3D = typeof tf.maxPool3d;
/** Window, stride and padding. */
type Options = [window: number | [number, number], stride: number | [number, number], pad: Parameters<Pool>[3]];
type Triple = number | [number, number, number];
type Options3D = [window: Triple, stride: Triple, pad: "valid" | "same" | number];

const unpadded: Options[] = [
  [2, 2, "valid"],
  [3, 1, "valid"],
  [[3, 2], [2, 3], "valid"],
  [2, 4, "valid"],
  [[7, 6], 1, "valid"],
  [1, 2, "valid"],
];
const padded: Options[] = [
  [2, 2, "same"],
  [3, 2, "same"],
  [[2, 3], [1, 2], "same"],
  [3, 2, 1],
  [3, 2, [[0, 0], [1, 0], [2, 1], [0, 0]]],
];
const unpadded3D: Options3D[] = [
  [2, 2, "valid"],
  [[1, 3, 3], [2, 1, 2], "valid"],
  [[5, 4, 4], 1, "valid"],
];
/** Of windows that are not square, tfjs's gradient of the maximum goes astray. */
const oblong3D: Options3D[] = [
  [[1, 3, 2], [2, 1, 2], "valid"],
  [[5, 6, 4], 1, "valid"],
];
const padded3D: Options3D[] = [
  [2, 2, "same"],
  [3, [1, 2, 2], "same"],
  [3, 2, 1],
];

const images = [normal(3, 7, 6, 2), normal(1, 8, 6, 1)];
const volumes = [normal(2, 5, 6, 4, 2), normal(1, 7, 6, 5, 1)];

function pools(pool: Pool, options: readonly Options[], check: typeof agree) {
  return options.flatMap((choice) => {
    const fn = (x: tf.Tensor4D) => pool(x, ...choice);
    Object.defineProperty(fn, "name", { value: `${pool.name} ${JSON.stringify(choice)}` });
    return images.map((x) => check(fn, [x]));
  });
}

function pools3D(pool: Pool3D, options: readonly Options3D[], check: typeof agree) {
  return options.flatMap((choice) => {
    const fn = (x: tf.Tensor5D) => pool(x, ...choice);
    Object.defineProperty(fn, "name", { value: `${pool.name} ${JSON.stringify(choice)}` });
    return volumes.map((x) => check(fn, [x]));
  });
}

testKernels(poolingKernels, [
  {
    kernels: [tf.MaxPool, tf.MaxPoolGrad],
    cases: pools(tf.maxPool, [...unpadded, ...padded], agree),
  },
  {
    kernels: [tf.MaxPool3D, tf.MaxPool3DGrad],
    cases: [
      ...pools3D(tf.maxPool3d, [...unpadded3D, ...padded3D], agree),
      ...pools3D(tf.maxPool3d, oblong3D, agreeForward),
    ],
  },
  {
    kernels: [tf.AvgPool, tf.AvgPoolGrad],
    cases: [...pools(tf.avgPool, unpadded, agree), ...pools(tf.avgPool, padded, agreeForward)],
  },
  {
    kernels: [tf.AvgPool3D, tf.AvgPool3DGrad],
    cases: [
      ...pools3D(tf.avgPool3d, [...unpadded3D, ...oblong3D], agree),
      ...pools3D(tf.avgPool3d, padded3D, agreeForward),
    ],
  },
]);

/** Where the gradient of a maximum goes, run by ONNX Runtime. */
async function gradientOf(pool: (x: tf.Tensor) => tf.Tensor, x: HostTensor): Promise<number[]> {
  const [gradient] = await evaluate(onnxEngine(), ([x]) => [tf.grad(pool)(x!)], [x]);
  return [...gradient!.data];
}

Deno.test("MaxPoolGrad of equal numbers goes to the first", async () => {
  const pool = (x: tf.Tensor) => tf.maxPool(x as tf.Tensor4D, 2, 2, "valid");
  assertEquals(await gradientOf(pool, hostTensor([3, 3, 5, 0, 3, 3, 5, 5], [1, 2, 4, 1])), [1, 0, 1, 0, 0, 0, 0, 0]);
});

Deno.test("MaxPool3DGrad of an oblong window goes to its maximum", async () => {
  const pool = (x: tf.Tensor) => tf.maxPool3d(x as tf.Tensor5D, [1, 3, 2], [1, 3, 2], "valid");
  const x = hostTensor([0, 1, 7, 3, 4, 5, 6, 2, 9, 8, 0, 1], [1, 1, 3, 4, 1]);
  assertEquals(await gradientOf(pool, x), [0, 0, 1, 0, 0, 0, 0, 0, 1, 0, 0, 0]);
});

type Refusal = [pool: (x: tf.Tensor4D) => tf.Tensor, message: string];
const refused: Refusal[] = [
  [(x) => tf.grad((x) => tf.avgPool(x as tf.Tensor4D, 3, 1, "same"))(x), "Pad with tf.pad first"],
  [(x) => tf.maxPool(x, 3, 2, 0, "ceil"), "outputs [3,3] where [2,2] fit"],
  [(x) => tf.avgPool3d(x.expandDims<tf.Tensor5D>(), 1, 2, "same"), 'Use "valid"'],
];
for (const [pool, message] of refused) {
  Deno.test(`pooling refuses what tfjs gets wrong: ${message}`, async () => {
    const signature = { x: float32(6, 6, 6, 6) };
    await assertRejects(() => compile(onnxEngine(), ({ x }) => pool(x as tf.Tensor4D), signature), RangeError, message);
  });
}
