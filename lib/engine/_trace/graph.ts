/** Element types of ONNX tensors that the tracer writes, with their codes in `TensorProto.DataType`. */
export const onnxType = { float32: 1, uint8: 2, int32: 6, int64: 7, bool: 9, float16: 10, float64: 11 } as const;

/** An ONNX element type by name. */
export type OnnxDType = keyof typeof onnxType;

/** Numbers of a constant; `int64` is held as BigInt64Array. */
export type ConstantData = Float32Array | Float64Array | Int32Array | Uint8Array | BigInt64Array;

/** A value in the graph: an input, a constant, or the output of a node. */
export interface Ref {
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: OnnxDType;
  /** The numbers, if they are known while tracing. */
  readonly constant?: ConstantData;
}

/** An attribute of a node: whole numbers, floats (marked), or text. */
export type Attribute = number | readonly number[] | string | { readonly float: number };

/** One operation. */
export interface GraphNode {
  readonly op: string;
  /** Operator domain; absent for standard ONNX. */
  readonly domain?: string;
  readonly inputs: readonly Ref[];
  readonly outputs: readonly Ref[];
  readonly attributes: Readonly<Record<string, Attribute>>;
  /** Multiply-accumulates of a matrix product or convolution; 0 for everything else. */
  readonly macs: number;
}

/** A traced function. */
export interface Graph {
  readonly inputs: readonly Ref[];
  readonly outputs: readonly Ref[];
  readonly nodes: readonly GraphNode[];
}

/** The shape, type and options of a node's output. */
export interface NodeOptions {
  readonly shape: readonly number[];
  /** Default: the type of the first input. */
  readonly dtype?: OnnxDType;
  readonly attributes?: Readonly<Record<string, Attribute>>;
  readonly domain?: string;
  readonly macs?: number;
}

/** Collects nodes while a function is traced. */
export class GraphBuilder {
  readonly #nodes: GraphNode[] = [];
  readonly #transposes = new Map<Ref, GraphNode>();
  #count = 0;

  /** A new input. */
  input(shape: readonly number[], dtype: OnnxDType): Ref {
    return this.#ref("input", shape, dtype);
  }

  /** A value whose numbers are known. */
  constant(data: ConstantData, shape: readonly number[], dtype: OnnxDType): Ref {
    return { ...this.#ref("constant", shape, dtype), constant: data };
  }

  /** A float32 scalar. */
  scalar(value: number): Ref {
    return this.constant(Float32Array.of(value), [], "float32");
  }

  /** An int64 vector: the axes, pads and shapes that ONNX takes as inputs. */
  ints(values: readonly number[]): Ref {
    return this.constant(BigInt64Array.from(values, BigInt), [values.length], "int64");
  }

  /** Adds a node with one output. */
  node(op: string, inputs: readonly Ref[], options: NodeOptions): Ref {
    return this.nodes(op, inputs, [options])[0]!;
  }

  /** Adds a node with several outputs; attributes, domain and MACs are those of the first. */
  nodes(op: string, inputs: readonly Ref[], outputs: readonly [NodeOptions, ...NodeOptions[]]): Ref[] {
    const [first] = outputs;
    const refs = outputs.map(({ shape, dtype }) => this.#ref(op, shape, dtype ?? inputs[0]!.dtype));
    this.#nodes.push({
      op,
      ...(first.domain === undefined ? {} : { domain: first.domain }),
      inputs,
      outputs: refs,
      attributes: first.attributes ?? {},
      macs: first.macs ?? 0,
    });
    return refs;
  }

  /** `value` with its axes in the order of `perm`; successive transpositions become one. */
  transpose(value: Ref, perm: readonly number[]): Ref {
    const earlier = this.#transposes.get(value);
    if (earlier) {
      const before = earlier.attributes.perm as readonly number[];
      return this.transpose(earlier.inputs[0]!, perm.map((axis) => before[axis]!));
    }
    if (perm.every((axis, i) => axis === i)) return value;
    const transposed = this.node("Transpose", [value], {
      shape: perm.map((axis) => value.shape[axis]!),
      attributes: { perm },
    });
    this.#transposes.set(transposed, this.#nodes.at(-1)!);
    return transposed;
  }

  /** If `value` is a transposition: the value before it, and the order of the axes. */
  beforeTranspose(value: Ref): { readonly value: Ref; readonly perm: readonly number[] } | undefined {
    const node = this.#transposes.get(value);
    return node && { value: node.inputs[0]!, perm: node.attributes.perm as readonly number[] };
  }

  /** `value` with another shape of the same size. */
  reshape(value: Ref, shape: readonly number[]): Ref {
    if (sameShape(value.shape, shape)) return value;
    return this.node("Reshape", [value, this.ints(shape)], { shape });
  }

  /** The graph of everything that `outputs` depend on. */
  finish(inputs: readonly Ref[], outputs: readonly Ref[]): Graph {
    const needed = new Set<Ref>(outputs);
    const nodes = this.#nodes.toReversed().filter((node) => {
      if (!node.outputs.some((ref) => needed.has(ref))) return false;
      node.inputs.forEach((ref) => needed.add(ref));
      return true;
    });
    return { inputs, outputs, nodes: fuseBias(nodes.reverse(), outputs) };
  }

  #ref(stem: string, shape: readonly number[], dtype: OnnxDType): Ref {
    return { name: `${stem}_${this.#count++}`, shape: [...shape], dtype };
  }
}

/**
 * Moves the addition of a bias [channels] into the operation before it, as its third input. That operation is a `Gemm`,
 * or a `Conv` with a transposition to channels-last. Its output must have no other use.
 */
function fuseBias(nodes: readonly GraphNode[], outputs: readonly Ref[]): GraphNode[] {
  const uses = new Map<Ref, number>();
  for (const ref of [...outputs, ...nodes.flatMap((node) => node.inputs)]) uses.set(ref, (uses.get(ref) ?? 0) + 1);
  const madeBy = new Map(nodes.map((node) => [node.outputs[0]!, node]));
  /** The nodes that make `ref` if a bias can move into the first of them; undefined otherwise. */
  const product = (ref: Ref): GraphNode[] | undefined => {
    const node = madeBy.get(ref);
    if (!node || uses.get(ref) !== 1 || node.inputs.length > 2) return undefined;
    if (node.op === "Gemm") return [node];
    const isChannelsLast = node.op === "Transpose" && (node.attributes.perm as readonly number[]).at(-1) === 1;
    const [conv] = isChannelsLast ? node.inputs : [];
    const before = conv && uses.get(conv) === 1 ? madeBy.get(conv) : undefined;
    return before?.op === "Conv" ? [before, node] : undefined;
  };
  const replaced = new Set<GraphNode>();
  const fused = nodes.flatMap((node) => {
    if (node.op !== "Add") return [node];
    for (const [sum, bias] of [node.inputs, node.inputs.toReversed()] as [Ref, Ref][]) {
      const found = product(sum);
      if (!found || !sameShape(bias.shape, sum.shape.slice(-1))) continue;
      found.forEach((part) => replaced.add(part));
      const [first, ...rest] = found as [GraphNode, ...GraphNode[]];
      const biased = { ...first, inputs: [...first.inputs, bias] };
      return rest.length === 0
        ? [{ ...biased, outputs: node.outputs }]
        : [biased, { ...rest[0]!, outputs: node.outputs }];
    }
    return [node];
  });
  return fused.filter((node) => !replaced.has(node));
}

/** Multiply-accumulates of one run. */
export function countMacs(graph: Graph): number {
  return graph.nodes.reduce((sum, node) => sum + node.macs, 0);
}

/** Whether two shapes are equal. */
export function sameShape(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((dim, i) => dim === b[i]);
}

/** Records one tfjs kernel: takes its inputs by name and its attributes, and gives the values of its outputs. */
export type TraceKernel = (
  graph: GraphBuilder,
  inputs: Readonly<Record<string, Ref>>,
  attributes: unknown,
) => Ref | Ref[];

/** A kernel whose input names and attributes have types. */
export function kernel<Input extends string, Attributes = unknown>(
  record: (graph: GraphBuilder, inputs: Readonly<Record<Input, Ref>>, attributes: Attributes) => Ref | Ref[],
): TraceKernel {
  return record as TraceKernel;
}
