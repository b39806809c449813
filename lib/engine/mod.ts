/** Tensors and what runs them: functions are compiled to ONNX graphs, or run eagerly; AdamW. */
export { adamW, type AdamWOptions, type BiasCorrections, biasCorrections, type Moments, momentsSpec } from "./adamw.ts";
export { compile, traceMacs } from "./compile.ts";
export { createEngine } from "./create_engine.ts";
export { cpuEngine } from "./eager/eager_engine.ts";
export { wasmEngine } from "./eager/wasm_engine.ts";
export type { Compiled, Engine, PrepareOptions, Program } from "./engine.ts";
export { onnxEngine, type OnnxEngineOptions, type Provider } from "./onnx/onnx_engine.ts";
export { tf } from "./tf.ts";
export { type Leaf, leaves, type MapTree, mapTree, type Tree } from "./tree.ts";
export { type ValueAndGradients, valueAndGradients } from "./value_and_gradients.ts";
export {
  disposeValues,
  type DType,
  float32,
  type HostTensor,
  hostTensor,
  type InputsOf,
  isSpec,
  isTensor,
  type OutputsOf,
  readValues,
  signatureOf,
  type TensorData,
  type TensorFunction,
  type TensorsOf,
  type TensorSpec,
  toTensors,
  type Value,
  zerosOf,
} from "./values.ts";
