import type { Compiled, Engine, PrepareOptions } from "./engine.ts";
import { countMacs } from "./_trace/graph.ts";
import { trace } from "./_trace/trace.ts";
import type { Tree } from "./tree.ts";
import type { TensorFunction, TensorsOf, TensorSpec } from "./values.ts";

/**
 * Makes a function written in tfjs ready to run on an engine.
 *
 * @example
 * ```ts
 * import { compile, createEngine, float32, hostTensor, tf } from "@ctsurv/engine/mod.ts";
 *
 * const engine = await createEngine();
 * const double = await compile(engine, ({ x }) => ({ y: tf.mul(x, 2) }), { x: float32(3) });
 * const { y } = await double.run({ x: hostTensor([1, 2, 3], [3]) });
 * console.log(await y.read()); // Float32Array [2, 4, 6]
 * ```
 *
 * @param fn A pure function of a tree of tensors. It may use gradients, but must not read its inputs' numbers. Tensors
 * it takes from outside are constants.
 * @param signature The shape and type of every input, in the tree that `fn` takes.
 * @throws {Error} If `fn` cannot be traced.
 */
export async function compile<const S extends object, R>(
  engine: Engine,
  fn: (inputs: TensorsOf<S>) => R,
  signature: S,
  options?: PrepareOptions,
): Promise<Compiled<S, R>> {
  // The one place where the trees' types are taken on trust: inside, an engine knows only leaves.
  return await engine.prepare(
    fn as unknown as TensorFunction,
    signature as Tree<TensorSpec>,
    options,
  ) as unknown as Compiled<S, R>;
}

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
