import { float32, type TensorSpec, tf } from "@ctsurv/engine/mod.ts";
import { type Linear, linear, linearSpec } from "./layers/linear.ts";

/** DeepHit for one kind of event (Lee et al. 2018): a plain perceptron, and one logit for each month. */
export interface DeepHit<T> {
  readonly hidden: readonly Linear<T>[];
  /** [months, width] */
  readonly output: Linear<T>;
}

/** The paper's sizes by default. */
export interface DeepHitShape {
  readonly features?: number;
  /** @default {10} */
  readonly layers?: number;
  /** @default {100} */
  readonly width?: number;
  /** Monthly bins. @default {24} */
  readonly bins?: number;
}

/** The shapes of the network's parameters; 119,024 numbers by default. */
export function deepHitSpec(
  { features = 256, layers = 10, width = 100, bins = 24 }: DeepHitShape = {},
): DeepHit<TensorSpec> {
  return {
    hidden: Array.from({ length: layers }, (_, i) => linearSpec(i === 0 ? features : width, width)),
    output: linearSpec(width, bins),
  };
}

/** The shape of the dropout masks of a batch: one [patients, width] for each hidden layer. */
export function dropoutSpec(patients: number, { layers = 10, width = 100 }: DeepHitShape = {}): TensorSpec[] {
  return Array.from({ length: layers }, () => float32(patients, width));
}

/**
 * Each hidden layer is Linear, ReLU, dropout: [patients, features] -> logits [patients, months].
 *
 * @param dropout For training, one mask [patients, width] for each hidden layer: 0 or 1 / (1 - p). Without, evaluation.
 */
export function deepHit(
  x: tf.Tensor2D,
  { hidden, output }: DeepHit<tf.Tensor>,
  dropout?: readonly tf.Tensor[],
): tf.Tensor2D {
  const last = hidden.reduce<tf.Tensor>((h, layer, i) => {
    const active = tf.relu(linear(h, layer));
    return dropout ? tf.mul(active, dropout[i]!) : active;
  }, x);
  return linear(last, output) as tf.Tensor2D;
}
