import { type TensorSpec, tf } from "@ctsurv/engine/mod.ts";
import { gelu } from "./gelu.ts";
import { type LayerNorm, layerNorm, layerNormSpec } from "./layer_norm.ts";
import { type Linear, linear, linearSpec } from "./linear.ts";
import { type SelfAttended, type SelfAttention, selfAttention, selfAttentionSpec } from "./self_attention.ts";

/**
 * A transformer's layer, named as in torchvision: attention and a perceptron, each added to its input, each behind a
 * layer normalisation ("pre-norm").
 */
export interface EncoderLayer<T> {
  readonly ln_1: LayerNorm<T>;
  readonly self_attention: SelfAttention<T>;
  readonly ln_2: LayerNorm<T>;
  readonly mlp: { readonly 0: Linear<T>; readonly 3: Linear<T> };
}

/** Options of {@linkcode encoderLayer}. */
export interface EncoderLayerOptions {
  readonly heads: number;
  /** Of the layer normalisations. */
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

/** [batch, tokens, channels] -> the same, and the attention's weights. */
export function encoderLayer(
  x: tf.Tensor,
  { ln_1, self_attention, ln_2, mlp }: EncoderLayer<tf.Tensor>,
  { heads, epsilon, mask }: EncoderLayerOptions,
): SelfAttended {
  const { tokens, weights } = selfAttention(layerNorm(x, ln_1, epsilon), self_attention, heads, mask);
  const y = tf.add(x, tokens);
  return { tokens: tf.add(y, linear(gelu(linear(layerNorm(y, ln_2, epsilon), mlp[0])), mlp[3])), weights };
}
