import type { Tree } from "./tree.ts";
import type { HostTensor, InputsOf, OutputsOf, TensorFunction, TensorSpec, Value } from "./values.ts";

/** A function of tensors, ready to run. */
export interface Compiled<S, R> {
  /**
   * Computes the outputs. Inputs are plain numbers or values from an earlier run, which stay valid.
   *
   * @throws {TypeError} If an input's shape or type is not the signature's.
   */
  run(inputs: InputsOf<S>): Promise<OutputsOf<R>>;
  /** Multiply-accumulates of one run: every matrix product and convolution of the traced graph. */
  readonly macs: number;
  /** Frees the session. */
  dispose(): Promise<void>;
}

/** A function that an engine has made ready; {@linkcode Compiled} is its typed face. */
export interface Program {
  run(inputs: Tree<HostTensor | Value>): Promise<Tree<Value>>;
  readonly macs: number;
  dispose(): Promise<void>;
}

/** How a function is made ready. */
export interface PrepareOptions {
  /**
   * Threads of one operation, where the engine lets that be chosen. Sums that are split among threads are rounded in
   * another order, so results can depend on it in the last digits. @default {the engine's own choice}
   */
  readonly threads?: number;
}

/** Something that runs functions written in tfjs. */
export interface Engine {
  /** `onnx`, `tensorflow`, `wasm` or `cpu`. */
  readonly name: string;
  /** Library, version and provider, for provenance: `onnxruntime-node 1.30.0 (cpu)`. */
  readonly description: string;
  /** Whether `onnxEngine({ threads: 1 })` in another thread computes the same, so that work can be divided. */
  readonly isDivisible?: boolean;
  /** Makes a function ready for inputs of one signature; use `compile()`, which keeps the types. */
  prepare(fn: TensorFunction, signature: Tree<TensorSpec>, options?: PrepareOptions): Promise<Program>;
}
