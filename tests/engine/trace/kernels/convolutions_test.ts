import { assertRejects } from "@std/assert";
import { convolutionKernels } from "@ctsurv/engine/_trace/kernels/convolutions.ts";
import { compile, float32, onnxEngine, tf } from "@ctsurv/engine/mod.ts";
import { normal } from "../../agreement.ts";
import { agree, agreeForward, testKernels } from "./test_kernels.ts";

type Pad = Parameters<typeof tf.conv2d>[3];
/** The filter's taps, the strides and the padding. */
type Options = [taps: [number, number], strides: [number, number], pad: Pad];
const options: Options[] = [
  [[1, 1], [1, 1], "valid"],
  [[1, 1], [2, 2], "same"],
  [[3, 3], [1, 1], "same"],
  [[3, 3], [1, 1], "valid"],
  [[2, 4], [1, 1], "same"],
  [[3, 3], [2, 2], "same"],
  [[3, 2], [2, 3], "valid"],
  [[5, 3], [3, 1], "same"],
  [[3, 3], [2, 2], 1],
  [[3, 3], [1, 1], 3],
  [[3, 2], [3, 2], [[0, 0], [1, 1], [1, 1], [0, 0]]],
  [[3, 3], [1, 1], [[0, 0], [1, 0], [0, 2], [0, 0]]],
  [[3, 3], [2, 2], [[0, 0], [0, 2], [1, 0], [0, 0]]],
  [[7, 6], [1, 1], "valid"],
];
const dilated: [taps: [number, number], dilations: [number, number], pad: Pad][] = [
  [[3, 3], [2, 2], "same"],
  [[3, 2], [2, 3], "valid"],
  [[3, 3], [1, 2], [[0, 0], [1, 1], [1, 2], [0, 0]]],
];
const sizes = [[3, 7, 6], [1, 8, 9]] as const;

/** Dense or depthwise convolution of [patients, rows, columns, channels] with a filter [rows, columns, ...depths]. */
function convolutions(convolve: typeof tf.conv2d, depths: readonly (readonly [number, number])[]) {
  return depths.flatMap(([first, last]) =>
    sizes.flatMap((size) => [
      ...options.map(([taps, strides, pad]) => {
        const fn = (x: tf.Tensor4D, filter: tf.Tensor4D) => convolve(x, filter, strides, pad);
        Object.defineProperty(fn, "name", { value: `${convolve.name} ${JSON.stringify([strides, pad])}` });
        return agree(fn, [normal(...size, first), normal(...taps, first, last)]);
      }),
      // tfjs has no gradient of a dilated convolution.
      ...dilated.map(([taps, dilations, pad]) => {
        const fn = (x: tf.Tensor4D, filter: tf.Tensor4D) => convolve(x, filter, 1, pad, "NHWC", dilations);
        Object.defineProperty(fn, "name", { value: `${convolve.name} ${JSON.stringify([dilations, pad])}` });
        return agreeForward(fn, [normal(...size, first), normal(...taps, first, last)]);
      }),
    ])
  );
}

type Options3D = [taps: readonly number[], strides: number | [number, number, number], pad: "valid" | "same"];
const options3D: Options3D[] = [
  [[1, 1, 1], 1, "valid"],
  [[3, 3, 3], 1, "same"],
  [[3, 2, 1], 1, "valid"],
  [[3, 3, 3], 2, "same"],
  [[2, 3, 3], [1, 2, 3], "valid"],
  [[1, 1, 1], 2, "valid"],
];
const volumes = [[2, 5, 6, 4], [1, 4, 7, 5]] as const;

testKernels(convolutionKernels, [
  {
    kernels: [tf.Conv2D, tf.Conv2DBackpropFilter, tf.Conv2DBackpropInput],
    cases: [
      ...convolutions(tf.conv2d, [[2, 3], [1, 1]]),
      agree((x: tf.Tensor3D, filter: tf.Tensor3D) => tf.conv1d(x, filter, 2, "same"), [
        normal(3, 7, 2),
        normal(3, 2, 4),
      ]),
      ...([[1, "same"], [2, "same"], [2, "valid"], [3, 1]] as const).map(([stride, pad]) => {
        const height = pad === "same" ? 4 * stride : 3 * stride + 3 - (pad === "valid" ? 0 : 2);
        return agree(
          (x: tf.Tensor4D, filter: tf.Tensor4D) => tf.conv2dTranspose(x, filter, [3, height, height, 2], stride, pad),
          [normal(3, 4, 4, 5), normal(3, 3, 2, 5)],
        );
      }),
    ],
  },
  {
    kernels: [
      tf.DepthwiseConv2dNative,
      tf.DepthwiseConv2dNativeBackpropFilter,
      tf.DepthwiseConv2dNativeBackpropInput,
    ],
    cases: convolutions(tf.depthwiseConv2d as typeof tf.conv2d, [[3, 1], [2, 3], [1, 1]]),
  },
  {
    kernels: [tf.Conv3D, tf.Conv3DBackpropFilterV2, tf.Conv3DBackpropInputV2],
    cases: [
      ...options3D.flatMap(([taps, strides, pad]) => {
        const fn = (x: tf.Tensor5D, filter: tf.Tensor5D) => tf.conv3d(x, filter, strides, pad);
        Object.defineProperty(fn, "name", { value: `conv3d ${JSON.stringify([strides, pad])}` });
        return volumes.map((size) => agree(fn, [normal(...size, 2), normal(...taps, 2, 3)]));
      }),
      agreeForward(
        (x: tf.Tensor5D, filter: tf.Tensor5D) => tf.conv3d(x, filter, 1, "same", "NDHWC", [1, 2, 2]),
        [normal(2, 5, 6, 4, 2), normal(3, 3, 3, 2, 3)],
      ),
      agreeForward(
        (x: tf.Tensor5D, filter: tf.Tensor5D) => tf.conv3dTranspose(x, filter, [2, 6, 8, 4, 3], 2, "same"),
        [normal(2, 3, 4, 2, 2), normal(3, 3, 3, 3, 2)],
      ),
    ],
  },
]);

const refused: [fn: (x: tf.Tensor4D) => tf.Tensor, message: string][] = [
  [(x) => tf.conv2d(x, tf.ones([3, 3, 6, 1]), 1, "valid", "NCHW"), "channels last"],
  [(x) => tf.conv2d(x, tf.ones([3, 3, 6, 1]), 2, 0, "NHWC", 1, "ceil"), "outputs [3,3] where [2,2] fit"],
  [(x) => tf.conv2d(x, tf.ones([3, 3, 6, 1]), [2, 1], 1), "outputs [3,3] where [3,6] fit"],
  [(x) => tf.conv3d(x.expandDims<tf.Tensor5D>(), tf.ones([1, 1, 1, 6, 2]), 2, "same"), 'Use "valid"'],
];
for (const [fn, message] of refused) {
  Deno.test(`Conv2D and Conv3D refuse what tfjs gets wrong: ${message}`, async () => {
    const signature = { x: float32(6, 6, 6, 6) };
    await assertRejects(() => compile(onnxEngine(), ({ x }) => fn(x as tf.Tensor4D), signature), RangeError, message);
  });
}
