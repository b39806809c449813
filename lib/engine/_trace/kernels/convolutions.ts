import { sizeOf } from "@ctsurv/base/mod.ts";
import { tf } from "../../tf.ts";
import { type GraphBuilder, kernel, type Ref, sameShape, type TraceKernel } from "../graph.ts";
import { gemm } from "./linear.ts";
import { concat, pad, reverse, slice } from "./shapes.ts";

/** A convolution along each spatial axis: [rows, columns] or [slices, rows, columns]. */
interface Geometry {
  readonly input: readonly number[];
  readonly output: readonly number[];
  readonly kernel: readonly number[];
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  readonly before: readonly number[];
  readonly after: readonly number[];
}

/** Refuses windows for which tfjs differs from other frameworks, or from its own gradient. */
export function assertSound<Window extends Omit<Geometry, "dilations"> & Partial<Geometry>>(window: Window): Window {
  const { input, output, kernel, strides, dilations, before, after } = window;
  if ([...before, ...after].some((padding) => padding < 0)) {
    throw new RangeError(
      'Cannot trace a 3D window shorter than its stride with padding "same": tfjs skips the first voxels. Use "valid"',
    );
  }
  const sizes = input.map((size, i) => {
    const room = size + before[i]! + after[i]! - (kernel[i]! - 1) * (dilations?.[i] ?? 1) - 1;
    return Math.floor(room / strides[i]!) + 1;
  });
  if (!sameShape(sizes, output)) {
    throw new RangeError(
      `Cannot trace a window with outputs [${output}] where [${sizes}] fit: tfjs leaves dimRoundingMode out of ` +
        "gradients, and with a number as padding counts no dilation and no unequal sides. Pad with tf.pad",
    );
  }
  return window;
}

function geometry2D(info: tf.backend_util.Conv2DInfo): Geometry {
  const { top, left, bottom, right } = info.padInfo;
  return assertSound({
    input: [info.inHeight, info.inWidth],
    output: [info.outHeight, info.outWidth],
    kernel: [info.filterHeight, info.filterWidth],
    strides: [info.strideHeight, info.strideWidth],
    dilations: [info.dilationHeight, info.dilationWidth],
    before: [top, left],
    after: [bottom, right],
  });
}

function geometry3D(info: tf.backend_util.Conv3DInfo): Geometry {
  const { front, top, left, back, bottom, right } = info.padInfo;
  return assertSound({
    input: [info.inDepth, info.inHeight, info.inWidth],
    output: [info.outDepth, info.outHeight, info.outWidth],
    kernel: [info.filterDepth, info.filterHeight, info.filterWidth],
    strides: [info.strideDepth, info.strideHeight, info.strideWidth],
    dilations: [info.dilationDepth, info.dilationHeight, info.dilationWidth],
    before: [front, top, left],
    after: [back, bottom, right],
  });
}

/** Channels-last, as in tfjs, to channels-first, as in ONNX. */
export function channelsFirst(graph: GraphBuilder, x: Ref): Ref {
  const rank = x.shape.length;
  return graph.transpose(x, [0, rank - 1, ...spatialAxes(rank, 1)]);
}

/** The inverse of {@linkcode channelsFirst}. */
export function channelsLast(graph: GraphBuilder, x: Ref): Ref {
  return graph.transpose(x, [0, ...spatialAxes(x.shape.length, 2), 1]);
}

/** The spatial axes of a tensor of `rank`; the first one is `from`. */
function spatialAxes(rank: number, from: number): number[] {
  return Array.from({ length: rank - 2 }, (_, i) => from + i);
}

/** Conv of x [N, C, ...] with weight [out, C / groups, ...]. */
function conv(
  graph: GraphBuilder,
  x: Ref,
  weight: Ref,
  { strides, dilations, before, after, output }: Omit<Geometry, "input" | "kernel">,
  group = 1,
): Ref {
  const shape = [x.shape[0]!, weight.shape[0]!, ...output];
  return graph.node("Conv", [x, weight], {
    shape,
    attributes: { strides, dilations, pads: [...before, ...after], group },
    macs: sizeOf(shape) * sizeOf(weight.shape.slice(1)),
  });
}

/** The gradient of {@linkcode conv} by its input: dy [N, out, ...] and weight [out, in / groups, ...]. */
function convTranspose(graph: GraphBuilder, dy: Ref, weight: Ref, geometry: Geometry, group = 1): Ref {
  const { input, output, kernel, strides, dilations, before, after } = geometry;
  const channels = weight.shape[1]! * group;
  // Positions at the far end that a strided convolution never reached get no gradient.
  const outputPadding = input.map((size, i) =>
    size - (strides[i]! * (output[i]! - 1) + (kernel[i]! - 1) * dilations[i]! + 1 - before[i]! - after[i]!)
  );
  return graph.node("ConvTranspose", [dy, weight], {
    shape: [dy.shape[0]!, channels, ...input],
    attributes: { strides, dilations, pads: [...before, ...after], group, output_padding: outputPadding },
    macs: sizeOf(dy.shape) * sizeOf(weight.shape.slice(1)),
  });
}

/** Whether the convolution is a matrix product over channels at every position. */
function isPointwise({ kernel, strides, before, after }: Geometry): boolean {
  return [...kernel, ...strides].every((n) => n === 1) && [...before, ...after].every((n) => n === 0);
}

function isConstant(graph: GraphBuilder, value: Ref): boolean {
  return (graph.beforeTranspose(value)?.value ?? value).constant !== undefined;
}

/** x [..., channels] as [positions, channels]. */
function matrixOf(graph: GraphBuilder, x: Ref): Ref {
  const channels = x.shape.at(-1)!;
  return graph.reshape(x, [sizeOf(x.shape) / channels, channels]);
}

/** Filter [1, ..., in, out] as [out, in], PyTorch's order, in which most weights come. */
function pointwiseWeight(graph: GraphBuilder, filter: Ref): Ref {
  const rank = filter.shape.length;
  const [inChannels, outChannels] = filter.shape.slice(-2) as [number, number];
  return graph.reshape(graph.transpose(filter, [rank - 1, rank - 2, ...spatialAxes(rank, 0)]), [
    outChannels,
    inChannels,
  ]);
}

/** The stride-1 convolution with the mirrored kernel that undoes this one; undefined if a padding were negative. */
function mirrored({ kernel, strides, dilations, before, after, input }: Geometry) {
  const reach = kernel.map((k, i) => (k - 1) * dilations[i]!);
  const geometry = {
    strides,
    dilations,
    before: reach.map((r, i) => r - before[i]!),
    after: reach.map((r, i) => r - after[i]!),
    output: input,
  };
  const possible = strides.every((s) => s === 1) && [...geometry.before, ...geometry.after].every((p) => p >= 0);
  return possible ? geometry : undefined;
}

/** x [N, ..., in] with filter [..., in, out]. */
function forward(graph: GraphBuilder, x: Ref, filter: Ref, geometry: Geometry): Ref {
  const rank = x.shape.length;
  // ONNX Runtime lays out anew a convolution with constant weights. With others it takes a transposition before and after.
  if (isPointwise(geometry) && !isConstant(graph, filter)) {
    const product = gemm(graph, matrixOf(graph, x), pointwiseWeight(graph, filter), { transposeB: true });
    return graph.reshape(product, [...x.shape.slice(0, -1), filter.shape[rank - 1]!]);
  }
  const weight = graph.transpose(filter, [rank - 1, rank - 2, ...spatialAxes(rank, 0)]);
  return channelsLast(graph, conv(graph, channelsFirst(graph, x), weight, geometry));
}

/** With at most so many numbers at a tap, or so many positions, matrix products are faster than a convolution. */
const SMALL_TAP = 2 ** 14;
const FEW_POSITIONS = 2 ** 11;

/** dL/dfilter [..., in, out] of x [N, ..., in] and dy [N, ..., out]: at each tap the correlation of input and gradient. */
function filterGradient(graph: GraphBuilder, x: Ref, dy: Ref, geometry: Geometry): Ref {
  const [inChannels, outChannels] = [x.shape.at(-1)!, dy.shape.at(-1)!];
  const positions = sizeOf(dy.shape) / outChannels;
  if (isPointwise(geometry)) {
    const product = gemm(graph, matrixOf(graph, dy), matrixOf(graph, x), { transposeA: true });
    const ones = geometry.kernel;
    return graph.transpose(graph.reshape(product, [outChannels, inChannels, ...ones]), [
      ...spatialAxes(ones.length + 2, 2),
      1,
      0,
    ]);
  }
  // Measured on kernels of 3 x 3: 13 against 43 ms for 32 -> 16 channels at 64 x 64, 470 against 297 for 512 at 14 x 14.
  return inChannels * outChannels <= SMALL_TAP || positions <= FEW_POSITIONS
    ? filterGradientByTap(graph, x, dy, geometry)
    : filterGradientByConvolution(graph, x, dy, geometry);
}

/** One matrix product for each tap: the positions of x that the tap meets, transposed, times dy. */
function filterGradientByTap(graph: GraphBuilder, x: Ref, dy: Ref, geometry: Geometry): Ref {
  const { kernel, output, strides, dilations, before, after } = geometry;
  const [batch, inChannels, outChannels] = [x.shape[0]!, x.shape.at(-1)!, dy.shape.at(-1)!];
  const positions = sizeOf(dy.shape) / outChannels;
  const margins = [[0, 0], ...before.map((margin, i) => [margin, after[i]!]), [0, 0]] as [number, number][];
  const padded = pad(graph, x, margins, graph.scalar(0));
  const gradient = graph.reshape(dy, [positions, outChannels]);
  const products = tapsOf(kernel).map((tap) => {
    const starts = tap.map((step, i) => step * dilations[i]!);
    const ends = starts.map((start, i) => start + (output[i]! - 1) * strides[i]! + 1);
    const met = slice(graph, padded, [0, ...starts, 0], [batch, ...ends, inChannels], [1, ...strides, 1]);
    return gemm(graph, graph.reshape(met, [positions, inChannels]), gradient, { transposeA: true });
  });
  return graph.reshape(concat(graph, products, 0), [...kernel, inChannels, outChannels]);
}

/** Every index of a kernel, in C order. */
function tapsOf(kernel: readonly number[]): number[][] {
  return kernel.reduce<number[][]>(
    (taps, size) => taps.flatMap((tap) => Array.from({ length: size }, (_, i) => [...tap, i])),
    [[]],
  );
}

/** With batch and channels exchanged, the gradient is itself a convolution, with strides and dilations exchanged. */
function filterGradientByConvolution(graph: GraphBuilder, x: Ref, dy: Ref, geometry: Geometry): Ref {
  const rank = x.shape.length;
  const channelsThenBatch = [rank - 1, 0, ...spatialAxes(rank, 1)];
  const gradient = correlate(
    graph,
    graph.transpose(x, channelsThenBatch),
    graph.transpose(dy, channelsThenBatch),
    geometry,
    1,
  );
  return graph.transpose(gradient, [...spatialAxes(rank, 2), 0, 1]);
}

/** Convolves x [A, B, ...] with dy [C, B / groups, ...] as if dy were the kernel: [A, C, taps...]. */
function correlate(graph: GraphBuilder, x: Ref, dy: Ref, geometry: Geometry, group: number): Ref {
  const { input, output, kernel, strides, dilations, before } = geometry;
  // Exactly enough of the far end for `kernel` taps: rows that no stride reached must not add a tap.
  const after = input.map((size, i) =>
    (output[i]! - 1) * strides[i]! + (kernel[i]! - 1) * dilations[i]! + 1 - size - before[i]!
  );
  const cropped = after.some((n) => n < 0)
    ? slice(graph, x, x.shape.map(() => 0), [
      ...x.shape.slice(0, 2),
      ...input.map((size, i) => size + Math.min(0, after[i]!)),
    ])
    : x;
  return conv(graph, cropped, dy, {
    strides: dilations,
    dilations: strides,
    before,
    after: after.map((n) => Math.max(0, n)),
    output: kernel,
  }, group);
}

/** dL/dx [N, ..., in] of dy [N, ..., out] and filter [..., in, out]. */
function inputGradient(graph: GraphBuilder, dy: Ref, filter: Ref, geometry: Geometry): Ref {
  const rank = dy.shape.length;
  if (isPointwise(geometry)) {
    const product = gemm(graph, matrixOf(graph, dy), pointwiseWeight(graph, filter), {});
    return graph.reshape(product, [dy.shape[0]!, ...geometry.input, filter.shape[rank - 2]!]);
  }
  const back = mirrored(geometry);
  if (back) {
    const flipped = reverse(graph, filter, spatialAxes(rank, 0));
    const weight = graph.transpose(flipped, [rank - 2, rank - 1, ...spatialAxes(rank, 0)]);
    return channelsLast(graph, conv(graph, channelsFirst(graph, dy), weight, back));
  }
  const weight = graph.transpose(filter, [rank - 1, rank - 2, ...spatialAxes(rank, 0)]);
  return channelsLast(graph, convTranspose(graph, channelsFirst(graph, dy), weight, geometry));
}

/** Filter [rows, columns, channels, multiplier] as weight [channels * multiplier, 1, rows, columns]. */
function depthwiseWeight(graph: GraphBuilder, filter: Ref): Ref {
  const [rows, columns, channels, multiplier] = filter.shape as [number, number, number, number];
  return graph.reshape(graph.transpose(filter, [2, 3, 0, 1]), [channels * multiplier, 1, rows, columns]);
}

/**
 * dL/dfilter of a depthwise convolution, as one grouped convolution. Each channel is a group, and the images of the batch
 * are its channels, so that the convolution sums over them.
 */
function depthwiseFilterGradient(graph: GraphBuilder, x: Ref, dy: Ref, info: tf.backend_util.Conv2DInfo): Ref {
  const { batchSize, inChannels, outChannels, filterHeight, filterWidth } = info;
  const channelsThenBatch = [3, 0, 1, 2];
  const planes = graph.reshape(graph.transpose(x, channelsThenBatch), [
    1,
    inChannels * batchSize,
    info.inHeight,
    info.inWidth,
  ]);
  const kernels = graph.transpose(dy, channelsThenBatch);
  const gradient = graph.reshape(correlate(graph, planes, kernels, geometry2D(info), inChannels), [
    inChannels,
    outChannels / inChannels,
    filterHeight,
    filterWidth,
  ]);
  return graph.transpose(gradient, [2, 3, 0, 1]);
}

function depthwiseInputGradient(graph: GraphBuilder, dy: Ref, filter: Ref, info: tf.backend_util.Conv2DInfo): Ref {
  const geometry = geometry2D(info);
  const channels = info.inChannels;
  const back = mirrored(geometry);
  if (back && info.outChannels === channels) {
    const weight = depthwiseWeight(graph, reverse(graph, filter, [0, 1]));
    return channelsLast(graph, conv(graph, channelsFirst(graph, dy), weight, back, channels));
  }
  const weight = depthwiseWeight(graph, filter);
  return channelsLast(graph, convTranspose(graph, channelsFirst(graph, dy), weight, geometry, channels));
}

function assertChannelsLast(dataFormat: string): void {
  if (dataFormat !== "NHWC" && dataFormat !== "NDHWC") {
    throw new RangeError(`Cannot trace a convolution in ${dataFormat}: tfjs computes channels last`);
  }
}

function convInfo(x: readonly number[], filter: readonly number[], attributes: tf.Conv2DAttrs, depthwise = false) {
  const { strides, pad, dilations, dimRoundingMode, dataFormat = "NHWC" } = attributes;
  assertChannelsLast(dataFormat);
  return tf.backend_util.computeConv2DInfo(
    x as [number, number, number, number],
    filter as [number, number, number, number],
    strides,
    dilations ?? 1,
    pad as number,
    dimRoundingMode,
    depthwise,
  );
}

function convInfo3D(x: readonly number[], filter: readonly number[], attributes: tf.Conv3DAttrs) {
  const { strides, pad, dilations } = attributes;
  return tf.backend_util.computeConv3DInfo(
    x as [number, number, number, number, number],
    filter as [number, number, number, number, number],
    strides,
    dilations ?? 1,
    pad,
  );
}

/** Convolutions, 2D, depthwise and 3D, with the gradients by filter and by input. */
export const convolutionKernels: Readonly<Record<string, TraceKernel>> = {
  [tf.Conv2D]: kernel<"x" | "filter", tf.Conv2DAttrs>((graph, { x, filter }, attributes) =>
    forward(graph, x, filter, geometry2D(convInfo(x.shape, filter.shape, attributes)))
  ),
  [tf.Conv2DBackpropFilter]: kernel<"x" | "dy", tf.Conv2DBackpropFilterAttrs>((graph, { x, dy }, attributes) =>
    filterGradient(
      graph,
      x,
      dy,
      geometry2D(convInfo(x.shape, attributes.filterShape, attributes as unknown as tf.Conv2DAttrs)),
    )
  ),
  [tf.Conv2DBackpropInput]: kernel<"dy" | "filter", tf.Conv2DBackpropInputAttrs>((graph, { dy, filter }, attributes) =>
    inputGradient(
      graph,
      dy,
      filter,
      geometry2D(convInfo(attributes.inputShape, filter.shape, attributes as unknown as tf.Conv2DAttrs)),
    )
  ),
  [tf.DepthwiseConv2dNative]: kernel<"x" | "filter", tf.DepthwiseConv2dNativeAttrs>(
    (graph, { x, filter }, attributes) => {
      const info = convInfo(x.shape, filter.shape, attributes as tf.Conv2DAttrs, true);
      const weight = depthwiseWeight(graph, filter);
      return channelsLast(graph, conv(graph, channelsFirst(graph, x), weight, geometry2D(info), info.inChannels));
    },
  ),
  [tf.DepthwiseConv2dNativeBackpropFilter]: kernel<"x" | "dy", tf.DepthwiseConv2dNativeBackpropFilterAttrs>(
    (graph, { x, dy }, attributes) =>
      depthwiseFilterGradient(
        graph,
        x,
        dy,
        convInfo(x.shape, attributes.filterShape, attributes as unknown as tf.Conv2DAttrs, true),
      ),
  ),
  [tf.DepthwiseConv2dNativeBackpropInput]: kernel<"dy" | "filter", tf.DepthwiseConv2dNativeBackpropInputAttrs>(
    (graph, { dy, filter }, attributes) =>
      depthwiseInputGradient(
        graph,
        dy,
        filter,
        convInfo(attributes.inputShape, filter.shape, attributes as unknown as tf.Conv2DAttrs, true),
      ),
  ),
  [tf.Conv3D]: kernel<"x" | "filter", tf.Conv3DAttrs>((graph, { x, filter }, attributes) =>
    forward(graph, x, filter, geometry3D(convInfo3D(x.shape, filter.shape, attributes)))
  ),
  [tf.Conv3DBackpropFilterV2]: kernel<"x" | "dy", tf.Conv3DBackpropFilterV2Attrs>((graph, { x, dy }, attributes) =>
    filterGradient(
      graph,
      x,
      dy,
      geometry3D(convInfo3D(x.shape, attributes.filterShape, attributes as unknown as tf.Conv3DAttrs)),
    )
  ),
  [tf.Conv3DBackpropInputV2]: kernel<"dy" | "filter", tf.Conv3DBackpropInputV2Attrs>(
    (graph, { dy, filter }, attributes) =>
      inputGradient(
        graph,
        dy,
        filter,
        geometry3D(convInfo3D(attributes.inputShape, filter.shape, attributes as unknown as tf.Conv3DAttrs)),
      ),
  ),
};
