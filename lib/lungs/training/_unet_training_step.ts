import {
  adamW,
  type AdamWOptions,
  type BiasCorrections,
  float32,
  isSpec,
  leaves,
  mapTree,
  type Moments,
  momentsSpec,
  type TensorSpec,
  tf,
  type Tree,
  valueAndGradients,
} from "@ctsurv/engine/mod.ts";
import { batchNormTraining, type UNet, uNet } from "@ctsurv/nn/mod.ts";

/** The parameters that gradients change, by their paths in the tree: all but the running statistics. */
export type Trainable<T> = Readonly<Record<string, T>>;

/** What changes from step to step. */
export interface UNetState<T> {
  readonly trainable: Trainable<T>;
  readonly moments: Moments<T>;
}

/** Slices and their truth. */
export interface SliceBatch<T> {
  /** Network input, [batch, size, size, 1]. */
  readonly input: T;
  /** The share of each pixel that is lung, [batch, size, size]. */
  readonly truth: T;
}

/** Takes the trainable parameters out of a tree of them. */
export function trainableOf<T>(parameters: UNet<T>): Trainable<T> {
  const all = leaves(parameters as unknown as Tree<TensorSpec>, isSpec);
  return Object.fromEntries(
    all.filter(({ path }) => !path.includes("running_")).map(({ path, value }) => [path, value]),
  ) as unknown as Trainable<T>;
}

/** Puts trainable parameters back into the tree, `others` giving what is not among them. */
export function withTrainable<T>(
  spec: UNet<TensorSpec>,
  trainable: Trainable<T>,
  others: (path: string, spec: TensorSpec) => T,
): UNet<T> {
  return mapTree(
    spec as unknown as Tree<TensorSpec>,
    isSpec,
    (leaf, path) => trainable[path] ?? others(path, leaf),
  ) as unknown as UNet<T>;
}

/** The shapes of the state. */
export function unetStateSpec(spec: UNet<TensorSpec>): UNetState<TensorSpec> {
  const trainable = trainableOf(spec);
  return { trainable, moments: momentsSpec(trainable) };
}

/** The shapes of a batch. */
export function sliceBatchSpec(batch: number, size: number): SliceBatch<TensorSpec> {
  return { input: float32(batch, size, size, 1), truth: float32(batch, size, size) };
}

/**
 * Cross-entropy, averaged over pixels, plus 1 - soft Dice, over the batch as a whole so that slices without lung count.
 *
 * @param logits [batch, size, size, 2], background and lung.
 * @param truth [batch, size, size], shares between 0 and 1.
 */
export function lungLoss(logits: tf.Tensor, truth: tf.Tensor): tf.Tensor {
  const [background, lung] = tf.unstack(logits, 3) as [tf.Tensor, tf.Tensor];
  const margin = tf.sub(lung, background);
  const crossEntropy = tf.mean(tf.sub(tf.softplus(margin), tf.mul(truth, margin)));
  const probability = tf.sigmoid(margin);
  const overlap = tf.sum(tf.mul(probability, truth));
  const total = tf.add(tf.sum(probability), tf.sum(truth));
  const dice = tf.div(tf.add(tf.mul(overlap, 2), 1), tf.add(total, 1));
  return tf.add(crossEntropy, tf.sub(1, dice));
}

/**
 * One step of training, from state and batch to the next state and the batch's loss: a pure function to compile. Batches
 * are normalised by their own statistics; those that the network is used with are measured when training has ended.
 */
export function unetTrainingStep(spec: UNet<TensorSpec>, options: AdamWOptions) {
  return ({ state, batch, corrections }: {
    state: UNetState<tf.Tensor>;
    batch: SliceBatch<tf.Tensor>;
    corrections: BiasCorrections<tf.Tensor>;
  }): { state: UNetState<tf.Tensor>; loss: tf.Scalar } => {
    const { value, gradients } = valueAndGradients((trainable) => {
      const parameters = withTrainable(spec, trainable, (_, { shape }) => tf.zeros([...shape]));
      const logits = uNet(batch.input, parameters, (x, norm) => batchNormTraining(x, norm).output);
      return lungLoss(logits, batch.truth);
    }, state.trainable);
    const { parameters, moments } = adamW(state.trainable, gradients, state.moments, corrections, options);
    return { state: { trainable: parameters, moments }, loss: value };
  };
}
