import type { Engine } from "../engine.ts";
import { tf } from "../tf.ts";
import { eagerEngine } from "./eager_engine.ts";

/** tfjs in plain JavaScript: has every kernel, and is slower than WebAssembly. */
export function cpuEngine(): Engine {
  return eagerEngine({ name: "cpu", description: `tfjs-backend-cpu ${tf.version_core}`, backend: "cpu" });
}
