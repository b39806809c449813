import type { Tree } from "./tree.ts";
import type { HostTensor, InputsOf, OutputsOf, TensorFunction, TensorSpec, Value } from "./values.ts";

/** A function of tensors, ready to run. */
export interface Compiled<S, R> {
  /**
   * Computes the outputs. Inputs are plain numbers, or values from an earlier run, which stay valid.
   *
   * @throws {TypeError} If an input's shape or type is not the signature's.
   */
  run(inputs: InputsOf<S>): Promise<OutputsOf<R>>;
  /** Multiply-accumulates of one run: every matrix product and convolution of the traced graph. */
  readonly macs: number;
  /** Frees the session. */
  dispose(): Promise<void>;
}

/** A function that an engine has made ready; {@linkcode Compiled} is the same with the types of its trees. */
export interface Program {
  /** Computes the outputs. Throws a `TypeError` if an input is missing, or its shape or type is not the signature's. */
  run(inputs: Tree<HostTensor | Value>): Promise<Tree<Value>>;
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

/** Runs functions that are written in TensorFlow.js. */
export interface Engine {
  /** `onnx`, `tensorflow`, `wasm` or `cpu`. */
  readonly name: string;
  /** Library, version and provider, for provenance: `onnxruntime-node 1.30.0 (cpu)`. */
  readonly description: string;
  /** Whether `onnxEngine({ threads: 1 })` in another thread gives the same numbers, so that work can be divided. */
  readonly isDivisible?: boolean;
  /** Makes a function ready for inputs of one signature; use `compile()`, which keeps the types. */
  prepare(fn: TensorFunction, signature: Tree<TensorSpec>, options?: PrepareOptions): Promise<Program>;
}
