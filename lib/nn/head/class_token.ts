import { InputError } from "@ctsurv/base/mod.ts";
import { float32, type TensorSpec, tf } from "@ctsurv/engine/mod.ts";
import { type LayerNorm, layerNorm, layerNormSpec } from "../layers/normalisation.ts";
import { type EncoderLayer, encoderLayer, encoderLayerSpec } from "../layers/transformer.ts";
import type { Attended } from "./soft_attention.ts";

/**
 * The encoding by Vaswani et al. (2017, section 3.5) of the rank of each slice within its patient, [slices, features].
 * Column 2i is `sin(rank / 10000^(2i / features))`, and column 2i + 1 is the cosine of the same.
 *
 * @param slices [slices, features]
 * @param membership [patients, slices], 1 where the slice belongs to the patient.
 */
function sinusoidalPositions(slices: tf.Tensor, membership: tf.Tensor): tf.Tensor2D {
  const [count, features] = slices.shape as [number, number];
  const square = (entry: (row: number, column: number) => number, columns = count) =>
    tf.tensor2d(
      Float32Array.from({ length: count * columns }, (_, i) => entry(Math.floor(i / columns), i % columns)),
      [count, columns],
    );
  const kin = tf.matMul(membership, membership, true);
  const rank = tf.sum(tf.mul(kin, square((row, column) => Number(column < row))), 1, true);
  const isRank = tf.cast(tf.equal(rank, tf.tensor1d(Float32Array.from({ length: count }, (_, i) => i))), "float32");
  const table = square((rank, column) => {
    const angle = rank / 10000 ** ((column - column % 2) / features);
    return column % 2 === 0 ? Math.sin(angle) : Math.cos(angle);
  }, features);
  return tf.matMul(isRank as tf.Tensor2D, table);
}

/** A small transformer over the slices of a patient and a class token. The output of the token is the patient vector. */
export interface SelfAttentionPooling<T> {
  /** [1, features] */
  readonly class_token: T;
  /** Only with positions: [1], the learnt scale of their encoding ("scaled positional encoding", Li et al. 2019). */
  readonly position_scale?: T;
  /** As in PyTorch, except for `in_proj_weight`, which is [3, heads, features / heads, features]. */
  readonly layers: readonly EncoderLayer<T>[];
  /** Normalises the class token after the last layer. */
  readonly norm: LayerNorm<T>;
}

/** The sizes of the transformer. The paper does not give them; these are small, after hi-ml's `TransformerPooling`. */
export interface SelfAttentionOptions {
  /** Transformer layers, at least 1. @default {2} */
  readonly layers?: number;
  /** Attention heads; must divide the features. @default {4} */
  readonly heads?: number;
  /** Width of the hidden layer of each perceptron. @default {the features} */
  readonly mlp?: number;
  /**
   * Without positions a patient is a set of slices. `"sinusoidal"` adds an encoding of each slice's rank from the feet
   * (Vaswani et al. 2017). @default {"none"}
   */
  readonly positions?: "none" | "sinusoidal";
}

/** PyTorch's. */
const EPSILON = 1e-5;

/**
 * The shapes for slice embeddings of `features` numbers; 792,320 numbers by default.
 *
 * @throws {InputError} If the heads do not divide the features, or there is no layer.
 */
export function selfAttentionPoolingSpec(
  features = 256,
  { layers = 2, heads = 4, mlp = features, positions = "none" }: SelfAttentionOptions = {},
): SelfAttentionPooling<TensorSpec> {
  if (!(Number.isInteger(features / heads) && heads > 0)) {
    throw new InputError(`${heads} attention heads cannot share ${features} features evenly`);
  }
  if (!(layers >= 1)) throw new InputError(`Self-attention needs at least one layer, not ${layers}`);
  const layer = encoderLayerSpec(features, mlp);
  const in_proj_weight = float32(3, heads, features / heads, features);
  return {
    class_token: float32(1, features),
    ...positions === "sinusoidal" && { position_scale: float32(1) },
    layers: Array.from({ length: layers }, () => ({
      ...layer,
      self_attention: { ...layer.self_attention, in_proj_weight },
    })),
    norm: layerNormSpec(features),
  };
}

/**
 * Pre-norm transformer layers (GELU, no dropout) over the class token and the slices of each patient. The class token,
 * after a last normalisation, is the patient vector. All patients of a batch form one sequence, and a mask hides the
 * tokens of the others, so that slices need no padding. See `gatedAttention` for the shapes.
 *
 * @returns `weights`: the attention of the class token to each slice in the last layer, averaged over the heads and scaled
 *   to sum to 1 (the token also attends to itself). It is a look inside, not the weights of a sum as with the other
 *   aggregations.
 */
export function selfAttentionPooling(
  slices: tf.Tensor,
  membership: tf.Tensor,
  { class_token, position_scale, layers, norm }: SelfAttentionPooling<tf.Tensor>,
): Attended {
  const [patients, count] = membership.shape as [number, number];
  const placed = position_scale
    ? tf.add(slices, tf.mul(sinusoidalPositions(slices, membership), position_scale))
    : slices;
  const mask = strangersMask(membership);
  let tokens: tf.Tensor = tf.expandDims(tf.concat([tf.tile(class_token, [patients, 1]), placed]), 0);
  let weights: tf.Tensor | undefined;
  for (const layer of layers) {
    const { in_proj_weight } = layer.self_attention;
    const [, heads, , features] = in_proj_weight.shape as [number, number, number, number];
    const self_attention = { ...layer.self_attention, in_proj_weight: tf.reshape(in_proj_weight, [-1, features]) };
    ({ tokens, weights } = encoderLayer(tokens, { ...layer, self_attention }, { heads, epsilon: EPSILON, mask }));
  }
  const patient = layerNorm(tf.slice(tf.squeeze(tokens, [0]), [0, 0], [patients, -1]), norm, EPSILON);
  const taken = tf.mul(tf.slice(tf.mean(weights!, [0, 1]), [0, patients], [patients, count]), membership);
  // A tiny addition keeps a patient without slices, a row of padding, from being 0 / 0.
  const share = tf.div(taken, tf.add(tf.sum(taken, 1, true), 1e-30));
  return { patient: patient as tf.Tensor2D, weights: share as tf.Tensor2D };
}

/** [tokens, tokens], class tokens first: 0 within a patient, -1e9 between two. */
function strangersMask(membership: tf.Tensor): tf.Tensor2D {
  const [patients] = membership.shape;
  const identity = Array.from(
    { length: patients },
    (_, i) => Array.from({ length: patients }, (_, j) => Number(i === j)),
  );
  const owners = tf.concat([tf.tensor2d(identity), membership], 1) as tf.Tensor2D;
  return tf.mul(tf.sub(tf.matMul(owners, owners, true), 1), 1e9);
}
