import type { Tree } from "./tree.ts";
import type { HostTensor, TensorFunction, TensorSpec, Value } from "./values.ts";

/** A function that an engine has made ready; {@linkcode Compiled} is its typed face. */
export interface Program {
  run(inputs: Tree<HostTensor | Value>): Promise<Tree<Value>>;
  readonly macs: number;
  dispose(): Promise<void>;
}

/** Something that runs functions written in tfjs. */
export interface Engine {
  /** `onnx`, `tensorflow`, `wasm` or `cpu`. */
  readonly name: string;
  /** Library, version and provider, for provenance: `onnxruntime-node 1.30.0 (cpu)`. */
  readonly description: string;
  /** Makes a function ready for inputs of one signature; use `compile()`, which keeps the types. */
  prepare(fn: TensorFunction, signature: Tree<TensorSpec>): Promise<Program>;
}
