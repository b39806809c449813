import { InputError } from "@ctsurv/base/mod.ts";
import { float32, type TensorSpec, tf } from "@ctsurv/engine/mod.ts";
import { type BiasedConv, biasedConvSpec, conv2d } from "../layers/convolutions.ts";
import { type Linear, linear, linearSpec } from "../layers/linear.ts";
import { type LayerNorm, layerNorm, layerNormSpec } from "../layers/normalisation.ts";
import { type EncoderLayer, encoderLayer, encoderLayerSpec } from "../layers/transformer.ts";
import { initialiseViT } from "../seeded/_initialise_backbones.ts";
import { type BackboneArchitecture, defineBackbone, type Stage } from "./backbone.ts";
import { imageNet } from "./network_input.ts";

/** ViT-Base with patches of 16 x 16 (Dosovitskiy et al. 2021, table 1). */
const PATCH = 16;
const CHANNELS = 768;
const MLP_CHANNELS = 3072;
const HEADS = 12;
const DEPTH = 12;
const CLASSES = 1000;
const EPSILON = 1e-6;

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
    class_token: float32(1, 1, CHANNELS),
    conv_proj: biasedConvSpec(3, CHANNELS, PATCH),
    encoder: {
      pos_embedding: float32(1, 1 + (size / PATCH) ** 2, CHANNELS),
      layers: Object.fromEntries(
        Array.from({ length: DEPTH }, (_, i) => [`encoder_layer_${i}`, encoderLayerSpec(CHANNELS, MLP_CHANNELS)]),
      ),
      ln: layerNormSpec(CHANNELS),
    },
    heads: { head: linearSpec(CHANNELS, CLASSES) },
  };
}

/** The class token and the patches [batch, rows, columns, 768] row by row, with their positions added. */
function embedTokens(patches: tf.Tensor, { class_token, encoder: { pos_embedding } }: ViTB16<tf.Tensor>): tf.Tensor {
  const [batch, rows, columns] = patches.shape as [number, number, number];
  const expected = Math.sqrt(pos_embedding.shape[1]! - 1);
  if (rows !== expected || columns !== expected) {
    throw new InputError(
      `ViT's position embedding is for images of ${expected * PATCH} x ${expected * PATCH}, not ` +
        `${rows * PATCH} x ${columns * PATCH}: resize them`,
    );
  }
  const tokens = tf.reshape(patches, [batch, rows * columns, CHANNELS]);
  return tf.add(tf.concat([tf.tile(class_token, [batch, 1, 1]), tokens], 1), pos_embedding);
}

/** The class token of [batch, tokens, 768]. */
function classToken(tokens: tf.Tensor): tf.Tensor {
  return tf.reshape(tf.slice(tokens, [0, 0, 0], [-1, 1, -1]), [tokens.shape[0]!, CHANNELS]);
}

const layerStages = Array.from({ length: DEPTH }, (_, i): Stage<ViTB16<tf.Tensor>> => ({
  name: `encoder.layers.encoder_layer_${i}`,
  run: (x, { encoder }) =>
    encoderLayer(x, encoder.layers[`encoder_layer_${i}`]!, { heads: HEADS, epsilon: EPSILON }).tokens,
}));

/** ViT-B/16 (Dosovitskiy et al. 2021): its class token, 768 features for a slice of exactly 224 x 224. */
export const vitB16: BackboneArchitecture = defineBackbone<ViTB16<tf.Tensor>>({
  name: "vit_b_16",
  title: "ViT",
  input: "slice",
  features: CHANNELS,
  penultimateFeatures: CHANNELS,
  size: 224,
  smallest: PATCH,
  ...imageNet,
  finalBlock: ["encoder.layers.encoder_layer_11", "encoder.ln"],
  initialise: initialiseViT,
  spec: vitB16Spec,
  stages: [
    { name: "conv_proj", run: (x, { conv_proj }) => conv2d(x, conv_proj, { stride: PATCH }) },
    { name: "encoder.dropout", run: embedTokens },
    ...layerStages,
    { name: "encoder.ln", run: (x, { encoder }) => layerNorm(x, encoder.ln, EPSILON) },
  ],
  pool: classToken,
  classifier: [
    { name: "getitem_5", run: classToken },
    { name: "heads.head", run: (x, { heads }) => linear(x, heads.head) },
  ],
});
