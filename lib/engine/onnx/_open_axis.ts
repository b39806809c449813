import type { Graph, GraphNode, Ref } from "../_trace/graph.ts";
import type { OpenShape } from "./_encode_model.ts";

/** A graph one axis of which has any length. */
export interface OpenGraph {
  readonly graph: Graph;
  /** The shapes of inputs and outputs, with the name of the axis in place of its length. */
  readonly shapes: ReadonlyMap<Ref, OpenShape>;
}

/** A function traced at one length of the axis. */
export interface TracedAt {
  readonly length: number;
  readonly graph: Graph;
}

/** The three traces, and where the length is read: the first axis of the first input. */
interface Traces {
  readonly traces: readonly [TracedAt, TracedAt, TracedAt];
  readonly axis: string;
}

/**
 * One graph for any length of an axis, from traces of the same function at three lengths.
 *
 * A tracer fixes every shape, so a graph contains numbers that depend on the length: the targets of reshapes, the ends of
 * slices, masks of ones. Each of them is `slope * length + offset`, which two traces give and the third one checks. In
 * the graph they are then computed from the shape of the first input. All else has to be the same in the three traces.
 *
 * @throws {Error} If something else depends on the length: the operations, an attribute, or a constant that is neither
 *   whole numbers nor one number everywhere.
 */
export function openAxis({ traces, axis }: Traces): OpenGraph {
  const [{ graph }] = traces;
  if (traces.some((other) => other.graph.nodes.length !== graph.nodes.length)) {
    throw new Error(`The number of operations depends on the number of ${axis}`);
  }
  const added: GraphNode[] = [];
  const node = (op: string, inputs: readonly Ref[], result: Omit<Ref, "name">, attributes = {}): Ref => {
    const output = { ...result, name: `${axis}_${added.length}` };
    added.push({ op, inputs, outputs: [output], attributes, macs: 0 });
    return output;
  };
  let count = 0;
  const ints = (values: readonly number[]) => ({
    name: `${axis}_constant_${count++}`,
    shape: [values.length],
    dtype: "int64" as const,
    constant: BigInt64Array.from(values, BigInt),
  });
  const length = node("Shape", [graph.inputs[0]!], { shape: [1], dtype: "int64" }, { start: 0, end: 1 });
  /** Whole numbers that depend on the length, as a value of the graph. */
  const computed = (lines: readonly Line[]): Ref => {
    const result = { shape: [lines.length], dtype: "int64" as const };
    const scaled = node("Mul", [length, ints(lines.map(({ slope }) => slope))], result);
    return node("Add", [scaled, ints(lines.map(({ offset }) => offset))], result);
  };
  const lineThrough = (values: readonly number[], where: string): Line => line(traces, values, { where, axis });

  const opened = new Map<Ref, Ref>();
  const open = (refs: readonly Ref[]): Ref => {
    const [first] = refs as [Ref];
    const known = opened.get(first);
    if (known) return known;
    const now = () => {
      if (refs.every(({ constant }) => sameNumbers(constant, first.constant))) return first;
      const constants = refs.map(({ constant }) => Array.from<number | bigint>(constant!));
      const [own] = constants as [(number | bigint)[]];
      if (first.dtype === "int64" && constants.every((values) => values.length === own.length)) {
        return computed(own.map((_, i) => lineThrough(constants.map((values) => Number(values[i])), first.name)));
      }
      if (constants.some((values) => values.length === 0 || values.some((value) => value !== own[0]))) {
        throw new Error(`The constant ${first.name} [${first.shape}] depends on the number of ${axis}`);
      }
      const scalar = { ...first, name: `${first.name}_value`, shape: [], constant: first.constant!.slice(0, 1) };
      const shape = first.shape.map((_, i) => lineThrough(refs.map((ref) => ref.shape[i]!), first.name));
      return node("Expand", [scalar, computed(shape)], { shape: first.shape, dtype: first.dtype });
    };
    const ref = now();
    opened.set(first, ref);
    return ref;
  };

  const nodes = graph.nodes.map((own, at): GraphNode => {
    const others = traces.map((trace) => trace.graph.nodes[at]!);
    if (others.some((other) => !isSameOperation(own, other))) {
      throw new Error(`The operation ${own.op} (${own.outputs[0]!.name}) depends on the number of ${axis}`);
    }
    const inputs = own.inputs.map((ref, i) => ref.constant ? open(others.map((other) => other.inputs[i]!)) : ref);
    return { ...own, inputs };
  });
  const shapes = new Map<Ref, OpenShape>();
  for (const side of ["inputs", "outputs"] as const) {
    graph[side].forEach((ref, i) => {
      const all = traces.map((trace) => trace.graph[side][i]!.shape);
      shapes.set(
        ref,
        ref.shape.map((_, dim) => {
          const { slope, offset } = lineThrough(all.map((shape) => shape[dim]!), ref.name);
          return slope === 0 ? offset : slope === 1 && offset === 0 ? axis : `${slope} ${axis} + ${offset}`;
        }),
      );
    });
  }
  return { graph: { ...graph, nodes: [...added, ...nodes] }, shapes };
}

/** `slope * length + offset`. */
interface Line {
  readonly slope: number;
  readonly offset: number;
}

function line(
  traces: readonly TracedAt[],
  values: readonly number[],
  { where, axis }: { readonly where: string; readonly axis: string },
): Line {
  const slope = (values[1]! - values[0]!) / (traces[1]!.length - traces[0]!.length);
  const offset = values[0]! - slope * traces[0]!.length;
  const isLine = Number.isInteger(slope) && values.every((value, i) => value === slope * traces[i]!.length + offset);
  if (!isLine) throw new Error(`${where} depends on the number of ${axis} otherwise than in proportion: ${values}`);
  return { slope, offset };
}

function sameNumbers(a: Ref["constant"], b: Ref["constant"]): boolean {
  if (a === b) return true;
  return a !== undefined && b !== undefined && a.length === b.length && a.every((value, i) => Object.is(value, b[i]));
}

/** Whether two nodes do the same with values of the same names. */
function isSameOperation(a: GraphNode, b: GraphNode): boolean {
  const names = ({ inputs, outputs }: GraphNode) => [...inputs, ...outputs].map(({ name }) => name).join();
  return a.op === b.op && names(a) === names(b) && JSON.stringify(a.attributes) === JSON.stringify(b.attributes);
}
