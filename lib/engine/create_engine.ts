import { InputError } from "@ctsurv/base/mod.ts";
import { findTensorflow, tensorflowEngine } from "./eager/_tensorflow_engine.ts";
import { cpuEngine } from "./eager/eager_engine.ts";
import { wasmEngine } from "./eager/wasm_engine.ts";
import type { Engine } from "./engine.ts";
import { onnxEngine, type Provider } from "./onnx/onnx_engine.ts";
import { tf } from "./tf.ts";

const CHOICES = ["auto", "onnx", "onnx:cpu", "onnx:webgpu", "onnx:cuda", "tensorflow", "wasm", "cpu"];

/**
 * Creates the engine that runs compiled functions. `auto` takes TensorFlow on a GPU if its native package is installed,
 * else ONNX Runtime on the CPU, else WebAssembly. The GPU providers of ONNX Runtime are used only if named. Whether one is
 * there shows when the engine makes a function ready; {@linkcode tryEngine} finds out before.
 *
 * @example
 * ```ts
 * import { createEngine } from "@ctsurv/ctsurv/engine";
 * import { InputError } from "@ctsurv/ctsurv/base";
 * import { assertEquals, assertRejects } from "@std/assert";
 *
 * const engine = await createEngine("onnx");
 * assertEquals(/^onnxruntime-node .* \(cpu\)$/.test(engine.description), true);
 * await assertRejects(() => createEngine("gpu"), InputError, 'Unknown engine "gpu"');
 * ```
 *
 * @param choice `auto` (the default), `onnx`, `onnx:webgpu`, `onnx:cuda`, `tensorflow`, `wasm` or `cpu`.
 * @throws {InputError} If the engine is unknown or not installed.
 */
export async function createEngine(choice = "auto"): Promise<Engine> {
  if (!CHOICES.includes(choice)) {
    throw new InputError(`Unknown engine "${choice}" (CTSURV_ENGINE): choose one of ${CHOICES.join(", ")}`);
  }
  if (choice === "wasm") return await wasmEngine();
  if (choice === "cpu") return cpuEngine();
  if (choice === "tensorflow") {
    const [installed] = findTensorflow();
    if (!installed) {
      throw new InputError(
        'The engine "tensorflow" needs the npm package @tensorflow/tfjs-node-gpu or @tensorflow/tfjs-node with its ' +
          "native binding, which is not installed. Choose CTSURV_ENGINE=onnx",
      );
    }
    return await tensorflowEngine(installed);
  }
  if (choice !== "auto") return onnxEngine({ provider: (choice.split(":")[1] ?? "cpu") as Provider });
  const gpu = findTensorflow().find(({ name }) => name === "@tensorflow/tfjs-node-gpu");
  if (gpu) return await tensorflowEngine(gpu);
  try {
    return onnxEngine();
  } catch {
    return await wasmEngine();
  }
}

/**
 * Makes a small function ready and lets go of it, so that a GPU that is not there is known before the work begins.
 *
 * @example
 * ```ts
 * import { createEngine, tryEngine } from "@ctsurv/ctsurv/engine";
 *
 * await tryEngine(await createEngine("onnx"));
 * ```
 *
 * @throws {InputError} If the engine cannot be used on this machine.
 */
export async function tryEngine(engine: Engine): Promise<void> {
  const program = await engine.prepare((x) => tf.add(x as tf.Tensor, 1), { shape: [1], dtype: "float32" });
  await program.dispose();
}
