import type { GraphBuilder, Ref } from "./graph.ts";

/** Records one tfjs kernel: from its inputs by name and its attributes to the values it stands for. */
export type TraceKernel = (
  graph: GraphBuilder,
  inputs: Readonly<Record<string, Ref>>,
  attributes: unknown,
) => Ref | Ref[];

/** Gives a kernel its input names and attribute type. */
export function kernel<Input extends string, Attributes = unknown>(
  record: (graph: GraphBuilder, inputs: Readonly<Record<Input, Ref>>, attributes: Attributes) => Ref | Ref[],
): TraceKernel {
  return record as TraceKernel;
}
