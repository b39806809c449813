import { findTensorflow } from "./eager/_tensorflow/find_tensorflow.ts";
import { probeTensorflow } from "./eager/_tensorflow/probe_tensorflow.ts";
import { tensorflowEngine } from "./eager/_tensorflow/tensorflow_engine.ts";
import { cpuEngine } from "./eager/eager_engine.ts";
import { wasmEngine } from "./eager/wasm_engine.ts";
import type { Engine } from "./engine.ts";
import { onnxEngine } from "./onnx/onnx_engine.ts";

const GPU_PACKAGE = "@tensorflow/tfjs-node-gpu";

/**
 * The fastest engine that works on this machine: TensorFlow on a GPU, ONNX Runtime on the processor, WebAssembly, plain
 * JavaScript. It never fails, whatever is installed, and its `chosen` says why it is this one.
 *
 * TensorFlow on a processor is never taken: operation by operation, it is slower there than ONNX Runtime.
 *
 * @param from The file or URL from which TensorFlow's packages are looked for.
 */
export async function chooseEngine(from?: string | URL): Promise<Engine> {
  const found = findTensorflow(from).find(({ name }) => name === GPU_PACKAGE);
  if (found === undefined) {
    return await withoutTensorflow(`${GPU_PACKAGE} is not installed with its native binding`, true);
  }
  try {
    const { isOnGpu } = await probeTensorflow(found.entry);
    if (!isOnGpu) return await withoutTensorflow(`${GPU_PACKAGE} is installed, but finds no GPU`, false);
    return { ...tensorflowEngine(found), chosen: { why: `${GPU_PACKAGE} computes on a GPU`, isUsual: false } };
  } catch (error) {
    return await withoutTensorflow(`${GPU_PACKAGE} is installed, but cannot be used: ${messageOf(error)}`, false);
  }
}

async function withoutTensorflow(why: string, isUsual: boolean): Promise<Engine> {
  try {
    return { ...onnxEngine(), chosen: { why, isUsual } };
  } catch (noOnnx) {
    const both = `${why}, and ${messageOf(noOnnx).replace(/\. Choose CTSURV_ENGINE.*/, "")}`;
    try {
      return { ...await wasmEngine(), chosen: { why: both, isUsual: false } };
    } catch (noWasm) {
      return { ...cpuEngine(), chosen: { why: `${both}, and ${messageOf(noWasm)}`, isUsual: false } };
    }
  }
}

function messageOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).trim().split("\n")[0]!;
}
