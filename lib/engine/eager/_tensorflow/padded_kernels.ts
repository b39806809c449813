import { sameShape } from "../../_trace/graph.ts";
import { tf } from "../../tf.ts";
import type { KernelArguments, Repair } from "./repair_kernels.ts";

/** How many zeros, or other numbers, stand before and behind each axis. */
type Margins = [before: number, behind: number][];

/** The attributes of a convolution or pooling that are used here. */
interface WindowAttributes {
  readonly pad: "same" | "valid" | number | Margins;
  readonly strides: number | [number, number];
  readonly dilations?: number | [number, number] | null;
  readonly filterSize?: number | [number, number];
  readonly dimRoundingMode?: "floor" | "round" | "ceil";
  readonly inputShape?: readonly number[];
}

/** The shape that tfjs gives an output. */
type OutShape = (x: readonly number[], filter: readonly number[] | undefined, attrs: WindowAttributes) => number[];

/**
 * The margins of a padding in numbers for a tensor with batch first and channels last; undefined for `same` and `valid`,
 * the only ones of which the native kernels of pooling and of gradients know.
 */
function marginsOf({ pad, dimRoundingMode }: WindowAttributes, rank: number): Margins | undefined {
  // Nothing to pad is as `valid`, which spares a copy, but for a rounding that only shows in the size of the output.
  if (typeof pad === "string" || (pad === 0 && dimRoundingMode === undefined)) return undefined;
  if (typeof pad !== "number") return pad;
  return Array.from({ length: rank }, (_, axis) => axis === 0 || axis === rank - 1 ? [0, 0] : [pad, pad]);
}

const attributesOf = ({ attrs }: KernelArguments) => attrs as unknown as WindowAttributes;

/** The same call with some inputs replaced, of tensors that have their margins: nothing is left to pad. */
function unpadded(call: KernelArguments, inputs: Record<string, tf.Tensor>, others: object = {}): KernelArguments {
  return {
    ...call,
    inputs: { ...call.inputs, ...inputs },
    attrs: { ...call.attrs, pad: "valid", ...others },
  };
}

/** A kernel of the input `name` that takes the input with its margins, which hold `fill`. */
function padFirst(name: string, fill: number, outShape?: OutShape): Repair {
  return (call, native) => {
    const attrs = attributesOf(call);
    const x = call.inputs[name] as tf.Tensor;
    const margins = marginsOf(attrs, x.shape.length);
    if (margins === undefined) return native(call);
    return tf.tidy(() => {
      const y = native(unpadded(call, { [name]: tf.pad(x, margins, fill) })) as tf.Tensor;
      if (outShape !== undefined) assertShape(y, outShape(x.shape, call.inputs.filter?.shape, attrs));
      return y;
    });
  };
}

/** The gradient of a convolution by its input: that of the input with its margins, without them. */
const convolutionInputGradient: Repair = (call, native) => {
  const inputShape = attributesOf(call).inputShape!;
  const margins = marginsOf(attributesOf(call), inputShape.length);
  if (margins === undefined) return native(call);
  const withMargins = inputShape.map((size, axis) => size + margins[axis]![0] + margins[axis]![1]);
  return tf.tidy(() => crop(native(unpadded(call, {}, { inputShape: withMargins })) as tf.Tensor, margins, inputShape));
};

/** The gradient of a maximum: margins of minus infinity are never the largest. */
const maximumGradient: Repair = (call, native) => {
  const input = call.inputs.input as tf.Tensor;
  const margins = marginsOf(attributesOf(call), input.shape.length);
  if (margins === undefined) return native(call);
  return tf.tidy(() => {
    const gradient = native(unpadded(call, { input: tf.pad(input, margins, -Infinity) })) as tf.Tensor;
    return crop(gradient, margins, input.shape);
  });
};

/** The mean over a window counts no margins: the mean with zeros there, by the share of the window that is inside. */
function mean(outShape: OutShape): Repair {
  return (call, native) => {
    const x = call.inputs.x as tf.Tensor;
    const margins = marginsOf(attributesOf(call), x.shape.length);
    if (margins === undefined) return native(call);
    return tf.tidy(() => {
      const y = native(unpadded(call, { x: tf.pad(x, margins) })) as tf.Tensor;
      assertShape(y, outShape(x.shape, undefined, attributesOf(call)));
      return tf.div(y, native(unpadded(call, { x: tf.pad(tf.onesLike(x), margins) })) as tf.Tensor);
    });
  };
}

/** The gradient of {@linkcode mean}. `forward` is its kernel. */
function meanGradient(forward: string): Repair {
  return (call, native) => {
    const [input, dy] = [call.inputs.input as tf.Tensor, call.inputs.dy as tf.Tensor];
    const margins = marginsOf(attributesOf(call), input.shape.length);
    if (margins === undefined) return native(call);
    return tf.tidy(() => {
      const ones = tf.pad(tf.onesLike(input), margins);
      const attrs = { ...call.attrs, pad: "valid" };
      const inside = tf.engine().runKernel(forward, { x: ones }, attrs) as tf.Tensor;
      const gradient = native(unpadded(call, { input: ones, dy: tf.div(dy, inside) })) as tf.Tensor;
      return crop(gradient, margins, input.shape);
    });
  };
}

function crop(x: tf.Tensor, margins: Margins, shape: readonly number[]): tf.Tensor {
  return tf.slice(x, margins.map(([before]) => before), [...shape]);
}

function assertShape(y: tf.Tensor, expected: readonly number[]): void {
  if (sameShape(y.shape, expected)) return;
  throw new RangeError(
    `A window with outputs [${expected}] where [${y.shape}] fit: with a number as padding, tfjs counts no dilation and ` +
      "no unequal sides, and rounds as it is told. Pad with tf.pad",
  );
}

function convolved(isDepthwise: boolean): OutShape {
  return (x, filter, { strides, dilations, pad, dimRoundingMode }) =>
    tf.backend_util.computeConv2DInfo(
      x as [number, number, number, number],
      filter as [number, number, number, number],
      strides,
      dilations ?? 1,
      pad as number,
      dimRoundingMode,
      isDepthwise,
    ).outShape;
}

const pooled: OutShape = (x, _, { filterSize, strides, pad, dimRoundingMode }) =>
  tf.backend_util.computePool2DInfo(
    x as [number, number, number, number],
    filterSize!,
    strides,
    1,
    pad as number,
    dimRoundingMode,
  ).outShape;

const pooled3D: OutShape = (x, _, { filterSize, strides, pad, dimRoundingMode }) =>
  tf.backend_util.computePool3DInfo(
    x as [number, number, number, number, number],
    filterSize as number,
    strides as number,
    1,
    pad as number,
    dimRoundingMode,
  ).outShape;

/** Convolutions and poolings with their gradients, for margins that are given in numbers: padded first, cropped after. */
export const paddedKernels: Readonly<Record<string, Repair>> = {
  [tf.Conv2D]: padFirst("x", 0, convolved(false)),
  [tf.Conv2DBackpropFilter]: padFirst("x", 0),
  [tf.Conv2DBackpropInput]: convolutionInputGradient,
  [tf.DepthwiseConv2dNative]: padFirst("x", 0, convolved(true)),
  [tf.DepthwiseConv2dNativeBackpropFilter]: padFirst("x", 0),
  [tf.DepthwiseConv2dNativeBackpropInput]: convolutionInputGradient,
  [tf.MaxPool]: padFirst("x", -Infinity, pooled),
  [tf.MaxPoolGrad]: maximumGradient,
  [tf.MaxPool3D]: padFirst("x", -Infinity, pooled3D),
  [tf.MaxPool3DGrad]: maximumGradient,
  [tf.AvgPool]: mean(pooled),
  [tf.AvgPoolGrad]: meanGradient(tf.AvgPool),
  [tf.AvgPool3D]: mean(pooled3D),
  [tf.AvgPool3DGrad]: meanGradient(tf.AvgPool3D),
};
