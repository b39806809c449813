import type { Tree } from "./tree.ts";
import type {
  HostOutputsOf,
  HostsOf,
  HostTensor,
  InputsOf,
  OutputsOf,
  TensorFunction,
  TensorSpec,
  Value,
} from "./values.ts";

/** A function of tensors, ready to run. */
export interface Compiled<S, R> {
  /**
   * Computes the outputs. Inputs are plain numbers, or values from an earlier run, which stay valid.
   *
   * @throws {TypeError} If an input's shape or type is not the signature's.
   */
  run(inputs: InputsOf<S>): Promise<OutputsOf<R>>;
  /**
   * Ties the inputs and outputs to arrays, once for many runs. Every call of the returned function reads the numbers that
   * are in the inputs by then, and writes the outputs. An engine that can works in these arrays without a copy.
   *
   * @example
   * ```ts
   * import { compile, cpuEngine, hostTensor, signatureOf, tf } from "@ctsurv/ctsurv/engine";
   * import { assertEquals } from "@std/assert";
   *
   * const inputs = { x: hostTensor([0, 0], [2]) };
   * const sum = hostTensor([0], []);
   * const program = await compile(cpuEngine(), ({ x }) => ({ sum: tf.sum(x) }), signatureOf(inputs));
   * const run = program.bind(inputs, { sum });
   * inputs.x.data.set([1, 2]);
   * await run();
   * assertEquals([...sum.data], [3]);
   * ```
   *
   * @param outputs The tree that the function returned, with arrays in place of its tensors. None of them may
   *   share memory with an input.
   * @throws {TypeError} If an array's shape or type is not the signature's or the output's; for outputs of an engine that
   *   runs operation by operation, from the returned function.
   */
  bind(inputs: HostsOf<S>, outputs: HostOutputsOf<R>): () => Promise<void>;
  /** Multiply-accumulates of one run: every matrix product and convolution of the traced graph. */
  readonly macs: number;
  /** Frees the session. */
  dispose(): Promise<void>;
}

/** A function that an engine has made ready; {@linkcode Compiled} is the same with the types of its trees. */
export interface Program {
  /** Computes the outputs. Throws a `TypeError` if an input is missing, or its shape or type is not the signature's. */
  run(inputs: Tree<HostTensor | Value>): Promise<Tree<Value>>;
  /** Ties inputs and outputs to arrays, see {@linkcode Compiled.bind}. */
  bind(inputs: Tree<HostTensor>, outputs: Tree<HostTensor>): () => Promise<void>;
  /** Multiply-accumulates of one run. */
  readonly macs: number;
  /** Frees the session. */
  dispose(): Promise<void>;
}

/** How a function is made ready. */
export interface PrepareOptions {
  /**
   * Threads of one operation, for engines with such a choice. A sum that is split among threads rounds in another order,
   * so the last digits of a result can depend on it. @default {the engine's own choice}
   */
  readonly threads?: number;
}

/** Why `auto` chose an engine. */
export interface EngineChoice {
  /** What speaks for this engine or against the faster ones: `@tensorflow/tfjs-node-gpu is not installed`. */
  readonly why: string;
  /** Whether it is what most machines get: ONNX Runtime, with no package for a GPU installed. */
  readonly isUsual: boolean;
}

/** Runs functions that are written in TensorFlow.js. */
export interface Engine {
  /** `onnx`, `tensorflow`, `wasm` or `cpu`. */
  readonly name: string;
  /** Library, version and provider, for provenance: `onnxruntime-node 1.30.0 (cpu)`. */
  readonly description: string;
  /** Of an engine that `auto` chose. */
  readonly chosen?: EngineChoice;
  /** Whether `onnxEngine({ threads: 1 })` in another thread gives the same numbers, so that work can be divided. */
  readonly isDivisible?: boolean;
  /** Makes a function ready for inputs of one signature; use `compile()`, which keeps the types. */
  prepare(fn: TensorFunction, signature: Tree<TensorSpec>, options?: PrepareOptions): Promise<Program>;
}
