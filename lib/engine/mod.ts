/** Write tfjs, run native: functions of tensors, traced to ONNX and run by ONNX Runtime, or op by op by tfjs. */
export { compile } from "./compile.ts";
export type { Compiled } from "./compiled.ts";
export { createEngine } from "./create_engine.ts";
export { cpuEngine } from "./eager/cpu_engine.ts";
export { wasmEngine } from "./eager/wasm_engine.ts";
export type { Engine, PrepareOptions } from "./engine.ts";
export { onnxEngine, type OnnxEngineOptions, type Provider } from "./onnx/onnx_engine.ts";
export { tf } from "./tf.ts";
export { traceMacs } from "./trace_macs.ts";
export { type Leaf, leaves, type MapTree, mapTree, type Tree } from "./tree.ts";
export {
  type DType,
  float32,
  type HostTensor,
  hostTensor,
  type InputsOf,
  int32,
  isSpec,
  isTensor,
  type OutputsOf,
  signatureOf,
  type TensorData,
  type TensorsOf,
  type TensorSpec,
  toTensors,
  type Value,
} from "./values.ts";
export { type ValueAndGradients, valueAndGradients } from "./value_and_gradients.ts";
export { disposeValues, readValues, zerosOf } from "./value_trees.ts";
