import { countMacs } from "./_trace/graph.ts";
import { trace } from "./_trace/trace.ts";
import type { Compiled, Engine, PrepareOptions } from "./engine.ts";
import type { Tree } from "./tree.ts";
import type { TensorFunction, TensorsOf, TensorSpec } from "./values.ts";

/**
 * Makes a function written in TensorFlow.js ready to run on an engine.
 *
 * @example A linear layer on ONNX Runtime
 * ```ts
 * import { compile, createEngine, float32, hostTensor, tf } from "@ctsurv/ctsurv/engine";
 * import { assertEquals } from "@std/assert";
 *
 * const engine = await createEngine("onnx");
 * const layer = await compile(engine, ({ x, w }) => ({ y: tf.matMul(x, w) }), { x: float32(1, 3), w: float32(3, 2) });
 * const { y } = await layer.run({ x: hostTensor([1, 2, 3], [1, 3]), w: hostTensor([1, 0, 0, 1, 1, 1], [3, 2]) });
 *
 * assertEquals([...await y.read()], [4, 5]);
 * assertEquals(layer.macs, 6);
 * y.dispose();
 * await layer.dispose();
 * ```
 *
 * @param fn A pure function of a tree of tensors. It may use gradients, but must not read the numbers of its inputs.
 * Tensors that it takes from outside become constants.
 * @param signature The shape and type of every input, in the same tree that `fn` takes.
 * @throws {Error} If `fn` cannot be traced.
 */
export async function compile<const S extends object, R>(
  engine: Engine,
  fn: (inputs: TensorsOf<S>) => R,
  signature: S,
  options?: PrepareOptions,
): Promise<Compiled<S, R>> {
  // The one place where the types of the trees are taken on trust: an engine knows only leaves.
  return await engine.prepare(
    fn as unknown as TensorFunction,
    signature as Tree<TensorSpec>,
    options,
  ) as unknown as Compiled<S, R>;
}

/**
 * Counts the multiply-accumulates of a function for inputs of one signature, as `Compiled.macs` does: those of every
 * matrix product and convolution, each by the count that its kernel in `_trace/kernels` states. Nothing runs, and
 * parameters among the inputs need only shapes, not numbers.
 *
 * @example An embedding layer for 20 slices
 * ```ts
 * import { float32, tf, traceMacs } from "@ctsurv/ctsurv/engine";
 * import { assertEquals } from "@std/assert";
 *
 * const signature = { features: float32(20, 1280), weight: float32(1280, 256) };
 * assertEquals(traceMacs(({ features, weight }) => tf.matMul(features, weight), signature), 20 * 1280 * 256);
 * ```
 *
 * @throws {Error} If `fn` cannot be traced.
 */
export function traceMacs<const S extends object>(fn: (inputs: TensorsOf<S>) => unknown, signature: S): number {
  return countMacs(trace(fn as unknown as TensorFunction, signature as Tree<TensorSpec>).graph);
}
