import { sizeOf } from "@ctsurv/base/mod.ts";
import { tf } from "../../tf.ts";
import { type GraphBuilder, kernel, type Ref, type TraceKernel } from "../graph.ts";
import { channelsFirst, channelsLast } from "./convolutions.ts";
import { cast } from "./elementwise.ts";

interface Sampling {
  readonly alignCorners: boolean;
  readonly halfPixelCenters: boolean;
}

/** The weights [out, in] with which resampling mixes the pixels along one axis. */
type AxisWeights = (input: number, output: number, sampling: Sampling) => Float32Array;

function bilinearWeights(input: number, output: number, { alignCorners, halfPixelCenters }: Sampling): Float32Array {
  const scale = alignCorners && output > 1 ? (input - 1) / (output - 1) : input / output;
  const weights = new Float32Array(output * input);
  for (let o = 0; o < output; o++) {
    const at = Math.min(input - 1, Math.max(0, halfPixelCenters ? (o + 0.5) * scale - 0.5 : o * scale));
    const low = Math.floor(at);
    weights[o * input + low]! += 1 - (at - low);
    if (at > low) weights[o * input + low + 1]! += at - low;
  }
  return weights;
}

function nearestWeights(input: number, output: number, { alignCorners, halfPixelCenters }: Sampling): Float32Array {
  const scale = alignCorners && output > 1 ? (input - 1) / (output - 1) : input / output;
  const weights = new Float32Array(output * input);
  for (let o = 0; o < output; o++) {
    const at = scale * (halfPixelCenters ? o + 0.5 : o);
    weights[o * input + Math.min(input - 1, alignCorners ? Math.round(at) : Math.floor(at))] = 1;
  }
  return weights;
}

/**
 * Resampling is linear and separable: rows [out, in] times the image times columns [in, out]. Its gradient is the same
 * with both matrices transposed. One function therefore does both, for any convention of the sampling points.
 */
function resample(graph: GraphBuilder, images: Ref, size: readonly number[], rows: Ref, columns: Ref): Ref {
  const [batch, height, width, channels] = images.shape as [number, number, number, number];
  const [outHeight, outWidth] = size as [number, number];
  // [batch, height, width, channels] -> rows first, then columns; channels ride along.
  const flat = graph.reshape(images, [batch, height, width * channels]);
  const tall = graph.node("MatMul", [rows, flat], {
    shape: [batch, outHeight, width * channels],
    macs: batch * outHeight * height * width * channels,
  });
  const lines = graph.reshape(tall, [batch * outHeight, width, channels]);
  const resized = graph.node("MatMul", [columns, lines], {
    shape: [batch * outHeight, outWidth, channels],
    macs: batch * outHeight * outWidth * width * channels,
  });
  return graph.reshape(resized, [batch, outHeight, outWidth, channels]);
}

function resize(axisWeights: AxisWeights) {
  return kernel<"images", Sampling & { size: [number, number] }>((graph, { images }, { size, ...sampling }) => {
    const [rows, columns] = size.map((output, i) => {
      const input = images.shape[1 + i]!;
      return graph.constant(axisWeights(input, output, sampling), [output, input], "float32");
    });
    return resample(graph, cast(graph, images, "float32"), size, rows!, columns!);
  });
}

/** ONNX's own Resize has tfjs's three conventions of bilinear sampling, and is faster than two matrix products. */
const resizeBilinear = kernel<"images", Sampling & { size: [number, number] }>(
  (graph, { images }, { size, alignCorners, halfPixelCenters }) => {
    const x = channelsFirst(graph, cast(graph, images, "float32"));
    const shape = [...x.shape.slice(0, 2), ...size];
    const none = graph.constant(new Float32Array(), [0], "float32");
    const resized = graph.node("Resize", [x, none, none, graph.ints(shape)], {
      shape,
      attributes: {
        mode: "linear",
        coordinate_transformation_mode: alignCorners ? "align_corners" : halfPixelCenters ? "half_pixel" : "asymmetric",
      },
    });
    return channelsLast(graph, resized);
  },
);

function resizeGradient(axisWeights: AxisWeights) {
  return kernel<"images" | "dy", Sampling>((graph, { images, dy }, sampling) => {
    const size = images.shape.slice(1, 3);
    const [rows, columns] = size.map((input, i) => {
      const output = dy.shape[1 + i]!;
      return graph.constant(
        transposed(axisWeights(input, output, sampling), output, input),
        [input, output],
        "float32",
      );
    });
    return resample(graph, dy, size, rows!, columns!);
  });
}

function transposed(matrix: Float32Array, rows: number, columns: number): Float32Array {
  return Float32Array.from(
    { length: sizeOf([rows, columns]) },
    (_, i) => matrix[(i % rows) * columns + (i / rows | 0)]!,
  );
}

/** Bilinear and nearest-neighbour resizing of [batch, rows, columns, channels]. */
export const resizingKernels: Readonly<Record<string, TraceKernel>> = {
  [tf.ResizeBilinear]: resizeBilinear,
  [tf.ResizeBilinearGrad]: resizeGradient(bilinearWeights),
  // Nearest neighbour picks pixels instead of blending them, and so keeps their type.
  [tf.ResizeNearestNeighbor]: (graph, inputs, attributes) =>
    cast(graph, resize(nearestWeights)(graph, inputs, attributes) as Ref, inputs.images!.dtype),
  [tf.ResizeNearestNeighborGrad]: resizeGradient(nearestWeights),
};
