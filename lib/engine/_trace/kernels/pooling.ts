import { sizeOf } from "@ctsurv/base/mod.ts";
import { tf } from "../../tf.ts";
import { type GraphBuilder, kernel, type Ref, type TraceKernel } from "../graph.ts";
import { assertSound, channelsFirst, channelsLast } from "./convolutions.ts";
import { filled } from "./elementwise.ts";

/** A pooling window along each spatial axis. */
interface Window {
  readonly input: readonly number[];
  readonly output: readonly number[];
  readonly kernel: readonly number[];
  readonly strides: readonly number[];
  readonly before: readonly number[];
  readonly after: readonly number[];
}

type Pool2D = tf.MaxPoolAttrs | tf.AvgPoolAttrs | tf.MaxPoolGradAttrs | tf.AvgPoolGradAttrs;
type Pool3D = tf.MaxPool3DAttrs | tf.AvgPool3DAttrs | tf.MaxPool3DGradAttrs | tf.AvgPool3DGradAttrs;

function window2D(x: Ref, { filterSize, strides, pad, ...rest }: Pool2D): Window {
  const rounding = "dimRoundingMode" in rest ? rest.dimRoundingMode : undefined;
  const shape = x.shape as [number, number, number, number];
  const info = tf.backend_util.computePool2DInfo(shape, filterSize, strides, 1, pad, rounding);
  const { top, left, bottom, right } = info.padInfo;
  return assertSound({
    input: [info.inHeight, info.inWidth],
    output: [info.outHeight, info.outWidth],
    kernel: [info.filterHeight, info.filterWidth],
    strides: [info.strideHeight, info.strideWidth],
    before: [top, left],
    after: [bottom, right],
  });
}

function window3D(x: Ref, { filterSize, strides, pad, dimRoundingMode }: Pool3D): Window {
  const shape = x.shape as [number, number, number, number, number];
  const info = tf.backend_util.computePool3DInfo(shape, filterSize, strides, 1, pad, dimRoundingMode);
  const { front, top, left, back, bottom, right } = info.padInfo;
  return assertSound({
    input: [info.inDepth, info.inHeight, info.inWidth],
    output: [info.outDepth, info.outHeight, info.outWidth],
    kernel: [info.filterDepth, info.filterHeight, info.filterWidth],
    strides: [info.strideDepth, info.strideHeight, info.strideWidth],
    before: [front, top, left],
    after: [back, bottom, right],
  });
}

function attributes({ kernel, strides, before, after }: Window) {
  return { kernel_shape: kernel, strides, pads: [...before, ...after] };
}

function pooled(x: Ref, { output }: Window): number[] {
  return [...x.shape.slice(0, 2), ...output];
}

function pool(graph: GraphBuilder, op: "MaxPool" | "AveragePool", x: Ref, window: Window): Ref {
  const first = channelsFirst(graph, x);
  return channelsLast(graph, graph.node(op, [first], { shape: pooled(first, window), attributes: attributes(window) }));
}

/** The gradient of each output goes to the voxel that was the maximum, or to the first of several. */
function maxPoolGradient(graph: GraphBuilder, dy: Ref, x: Ref, window: Window): Ref {
  const input = channelsFirst(graph, x);
  const shape = pooled(input, window);
  const [, indices] = graph.nodes("MaxPool", [input], [
    { shape, attributes: attributes(window) },
    { shape, dtype: "int64" },
  ]);
  const size = [sizeOf(dy.shape)];
  const gradient = graph.node("ScatterElements", [
    filled(graph, [sizeOf(x.shape)], 0, "float32"),
    graph.reshape(indices!, size),
    graph.reshape(channelsFirst(graph, dy), size),
  ], { shape: [sizeOf(x.shape)], attributes: { axis: 0, reduction: "add" } });
  return channelsLast(graph, graph.reshape(gradient, input.shape));
}

/** The gradient of each output is spread evenly over its window: a transposed convolution with 1 / window. */
function averagePoolGradient(graph: GraphBuilder, dy: Ref, x: Ref, window: Window): Ref {
  const { input, output, kernel, strides, before, after } = window;
  if ([...before, ...after].some((n) => n > 0)) {
    throw new RangeError(
      "Cannot trace the gradient of a padded average pooling: tfjs counts the padding in the gradient but not in " +
        "the forward pass. Pad with tf.pad first",
    );
  }
  const channels = x.shape.at(-1)!;
  const taps = sizeOf(kernel);
  const share = filled(graph, [channels, 1, ...kernel], 1 / taps, "float32");
  const spread = graph.node("ConvTranspose", [channelsFirst(graph, dy), share], {
    shape: [x.shape[0]!, channels, ...input],
    attributes: {
      strides,
      pads: [...before, ...after],
      group: channels,
      output_padding: input.map((size, i) => size - strides[i]! * (output[i]! - 1) - kernel[i]!),
    },
  });
  return channelsLast(graph, spread);
}

/** Maximum and average pooling in two and three dimensions. Maximum pooling pads with minus infinity. */
export const poolingKernels: Readonly<Record<string, TraceKernel>> = {
  [tf.MaxPool]: kernel<"x", tf.MaxPoolAttrs>((graph, { x }, attrs) => pool(graph, "MaxPool", x, window2D(x, attrs))),
  [tf.AvgPool]: kernel<"x", tf.AvgPoolAttrs>((graph, { x }, attrs) =>
    pool(graph, "AveragePool", x, window2D(x, attrs))
  ),
  [tf.MaxPool3D]: kernel<"x", tf.MaxPool3DAttrs>((graph, { x }, attrs) =>
    pool(graph, "MaxPool", x, window3D(x, attrs))
  ),
  [tf.AvgPool3D]: kernel<"x", tf.AvgPool3DAttrs>((graph, { x }, attrs) =>
    pool(graph, "AveragePool", x, window3D(x, attrs))
  ),
  [tf.MaxPoolGrad]: kernel<"dy" | "input", tf.MaxPoolGradAttrs>((graph, { dy, input }, attrs) =>
    maxPoolGradient(graph, dy, input, window2D(input, attrs))
  ),
  [tf.MaxPool3DGrad]: kernel<"dy" | "input", tf.MaxPool3DGradAttrs>((graph, { dy, input }, attrs) =>
    maxPoolGradient(graph, dy, input, window3D(input, attrs))
  ),
  [tf.AvgPoolGrad]: kernel<"dy" | "input", tf.AvgPoolGradAttrs>((graph, { dy, input }, attrs) =>
    averagePoolGradient(graph, dy, input, window2D(input, attrs))
  ),
  [tf.AvgPool3DGrad]: kernel<"dy" | "input", tf.AvgPool3DGradAttrs>((graph, { dy, input }, attrs) =>
    averagePoolGradient(graph, dy, input, window3D(input, attrs))
  ),
};
