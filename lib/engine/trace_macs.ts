import { countMacs } from "./trace/graph.ts";
import { trace } from "./trace/trace.ts";
import type { Tree } from "./tree.ts";
import type { TensorFunction, TensorsOf, TensorSpec } from "./values.ts";

/**
 * Multiply-accumulates of a function for inputs of one signature: every matrix product and convolution of its graph, as
 * `Compiled.macs`, but nothing is made that could run. Parameters among the inputs need shapes alone, no
 * numbers.
 *
 * @throws {Error} If `fn` cannot be traced.
 */
export function traceMacs<const S extends object>(fn: (inputs: TensorsOf<S>) => unknown, signature: S): number {
  return countMacs(trace(fn as unknown as TensorFunction, signature as Tree<TensorSpec>).graph);
}
