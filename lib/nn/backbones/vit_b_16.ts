import { InputError } from "@ctsurv/base/mod.ts";
import { float32, type TensorSpec, tf } from "@ctsurv/engine/mod.ts";
import { type BiasedConv, biasedConvSpec, conv2d } from "../layers/convolutions.ts";
import { type Linear, linear, linearSpec } from "../layers/linear.ts";
import { type LayerNorm, layerNorm, layerNormSpec } from "../layers/normalisation.ts";
import { type EncoderLayer, encoderLayer, encoderLayerSpec } from "../layers/transformer.ts";
import { initialiseViT } from "../seeded/initialise_backbones.ts";
import { defineBackbone, type Stage } from "./backbone.ts";
import { imageNet } from "./network_input.ts";

/** ViT-Base with patches of 16 x 16 (Dosovitskiy et al. 2021, table 1). */
const patch = 16;
const channels = 768;
const mlpChannels = 3072;
const heads = 12;
const depth = 12;
const classes = 1000;
const epsilon = 1e-6;

/** The parameters, named as in torchvision's state dict: `encoder.layers.encoder_layer_0.ln_1.weight`. */
export interface ViTB16<T> {
  /** [1, 1, 768] */
  readonly class_token: T;
  readonly conv_proj: BiasedConv<T>;
  readonly encoder: {
    /** [1, 1 + patches, 768] */
    readonly pos_embedding: T;
    readonly layers: Readonly<Record<`encoder_layer_${number}`, EncoderLayer<T>>>;
    readonly ln: LayerNorm<T>;
  };
  readonly heads: { readonly head: Linear<T> };
}

/**
 * The shapes of all parameters: 86,567,656 learnable numbers.
 *
 * @param size Rows and columns of the images, on which the position embedding depends.
 */
export function vitB16Spec(size = 224): ViTB16<TensorSpec> {
  return {
    class_token: float32(1, 1, channels),
    conv_proj: biasedConvSpec(3, channels, patch),
    encoder: {
      pos_embedding: float32(1, 1 + (size / patch) ** 2, channels),
      layers: Object.fromEntries(
        Array.from({ length: depth }, (_, i) => [`encoder_layer_${i}`, encoderLayerSpec(channels, mlpChannels)]),
      ),
      ln: layerNormSpec(channels),
    },
    heads: { head: linearSpec(channels, classes) },
  };
}

/** Patches [batch, rows, columns, 768] row by row, behind the class token, with their positions. */
function embedTokens(patches: tf.Tensor, { class_token, encoder: { pos_embedding } }: ViTB16<tf.Tensor>): tf.Tensor {
  const [batch, rows, columns] = patches.shape as [number, number, number];
  const expected = Math.sqrt(pos_embedding.shape[1]! - 1);
  if (rows !== expected || columns !== expected) {
    throw new InputError(
      `ViT's position embedding is for images of ${expected * patch} x ${expected * patch}, not ` +
        `${rows * patch} x ${columns * patch}: resize them`,
    );
  }
  const tokens = tf.reshape(patches, [batch, rows * columns, channels]);
  return tf.add(tf.concat([tf.tile(class_token, [batch, 1, 1]), tokens], 1), pos_embedding);
}

/** The class token of [batch, tokens, 768]. */
function classToken(tokens: tf.Tensor): tf.Tensor {
  return tf.reshape(tf.slice(tokens, [0, 0, 0], [-1, 1, -1]), [tokens.shape[0]!, channels]);
}

const layerStages = Array.from({ length: depth }, (_, i): Stage<ViTB16<tf.Tensor>> => ({
  name: `encoder.layers.encoder_layer_${i}`,
  run: (x, { encoder }) => encoderLayer(x, encoder.layers[`encoder_layer_${i}`]!, { heads, epsilon }).tokens,
}));

/** ViT-B/16: 768 numbers for a slice of 224 x 224. */
export const vitB16 = defineBackbone<ViTB16<tf.Tensor>>({
  name: "vit_b_16",
  title: "ViT",
  input: "slice",
  features: channels,
  penultimateFeatures: channels,
  size: 224,
  smallest: patch,
  ...imageNet,
  finalBlock: ["encoder.layers.encoder_layer_11", "encoder.ln"],
  initialise: initialiseViT,
  spec: vitB16Spec,
  stages: [
    { name: "conv_proj", run: (x, { conv_proj }) => conv2d(x, conv_proj, { stride: patch }) },
    { name: "encoder.dropout", run: embedTokens },
    ...layerStages,
    { name: "encoder.ln", run: (x, { encoder }) => layerNorm(x, encoder.ln, epsilon) },
  ],
  pool: classToken,
  classifier: [
    { name: "getitem_5", run: classToken },
    { name: "heads.head", run: (x, { heads }) => linear(x, heads.head) },
  ],
});
