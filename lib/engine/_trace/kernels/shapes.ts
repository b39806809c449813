import { sizeOf } from "@ctsurv/base/mod.ts";
import { tf } from "../../tf.ts";
import { type GraphBuilder, kernel, type OnnxDType, type Ref, sameShape, type TraceKernel } from "../graph.ts";
import { binary, cast, filled, scalarLike, where } from "./elementwise.ts";

/** `x[starts[i] : ends[i] : steps[i]]` on every axis. */
export function slice(
  graph: GraphBuilder,
  x: Ref,
  starts: readonly number[],
  ends: readonly number[],
  steps: readonly number[] = starts.map(() => 1),
): Ref {
  const shape = starts.map((start, i) => Math.max(0, Math.ceil((ends[i]! - start) / steps[i]!)));
  if (sameShape(shape, x.shape)) return x;
  const axes = starts.map((_, i) => i);
  return graph.node("Slice", [x, ...[starts, ends, axes, steps].map((values) => graph.ints(values))], { shape });
}

/** `x` with the given axes reversed. */
export function reverse(graph: GraphBuilder, x: Ref, axes: readonly number[]): Ref {
  if (axes.length === 0) return x;
  // The end lies before index 0. A small negative number would count from the back instead.
  const beforeFirst = -(2 ** 31);
  const inputs = [axes.map(() => -1), axes.map(() => beforeFirst), axes, axes.map(() => -1)];
  return graph.node("Slice", [x, ...inputs.map((values) => graph.ints(values))], { shape: x.shape });
}

/** Joins along `axis`. */
export function concat(graph: GraphBuilder, values: readonly Ref[], axis: number): Ref {
  const parts = values.filter((value) => sizeOf(value.shape) > 0);
  if (parts.length <= 1) return parts[0] ?? values[0]!;
  const length = parts.reduce((sum, value) => sum + value.shape[axis]!, 0);
  return graph.node("Concat", parts, { shape: parts[0]!.shape.with(axis, length), attributes: { axis } });
}

/** Pads with a constant; `pads[i]` is [before, after] of axis i. */
export function pad(
  graph: GraphBuilder,
  x: Ref,
  pads: readonly (readonly [number, number])[],
  value: Ref | undefined,
  mode = "constant",
): Ref {
  const ends = [...pads.map(([before]) => before), ...pads.map(([, after]) => after)];
  if (ends.every((size) => size === 0)) return x;
  return graph.node("Pad", value ? [x, graph.ints(ends), value] : [x, graph.ints(ends)], {
    shape: x.shape.map((dim, i) => dim + pads[i]![0] + pads[i]![1]),
    attributes: { mode },
  });
}

/** Adds rows of `updates` [n, ...] into zeros of `shape` at rows `indices` [n, depth]. */
function scatterAdd(graph: GraphBuilder, indices: Ref, updates: Ref, shape: readonly number[]): Ref {
  return graph.node("ScatterND", [filled(graph, shape, 0, updates.dtype), cast(graph, indices, "int64"), updates], {
    shape,
    attributes: { reduction: "add" },
  });
}

const axisOf = (axis: number, x: Ref) => tf.util.parseAxisParam(axis, [...x.shape])[0]!;

/** Reshaping, slicing, joining, gathering and scattering. */
export const shapeKernels: Readonly<Record<string, TraceKernel>> = {
  [tf.Reshape]: kernel<"x", tf.ReshapeAttrs>((graph, { x }, { shape }) =>
    graph.reshape(x, tf.util.inferFromImplicitShape(shape, sizeOf(x.shape)))
  ),
  [tf.ExpandDims]: kernel<"input", tf.ExpandDimsAttrs>((graph, { input }, { dim }) => {
    const at = dim < 0 ? input.shape.length + dim + 1 : dim;
    return graph.node("Unsqueeze", [input, graph.ints([at])], { shape: input.shape.toSpliced(at, 0, 1) });
  }),
  [tf.Transpose]: kernel<"x", tf.TransposeAttrs>((graph, { x }, { perm }) => graph.transpose(x, perm)),
  [tf.Concat]: kernel<string, tf.ConcatAttrs>((graph, inputs, { axis }) => {
    const values = Object.values(inputs);
    return concat(graph, values, axisOf(axis, values[0]!));
  }),
  [tf.Pack]: kernel<string, tf.PackAttrs>((graph, inputs, { axis }) => {
    const values = Object.values(inputs);
    const at = axis < 0 ? values[0]!.shape.length + axis + 1 : axis;
    return concat(graph, values.map((value) => graph.reshape(value, value.shape.toSpliced(at, 0, 1))), at);
  }),
  [tf.Unpack]: kernel<"value", tf.UnpackAttrs>((graph, { value }, { axis }) => {
    const along = axisOf(axis, value);
    const shape = value.shape.toSpliced(along, 1);
    return Array.from({ length: value.shape[along]! }, (_, i) => {
      const index = graph.constant(BigInt64Array.of(BigInt(i)), [], "int64");
      return graph.node("Gather", [value, index], { shape, attributes: { axis: along } });
    });
  }),
  [tf.SplitV]: kernel<"x", tf.SplitVAttrs>((graph, { x }, { numOrSizeSplits, axis }) => {
    const along = axisOf(axis, x);
    const sizes = tf.backend_util.prepareSplitSize(asTensorShape(x), numOrSizeSplits, along);
    const [first, ...rest] = sizes.map((size) => ({ shape: x.shape.with(along, size), attributes: { axis: along } }));
    return graph.nodes("Split", [x, graph.ints(sizes)], [first!, ...rest]);
  }),
  [tf.Slice]: kernel<"x", tf.SliceAttrs>((graph, { x }, { begin, size }) => {
    const [starts, sizes] = tf.slice_util.parseSliceParams(asTensorShape(x), begin, size);
    return slice(graph, x, starts!, starts!.map((start, i) => start + sizes![i]!));
  }),
  [tf.StridedSlice]: kernel<"x", tf.StridedSliceAttrs>((graph, { x }, attributes) => {
    const { begin, end, strides, beginMask, endMask, ellipsisMask, newAxisMask, shrinkAxisMask } = attributes;
    const info = tf.slice_util.sliceInfo(
      [...x.shape],
      begin,
      end,
      strides,
      beginMask,
      endMask,
      ellipsisMask,
      newAxisMask,
      shrinkAxisMask,
    );
    if (info.strides.some((step) => step < 0)) {
      throw new RangeError(`Cannot trace stridedSlice with negative strides [${info.strides}]: use tf.reverse`);
    }
    return graph.reshape(slice(graph, x, info.begin, info.end, info.strides), info.finalShape);
  }),
  [tf.PadV2]: kernel<"x", tf.PadV2Attrs>((graph, { x }, { paddings, constantValue }) =>
    pad(graph, x, paddings, filled(graph, [], constantValue, x.dtype))
  ),
  [tf.MirrorPad]: kernel<"x", tf.MirrorPadAttrs>((graph, { x }, { paddings, mode }) => {
    if (mode !== "reflect") throw new RangeError(`Cannot trace mirrorPad in mode "${mode}": ONNX has only "reflect"`);
    return pad(graph, x, paddings, undefined, "reflect");
  }),
  [tf.Tile]: kernel<"x", tf.TileAttrs>((graph, { x }, { reps }) =>
    graph.node("Tile", [x, graph.ints(reps)], { shape: x.shape.map((dim, i) => dim * reps[i]!) })
  ),
  [tf.Reverse]: kernel<"x", tf.ReverseAttrs>((graph, { x }, { dims }) =>
    reverse(graph, x, tf.util.parseAxisParam(dims, [...x.shape]))
  ),
  [tf.GatherV2]: kernel<"x" | "indices", tf.GatherV2Attrs>((graph, { x, indices }, { axis, batchDims }) => {
    const along = axisOf(axis, x);
    if (batchDims === 0) {
      return graph.node("Gather", [x, indices], {
        shape: [...x.shape.slice(0, along), ...indices.shape, ...x.shape.slice(along + 1)],
        attributes: { axis: along },
      });
    }
    if (batchDims !== along || batchDims !== indices.shape.length - 1) {
      throw new RangeError(
        `Cannot trace gather of [${x.shape}] with indices [${indices.shape}], axis ${along}, batchDims ${batchDims}: ` +
          `batched gathers take one row of indices for each batch entry`,
      );
    }
    return graph.node("GatherND", [x, cast(graph, graph.reshape(indices, [...indices.shape, 1]), "int64")], {
      shape: [...indices.shape, ...x.shape.slice(along + 1)],
      attributes: { batch_dims: batchDims },
    });
  }),
  [tf.GatherNd]: kernel<"params" | "indices">((graph, { params, indices }) =>
    graph.node("GatherND", [params, cast(graph, indices, "int64")], {
      shape: [...indices.shape.slice(0, -1), ...params.shape.slice(indices.shape.at(-1)!)],
    })
  ),
  [tf.ScatterNd]: kernel<"indices" | "updates", tf.ScatterNdAttrs>((graph, { indices, updates }, { shape }) =>
    scatterAdd(graph, indices, updates, shape)
  ),
  [tf.UnsortedSegmentSum]: kernel<"x" | "segmentIds", tf.UnsortedSegmentSumAttrs>(
    (graph, { x, segmentIds }, { numSegments }) => {
      // As in tfjs, a row whose segment is out of range counts nowhere: it goes to one segment more, which is cut off.
      const nowhere = scalarLike(graph, segmentIds, numSegments);
      const isBelow = binary(graph, "Less", segmentIds, scalarLike(graph, segmentIds, 0), "bool");
      const isAbove = binary(graph, "Greater", segmentIds, nowhere, "bool");
      const segments = where(graph, binary(graph, "Or", isBelow, isAbove), nowhere, segmentIds);
      const shape = [numSegments + 1, ...x.shape.slice(segmentIds.shape.length)];
      const sums = scatterAdd(graph, graph.reshape(segments, [...segments.shape, 1]), x, shape);
      return slice(graph, sums, shape.map(() => 0), shape.with(0, numSegments));
    },
  ),
  [tf.OneHot]: kernel<"indices", tf.OneHotAttrs>((graph, { indices }, { dtype, depth, onValue, offValue }) => {
    const columns = graph.constant(Int32Array.from({ length: depth }, (_, i) => i), [depth], "int32");
    const hit = binary(graph, "Equal", graph.reshape(indices, [...indices.shape, 1]), columns, "bool");
    const type = dtype as OnnxDType;
    return where(graph, hit, filled(graph, [], onValue, type), filled(graph, [], offValue, type));
  }),
};

/** tfjs's shape helpers take a tensor but read only its shape. */
function asTensorShape(x: Ref): tf.Tensor {
  return { shape: [...x.shape], rank: x.shape.length } as unknown as tf.Tensor;
}
