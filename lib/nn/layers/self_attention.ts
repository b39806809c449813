import { float32, tf } from "@ctsurv/engine/mod.ts";
import { type Linear, linear, linearSpec } from "./linear.ts";

/** PyTorch's MultiheadAttention of a sequence to itself. */
export interface SelfAttention<T> {
  /** Queries, keys and values, one below the other: [3 channels, channels]. */
  readonly in_proj_weight: T;
  /** [3 channels] */
  readonly in_proj_bias: T;
  readonly out_proj: Linear<T>;
}

/** What {@linkcode selfAttention} gives. */
export interface SelfAttended {
  /** [batch, tokens, channels] */
  readonly tokens: tf.Tensor;
  /** [batch, heads, tokens, tokens]: how much each token (row) takes of every other (column). */
  readonly weights: tf.Tensor;
}

/** The shapes of a self-attention. */
export function selfAttentionSpec(channels: number) {
  return {
    in_proj_weight: float32(3 * channels, channels),
    in_proj_bias: float32(3 * channels),
    out_proj: linearSpec(channels, channels),
  };
}

/**
 * In each head every token takes the mean of all values, weighted by the softmax of `query . key / sqrt(head's width)`
 * (Vaswani et al. 2017).
 *
 * @param x [batch, tokens, channels]
 * @param mask Added to the scores, [tokens, tokens]: far below 0 where a token (row) must not see another (column).
 */
export function selfAttention(
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
