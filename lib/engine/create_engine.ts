import { InputError } from "@ctsurv/base/mod.ts";
import { chooseEngine } from "./_choose_engine.ts";
import { findTensorflow } from "./eager/_tensorflow/find_tensorflow.ts";
import { tensorflowEngine } from "./eager/_tensorflow/tensorflow_engine.ts";
import { cpuEngine } from "./eager/eager_engine.ts";
import { wasmEngine } from "./eager/wasm_engine.ts";
import type { Engine } from "./engine.ts";
import { onnxEngine, type Provider } from "./onnx/onnx_engine.ts";
import { tf } from "./tf.ts";

const CHOICES = ["auto", "onnx", "onnx:cpu", "onnx:webgpu", "onnx:cuda", "tensorflow", "wasm", "cpu"];

/**
 * Creates the engine that runs compiled functions. `auto` takes TensorFlow if `@tensorflow/tfjs-node-gpu` is installed
 * and computes on a GPU, else ONNX Runtime on the processor, else WebAssembly. It never fails, and its `chosen` says why
 * it took the one. The GPU providers of ONNX Runtime are used only if named. Whether one is there shows when the engine
 * makes a function ready; {@linkcode tryEngine} finds out before.
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
 * @throws {InputError} If the engine is unknown, not installed, or does not load on this machine.
 */
export async function createEngine(choice = "auto"): Promise<Engine> {
  if (!CHOICES.includes(choice)) {
    throw new InputError(`Unknown engine "${choice}" (CTSURV_ENGINE): choose one of ${CHOICES.join(", ")}`);
  }
  if (choice === "auto") return await chooseEngine();
  if (choice === "wasm") return await wasmEngine();
  if (choice === "cpu") return cpuEngine();
  if (choice === "tensorflow") return namedTensorflow();
  return onnxEngine({ provider: (choice.split(":")[1] ?? "cpu") as Provider });
}

function namedTensorflow(): Engine {
  const [installed] = findTensorflow();
  if (installed === undefined) {
    throw new InputError(
      'The engine "tensorflow" needs the npm package @tensorflow/tfjs-node-gpu or @tensorflow/tfjs-node with its ' +
        "native binding, which is not installed (docs/GPU.md says how). Choose CTSURV_ENGINE=onnx",
    );
  }
  try {
    return tensorflowEngine(installed);
  } catch (cause) {
    const reason = (cause as Error).message.trim().split("\n")[0];
    throw new InputError(
      `The engine "tensorflow" cannot be used on this machine: ${installed.name} does not load: ${reason}. ` +
        "Install it again (docs/GPU.md), or choose CTSURV_ENGINE=onnx",
      { cause },
    );
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
