/**
 * Runs functions of tensors that are written in TensorFlow.js, with or without gradients, and trains with AdamW.
 *
 * {@linkcode createEngine} picks an engine and {@linkcode compile} makes a function ready for it. The engine in `onnx/`
 * traces the function once, and ONNX Runtime runs the graph; those in `eager/` run it operation by operation. Inputs,
 * outputs and parameters are trees, arrays and records nested at will: {@linkcode hostTensor} makes their leaves,
 * {@linkcode leaves} and {@linkcode mapTree} walk them. For training there are {@linkcode valueAndGradients} and
 * {@linkcode adamW}; {@linkcode fusedAdamW} is the same in one pass over memory.
 *
 * @module
 */
// TensorFlow.js's own types, so that signatures of this folder can be written down without importing it.
export { adamW, type AdamWOptions, type BiasCorrections, biasCorrections, type Moments, momentsSpec } from "./adamw.ts";
export { clipGradients } from "./clip_gradients.ts";
export { compile, traceMacs } from "./compile.ts";
export { createEngine, tryEngine } from "./create_engine.ts";
export { cpuEngine } from "./eager/eager_engine.ts";
export { wasmEngine } from "./eager/wasm_engine.ts";
export { type FusedAdamW, fusedAdamW, type FusedAdamWOptions } from "./fused/fused_adamw.ts";
export type { Compiled, Engine, EngineChoice, PrepareOptions, Program } from "./engine.ts";
export { learningRateAt, type LearningRateSchedule, type TrainingPlace } from "./learning_rate.ts";
export { exportOnnx, type ExportOnnxOptions } from "./onnx/export_onnx.ts";
export { onnxEngine, type OnnxEngineOptions, type Provider } from "./onnx/onnx_engine.ts";
export { type RangeEnds, roundToHalf, toUnitRange } from "./host_arithmetic.ts";
export { tf } from "./tf.ts";
export { type Leaf, leaves, type MapTree, mapTree, type Tree } from "./tree.ts";
export { type ValueAndGradients, valueAndGradients } from "./value_and_gradients.ts";
export {
  disposeValues,
  type DType,
  float32,
  type HostOutputsOf,
  type HostsOf,
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
export { warmUpAndCosine } from "./warm_up_and_cosine.ts";
export type { Scalar, Tensor, Tensor2D } from "@tensorflow/tfjs";
