import { setWasmPaths, version_wasm } from "@tensorflow/tfjs-backend-wasm";
import { fileURLToPath } from "node:url";
import type { Engine } from "../engine.ts";
import { tf } from "../tf.ts";
import { sliceByMemory } from "./_wasm_slice.ts";
import { eagerEngine } from "./eager_engine.ts";

/**
 * TensorFlow.js on WebAssembly, operation by operation: slow, but the same everywhere. Some functions run on its plain
 * JavaScript backend instead:
 *
 * - those with a kernel that the WebAssembly backend lacks: the gradients of convolution filters and of depthwise
 *   convolutions;
 * - those with a kernel that it computes wrongly: the gradient of a maximum over windows of negative numbers, and "same"
 *   convolutions whose stride is longer than their filter.
 *
 * @throws {Error} If the WebAssembly module cannot be loaded.
 */
export async function wasmEngine(): Promise<Engine> {
  await startWasm();
  return eagerEngine({
    name: "wasm",
    description: `tfjs-backend-wasm ${version_wasm}`,
    backend: "wasm",
    fallback: "cpu",
  });
}

const isStarted = () => "wasm" in tf.engine().registry;

/** Starts the backend once. It does not become the current one of tfjs, which others may be using while it loads. */
async function startWasm(): Promise<void> {
  if (isStarted()) return;
  const folder = fileURLToPath(new URL(".", import.meta.resolve("@tensorflow/tfjs-backend-wasm")));
  setWasmPaths(folder);
  let backend: tf.KernelBackend;
  try {
    backend = await tf.findBackendFactory("wasm")();
  } catch (cause) {
    throw new Error(`tfjs's WebAssembly backend did not start from ${folder}`, { cause });
  }
  // Another call may have been faster.
  if (isStarted()) return;
  tf.removeBackend("wasm");
  tf.registerBackend("wasm", () => backend);
  tf.findBackend("wasm");
  tf.unregisterKernel(tf.MaxPoolGrad, "wasm");
  replace(tf.Slice, sliceByMemory);
  refuse(tf.Conv2D, skipsPixels);
  refuse(tf.DepthwiseConv2dNative, skipsPixels);
}

type Kernel = Parameters<tf.KernelFunc>[0];

/** Makes the backend compute a kernel by another function, which is handed the backend's own. */
function replace(kernelName: string, by: (kernel: Kernel, native: tf.KernelFunc) => ReturnType<tf.KernelFunc>): void {
  const config = tf.getKernel(kernelName, "wasm");
  tf.unregisterKernel(kernelName, "wasm");
  tf.registerKernel({ ...config, kernelFunc: (kernel) => by(kernel, config.kernelFunc) });
}

/** Makes the backend refuse a kernel for the inputs and attributes for which it is wrong. */
function refuse(kernelName: string, isWrong: (kernel: Kernel) => boolean): void {
  replace(kernelName, (kernel, native) => {
    if (isWrong(kernel)) throw new Error(`Kernel '${kernelName}' not registered for these strides`);
    return native(kernel);
  });
}

/** The backend takes the negative padding of such a convolution for a very large one. */
function skipsPixels({ inputs: { filter }, attrs }: Kernel): boolean {
  const { pad, strides } = attrs as unknown as tf.Conv2DAttrs;
  const [down, across] = typeof strides === "number" ? [strides, strides] : strides;
  return pad === "same" && (down > filter!.shape[0]! || across > filter!.shape[1]!);
}
