import { InputError } from "@ctsurv/base/mod.ts";
import { float32, type TensorSpec, tf } from "@ctsurv/engine/mod.ts";
import { type Linear, linear, linearSpec } from "../layers/linear.ts";

/** DeepHit for one kind of event: a plain perceptron, or the two subnetworks of the original. */
export type DeepHit<T> = PlainDeepHit<T> | SplitDeepHit<T>;

/** A plain perceptron with one logit for each month. */
export interface PlainDeepHit<T> {
  /** The first is [width, features], the others [width, width]. */
  readonly hidden: readonly Linear<T>[];
  /** [months, width] */
  readonly output: Linear<T>;
}

/**
 * DeepHit as in Lee et al. (2018, figure 2) for one cause: a shared subnetwork, then a cause-specific one. The second also
 * sees the input, beside the output of the first.
 */
export interface SplitDeepHit<T> {
  /** The first is [width, features]. */
  readonly shared: readonly Linear<T>[];
  /** The first is [width, features + width]. */
  readonly specific: readonly Linear<T>[];
  /** [months, width] */
  readonly output: Linear<T>;
}

/** Sizes of DeepHit, by default those of the paper. */
export interface DeepHitShape {
  /** Length of the patient vector. @default {256} */
  readonly features?: number;
  /** Hidden layers; if there are two subnetworks, of both together. @default {10} */
  readonly layers?: number;
  /** Units of a hidden layer. @default {100} */
  readonly width?: number;
  /** Monthly bins. @default {24} */
  readonly bins?: number;
  /** Outputs, for a loss that takes another number of them than one for each month. @default {`bins`} */
  readonly outputs?: number;
  /**
   * How many of the layers form a shared subnetwork. The others are then the cause-specific one, which also sees the
   * input. @default {0, a plain perceptron}
   */
  readonly sharedLayers?: number;
}

/**
 * The shapes of the parameters of the network: 119,024 numbers by default, 144,624 with 5 shared layers.
 *
 * @throws {InputError} If a subnetwork would be left without a layer.
 */
export function deepHitSpec(
  { features = 256, layers = 10, width = 100, bins = 24, outputs = bins, sharedLayers = 0 }: DeepHitShape = {},
): DeepHit<TensorSpec> {
  const perceptron = (inputs: number, length: number) =>
    Array.from({ length }, (_, i) => linearSpec(i === 0 ? inputs : width, width));
  const output = linearSpec(width, outputs);
  if (sharedLayers === 0) return { hidden: perceptron(features, layers), output };
  if (!(sharedLayers > 0 && sharedLayers < layers)) {
    throw new InputError(`Of ${layers} layers of DeepHit, 1 to ${layers - 1} can be shared, not ${sharedLayers}`);
  }
  return {
    shared: perceptron(features, sharedLayers),
    specific: perceptron(features + width, layers - sharedLayers),
    output,
  };
}

/**
 * The shapes of the dropout masks of a batch: one [patients, width] for each hidden layer.
 *
 * @example
 * ```ts
 * import { dropoutSpec } from "@ctsurv/ctsurv/nn";
 * import { assertEquals } from "@std/assert";
 *
 * const masks = dropoutSpec(16);
 * assertEquals([masks.length, masks[0]!.shape], [10, [16, 100]]);
 * ```
 */
export function dropoutSpec(patients: number, { layers = 10, width = 100 }: DeepHitShape = {}): TensorSpec[] {
  return Array.from({ length: layers }, () => float32(patients, width));
}

/**
 * Runs DeepHit on patient vectors: [patients, features] -> logits [patients, months]. Each hidden layer is linear, ReLU,
 * dropout; as in the original, the last shared layer has no dropout. The constant tail for survival beyond the last month
 * is not among the logits.
 *
 * @example Two patients, with one layer of one unit and three months
 * ```ts
 * import { tf } from "@ctsurv/ctsurv/engine";
 * import { deepHit } from "@ctsurv/ctsurv/nn";
 * import { assertEquals } from "@std/assert";
 *
 * const network = {
 *   hidden: [{ weight: tf.tensor2d([[1, -1]]), bias: tf.tensor1d([0]) }],
 *   output: { weight: tf.tensor2d([[2], [1], [0]]), bias: tf.tensor1d([0, 0, 0.5]) },
 * };
 * const logits = deepHit(tf.tensor2d([[3, 1], [1, 3]]), network);
 * assertEquals(logits.arraySync(), [[4, 2, 0.5], [0, 0, 0.5]]);
 * ```
 *
 * @param dropout For training: one mask [patients, width] for each hidden layer, of 0 or 1 / (1 - p). Without masks the
 * network is in evaluation mode.
 */
export function deepHit(x: tf.Tensor, network: DeepHit<tf.Tensor>, dropout?: readonly tf.Tensor[]): tf.Tensor2D {
  if ("hidden" in network) return linear(perceptron(x, network.hidden, dropout), network.output) as tf.Tensor2D;
  const { shared, specific, output } = network;
  const last = shared.length - 1;
  const common = perceptron(perceptron(x, shared.slice(0, last), dropout), shared.slice(last));
  const own = perceptron(tf.concat([x, common], 1), specific, dropout?.slice(shared.length));
  return linear(own, output) as tf.Tensor2D;
}

function perceptron(x: tf.Tensor, layers: readonly Linear<tf.Tensor>[], dropout?: readonly tf.Tensor[]): tf.Tensor {
  return layers.reduce((h, layer, i) => {
    const active = tf.relu(linear(h, layer));
    return dropout ? tf.mul(active, dropout[i]!) : active;
  }, x);
}
