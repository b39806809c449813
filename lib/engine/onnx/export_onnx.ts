import { InputError } from "@ctsurv/base/mod.ts";
import type { Graph, Ref } from "../_trace/graph.ts";
import { trace } from "../_trace/trace.ts";
import { leaves, type Tree } from "../tree.ts";
import { isSpec, isTensor, type TensorFunction, type TensorsOf, type TensorSpec } from "../values.ts";
import { encodeModel } from "./_encode_model.ts";
import { openAxis } from "./_open_axis.ts";

/** Options of {@linkcode exportOnnx}. */
export interface ExportOnnxOptions {
  /** The name of the axis that has any length, the first of the first input: "slices". */
  readonly axis: string;
  /** What the file says of itself, as texts by name: `metadata_props` of the format. @default {nothing} */
  readonly metadata?: Readonly<Record<string, string>>;
}

/** The format is protobuf, whose messages end at 2 GB; larger constants would need files beside it. */
const MOST_BYTES = 2 ** 31 - 1;

/** Primes, so that no size of a network is a multiple of one by chance. */
const LENGTHS = [5, 7, 11] as const;

/**
 * A function of tensors as an ONNX file (operator set 17), for programs other than this one. Inputs and outputs have the
 * names of their places in the trees: `hu`, `survival`. The first axis of the first input has any length.
 *
 * @example A mean over any number of slices
 * ```ts
 * import { exportOnnx, float32, tf } from "@ctsurv/ctsurv/engine";
 * import { assertEquals } from "@std/assert";
 * import ort from "onnxruntime-node";
 *
 * const file = exportOnnx(({ hu }) => ({ mean: tf.mean(hu, 0) }), (slices: number) => ({ hu: float32(slices, 2) }), {
 *   axis: "slices",
 * });
 * const session = await ort.InferenceSession.create(file);
 * const { mean } = await session.run({ hu: new ort.Tensor("float32", [1, 2, 3, 4, 5, 6], [3, 2]) });
 * assertEquals([...mean!.data as Float32Array], [3, 4]);
 * ```
 *
 * @param fn A pure function, as `compile` takes it.
 * @param signatureAt The shapes of its inputs for a length of the axis.
 * @throws {Error} If the function cannot be traced, or its operations depend on the length.
 * @throws {InputError} If the file would be larger than 2 GB.
 */
export function exportOnnx<const S extends object>(
  fn: (inputs: TensorsOf<S>) => Tree<unknown>,
  signatureAt: (length: number) => S,
  { axis, metadata = {} }: ExportOnnxOptions,
): Uint8Array {
  const traceAt = (length: number) => {
    const signature = signatureAt(length) as Tree<TensorSpec>;
    const { graph, result } = trace(fn as unknown as TensorFunction, signature);
    const paths = [...leaves(signature, isSpec), ...leaves(result, isTensor)].map(({ path }) => path);
    return { length, graph: named(graph, paths) };
  };
  const [first, second, third] = LENGTHS;
  const { graph, shapes } = openAxis({ traces: [traceAt(first), traceAt(second), traceAt(third)], axis });
  const bytes = constantBytes(graph);
  if (bytes > MOST_BYTES) {
    throw new InputError(`The model's weights take ${bytes} bytes, and an ONNX file holds 2 GB at most`);
  }
  return encodeModel(graph, { shapes, metadata });
}

/** The graph with names for its inputs and outputs. */
function named(graph: Graph, names: readonly string[]): Graph {
  const renamed = new Map([...graph.inputs, ...graph.outputs].map((ref, i) => [ref, { ...ref, name: names[i]! }]));
  const rename = (ref: Ref) => renamed.get(ref) ?? ref;
  return {
    inputs: graph.inputs.map(rename),
    outputs: graph.outputs.map(rename),
    nodes: graph.nodes.map((node) => ({
      ...node,
      inputs: node.inputs.map(rename),
      outputs: node.outputs.map(rename),
    })),
  };
}

function constantBytes({ nodes }: Graph): number {
  const constants = new Set(nodes.flatMap(({ inputs }) => inputs.flatMap(({ constant }) => constant ?? [])));
  return [...constants].reduce((sum, { byteLength }) => sum + byteLength, 0);
}
