import { InputError } from "@ctsurv/base/mod.ts";
import { float32, type TensorSpec, tf } from "@ctsurv/engine/mod.ts";
import { type Linear, linear, linearSpec } from "../layers/linear.ts";

/** DeepHit for one kind of event: the plain perceptron, or the original's two subnetworks. */
export type DeepHit<T> = PlainDeepHit<T> | SplitDeepHit<T>;

/** A plain perceptron, and one logit for each month. */
export interface PlainDeepHit<T> {
  readonly hidden: readonly Linear<T>[];
  /** [months, width] */
  readonly output: Linear<T>;
}

/**
 * DeepHit as in Lee et al. (2018, figure 2) for one cause: a shared subnetwork, then a cause-specific one that sees the
 * input again beside the shared one's output.
 */
export interface SplitDeepHit<T> {
  /** The first is [width, features]. */
  readonly shared: readonly Linear<T>[];
  /** The first is [width, features + width]. */
  readonly specific: readonly Linear<T>[];
  /** [months, width] */
  readonly output: Linear<T>;
}

/** The paper's sizes by default. */
export interface DeepHitShape {
  readonly features?: number;
  /** Hidden layers, of both subnetworks together if there are two. @default {10} */
  readonly layers?: number;
  /** @default {100} */
  readonly width?: number;
  /** Monthly bins. @default {24} */
  readonly bins?: number;
  /**
   * How many of the layers form a shared subnetwork, the others being the cause-specific one that also sees the input.
   * @default {0, a plain perceptron}
   */
  readonly sharedLayers?: number;
}

/**
 * The shapes of the network's parameters; 119,024 numbers by default, 144,624 with 5 shared layers.
 *
 * @throws {InputError} If a subnetwork would be left without a layer.
 */
export function deepHitSpec(
  { features = 256, layers = 10, width = 100, bins = 24, sharedLayers = 0 }: DeepHitShape = {},
): DeepHit<TensorSpec> {
  const perceptron = (inputs: number, length: number) =>
    Array.from({ length }, (_, i) => linearSpec(i === 0 ? inputs : width, width));
  const output = linearSpec(width, bins);
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

/** The shape of the dropout masks of a batch: one [patients, width] for each hidden layer. */
export function dropoutSpec(patients: number, { layers = 10, width = 100 }: DeepHitShape = {}): TensorSpec[] {
  return Array.from({ length: layers }, () => float32(patients, width));
}

/**
 * Each hidden layer is Linear, ReLU, dropout: [patients, features] -> logits [patients, months]. As in the original,
 * the last shared layer has no dropout.
 *
 * @param dropout For training, one mask [patients, width] for each hidden layer: 0 or 1 / (1 - p). Without, evaluation.
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
