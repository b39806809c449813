import { tf } from "./tf.ts";

/** The names of kernels that TensorFlow.js does not have: it knows neither float16 nor float64. */
export const ROUND_TO_HALF = "CtsurvRoundToHalf";
export const UNIT_RANGE = "CtsurvUnitRange";

/** The ends of a range. */
export interface RangeEnds {
  /** What becomes 0. */
  readonly low: number;
  /** What becomes 1. */
  readonly high: number;
}

/** TensorFlow.js's backends that compute op by op. An engine that traces has kernels of its own. */
const BACKENDS = ["cpu", "wasm", "tensorflow"];

/** A kernel that makes numbers of numbers in JavaScript, wherever a backend keeps them. */
function onHost(kernelName: string, compute: (numbers: Float32Array, attributes: unknown) => Float32Array): void {
  for (const backendName of BACKENDS) {
    tf.registerKernel({
      kernelName,
      backendName,
      kernelFunc({ inputs: { x }, backend, attrs }) {
        const { dataId, shape, dtype } = x as tf.TensorInfo;
        const memory = backend as tf.KernelBackend;
        const numbers = compute(memory.readSync(dataId) as Float32Array, attrs);
        return { dataId: memory.write(numbers, shape, dtype), shape, dtype };
      },
    });
  }
}

onHost(ROUND_TO_HALF, (numbers) => Float32Array.from(Float16Array.from(numbers)));
onHost(UNIT_RANGE, (numbers, attributes) => {
  const { low, high } = attributes as RangeEnds;
  return numbers.map((value) => Math.min(1, Math.max(0, (value - low) / (high - low))));
});

/**
 * The nearest numbers that float16 has, as float32: what a number is after it was in a cache of slices or activations.
 * Every engine has it; it has no gradient.
 *
 * @example
 * ```ts
 * import { roundToHalf, tf } from "@ctsurv/ctsurv/engine";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(roundToHalf(tf.tensor1d([1, 2049, 0.1])).arraySync(), [1, 2048, 0.0999755859375]);
 * ```
 */
export function roundToHalf(x: tf.Tensor): tf.Tensor {
  return tf.engine().runKernel(ROUND_TO_HALF, { x }) as tf.Tensor;
}

/**
 * Maps a range to [0, 1] and clips what is beyond it. It computes in float64 and rounds once, as code on typed arrays does:
 * in float32 one pixel of 50,000 would round to another float16. Every engine has it; it has no gradient.
 *
 * @example
 * ```ts
 * import { tf, toUnitRange } from "@ctsurv/ctsurv/engine";
 * import { assertEquals } from "@std/assert";
 *
 * const hu = tf.tensor1d([-1024, -300, 1500]);
 * assertEquals(toUnitRange(hu, { low: -1000, high: 400 }).arraySync(), [0, 0.5, 1]);
 * ```
 */
export function toUnitRange(x: tf.Tensor, { low, high }: RangeEnds): tf.Tensor {
  return tf.engine().runKernel(UNIT_RANGE, { x }, { low, high }) as tf.Tensor;
}
