import type { Engine } from "../../engine.ts";
import { switchBackend, tf } from "../../tf.ts";
import { eagerEngine } from "../eager_engine.ts";
import type { TensorflowPackage } from "./find_tensorflow.ts";
import { type LoadedTensorflow, loadTensorflow } from "./load_tensorflow.ts";
import { BACKEND_NAME, repairKernels } from "./repair_kernels.ts";

/**
 * TensorFlow's own kernels, operation by operation.
 *
 * @throws {Error} If the package's binding does not load.
 */
export function tensorflowEngine({ name, version, entry }: TensorflowPackage): Engine {
  const { library, isOnGpu } = startTensorflow(entry);
  return eagerEngine({
    name: "tensorflow",
    description: `${name} ${version} (TensorFlow ${library}, ${isOnGpu ? "GPU" : "processor"})`,
    backend: BACKEND_NAME,
  });
}

function startTensorflow(entry: string): LoadedTensorflow {
  const isStarted = BACKEND_NAME in tf.engine().registry;
  const previous = tf.getBackend();
  try {
    const loaded = loadTensorflow(entry);
    if (!isStarted) repairKernels();
    return loaded;
  } finally {
    // Loading makes the package's backend tfjs's current one, which others may be using.
    switchBackend(previous);
  }
}
