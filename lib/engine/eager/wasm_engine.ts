import { fileURLToPath } from "node:url";
import { setWasmPaths, version_wasm } from "@tensorflow/tfjs-backend-wasm";
import type { Engine } from "../engine.ts";
import { tf } from "../tf.ts";
import { eagerEngine } from "./eager_engine.ts";

/**
 * tfjs on WebAssembly, op by op: slow, and the same everywhere. A function with a gradient that the backend lacks
 * (convolution filters, depthwise convolutions) runs on tfjs's plain JavaScript backend instead.
 *
 * @throws {Error} If the WebAssembly module cannot be loaded.
 */
export async function wasmEngine(): Promise<Engine> {
  const previous = tf.getBackend();
  const folder = new URL(".", import.meta.resolve("@tensorflow/tfjs-backend-wasm"));
  setWasmPaths(fileURLToPath(folder));
  if (!await tf.setBackend("wasm")) throw new Error(`tfjs's WebAssembly backend did not start from ${folder}`);
  await tf.setBackend(previous);
  return eagerEngine({
    name: "wasm",
    description: `tfjs-backend-wasm ${version_wasm}`,
    backend: "wasm",
    fallback: "cpu",
  });
}
