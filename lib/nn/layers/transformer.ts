import { float32, type TensorSpec, tf } from "@ctsurv/engine/mod.ts";
import { gelu } from "./_activations.ts";
import { type Linear, linear, linearSpec } from "./linear.ts";
import { type LayerNorm, layerNorm, layerNormSpec } from "./normalisation.ts";

/** PyTorch's MultiheadAttention of a sequence to itself. */
export interface SelfAttention<T> {
  /** The matrices of queries, keys and values, one below the other: [3 channels, channels]. */
  readonly in_proj_weight: T;
  /** [3 channels] */
  readonly in_proj_bias: T;
  /** Mixes the heads, [channels, channels]. */
  readonly out_proj: Linear<T>;
}

/** The result of {@linkcode selfAttention}. */
export interface SelfAttended {
  /** [batch, tokens, channels] */
  readonly tokens: tf.Tensor;
  /** [batch, heads, tokens, tokens]: how much each token (row) attends to every other (column). */
  readonly weights: tf.Tensor;
}

/** The shapes of a self-attention. */
function selfAttentionSpec(channels: number): SelfAttention<TensorSpec> {
  return {
    in_proj_weight: float32(3 * channels, channels),
    in_proj_bias: float32(3 * channels),
    out_proj: linearSpec(channels, channels),
  };
}

/**
 * In each head, every token gets a mean of all values, weighted by the softmax of `query . key / sqrt(head's width)`
 * (Vaswani et al. 2017).
 *
 * @param x [batch, tokens, channels]
 * @param mask Added to the scores, [tokens, tokens]. It is far below 0 where a token (row) must not see another (column).
 */
function selfAttention(
  x: tf.Tensor,
  attention: SelfAttention<tf.Tensor>,
  heads: number,
  mask?: tf.Tensor2D,
): SelfAttended {
  const [batch, tokens, channels] = x.shape as [number, number, number];
  const width = channels / heads;
  const packed = linear(x, { weight: attention.in_proj_weight, bias: attention.in_proj_bias });
  const split = tf.split(tf.reshape(packed, [batch, tokens, 3, heads, width]), 3, 2);
  const [queries, keys, values] = split.map((part) =>
    tf.transpose(tf.reshape(part, [batch, tokens, heads, width]), [0, 2, 1, 3])
  ) as [tf.Tensor, tf.Tensor, tf.Tensor];
  const scores = tf.matMul(tf.mul(queries, 1 / Math.sqrt(width)), keys, false, true);
  const weights = tf.softmax(mask ? tf.add(scores, mask) : scores);
  const attended = tf.transpose(tf.matMul(weights, values), [0, 2, 1, 3]);
  return { tokens: linear(tf.reshape(attended, [batch, tokens, channels]), attention.out_proj), weights };
}

/**
 * A layer of a transformer, named as in torchvision: attention and a perceptron. Each is added to its input, and each
 * comes after a layer normalisation ("pre-norm").
 */
export interface EncoderLayer<T> {
  /** Before the attention. */
  readonly ln_1: LayerNorm<T>;
  /** Mixes the tokens. */
  readonly self_attention: SelfAttention<T>;
  /** Before the perceptron. */
  readonly ln_2: LayerNorm<T>;
  /** Two linear layers with GELU between them; the numbers are places in PyTorch's Sequential. */
  readonly mlp: { readonly 0: Linear<T>; readonly 3: Linear<T> };
}

/** Options of {@linkcode encoderLayer}. */
export interface EncoderLayerOptions {
  /** Attention heads; they divide the channels. */
  readonly heads: number;
  /** Epsilon of the layer normalisations. */
  readonly epsilon: number;
  /** See {@linkcode selfAttention}. */
  readonly mask?: tf.Tensor2D;
}

/** The shapes of a layer. */
export function encoderLayerSpec(channels: number, mlpChannels: number): EncoderLayer<TensorSpec> {
  return {
    ln_1: layerNormSpec(channels),
    self_attention: selfAttentionSpec(channels),
    ln_2: layerNormSpec(channels),
    mlp: { 0: linearSpec(channels, mlpChannels), 3: linearSpec(mlpChannels, channels) },
  };
}

/** [batch, tokens, channels] -> the same shape, with the weights of the attention. */
export function encoderLayer(
  x: tf.Tensor,
  { ln_1, self_attention, ln_2, mlp }: EncoderLayer<tf.Tensor>,
  { heads, epsilon, mask }: EncoderLayerOptions,
): SelfAttended {
  const { tokens, weights } = selfAttention(layerNorm(x, ln_1, epsilon), self_attention, heads, mask);
  const y = tf.add(x, tokens);
  return { tokens: tf.add(y, linear(gelu(linear(layerNorm(y, ln_2, epsilon), mlp[0])), mlp[3])), weights };
}
