import { tf } from "../../tf.ts";
import { paddedKernels } from "./padded_kernels.ts";
import { resizingGradients } from "./resizing_gradients.ts";

/** The name that the native packages give their backend. */
export const BACKEND_NAME = "tensorflow";

/** The arguments of a kernel of tfjs. */
export type KernelArguments = Parameters<tf.KernelFunc>[0];

/** Computes a kernel. `native` is the package's own, for what that gets right. */
export type Repair = (call: KernelArguments, native: tf.KernelFunc) => ReturnType<tf.KernelFunc>;

/** Kernels that are right but for one thing. */
const otherKernels: Readonly<Record<string, Repair>> = {
  // The package calls the result float32 where its inputs are; in tfjs it is int32.
  [tf.FloorDiv]: (call, native) => tf.tidy(() => tf.cast(native(call) as tf.Tensor, "int32")),
  // The package knows no axes that are counted from behind.
  [tf.GatherV2]: (call, native) => {
    const { axis } = call.attrs as unknown as tf.GatherV2Attrs;
    const rank = call.inputs.x!.shape.length;
    return native({ ...call, attrs: { ...call.attrs, axis: axis < 0 ? axis + rank : axis } });
  },
  // In tfjs a row of no segment counts nowhere; TensorFlow permits that for negative numbers only.
  [tf.UnsortedSegmentSum]: (call, native) => {
    const ids = call.inputs.segmentIds as tf.Tensor;
    const isIn = tf.less(ids, call.attrs!.numSegments as number);
    const segmentIds = tf.where(isIn, ids, tf.fill(ids.shape, -1, "int32"));
    return native({ ...call, inputs: { ...call.inputs, segmentIds } });
  },
};

/**
 * Replaces the kernels of the native packages that refuse an input which tfjs permits, or compute something else. It is
 * done once: the registry of tfjs is the process's, as the packages' kernels in it are.
 */
export function repairKernels(): void {
  for (const [kernelName, repair] of Object.entries({ ...paddedKernels, ...resizingGradients, ...otherKernels })) {
    const config = tf.getKernel(kernelName, BACKEND_NAME);
    tf.unregisterKernel(kernelName, BACKEND_NAME);
    tf.registerKernel({ ...config, kernelFunc: (call) => repair(call, config.kernelFunc) });
  }
}
