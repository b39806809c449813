import { tf } from "@ctsurv/engine/mod.ts";
import { type BiasedConv, biasedConvSpec, conv2d, maxPool } from "../layers/convolutions.ts";
import { type Linear, linear } from "../layers/linear.ts";
import type { Stage } from "./backbone.ts";

/** A convolution of a plain network, followed by ReLU. */
export interface PlainConv {
  readonly channels: number;
  readonly kernel: number;
  readonly stride: number;
  readonly padding: number;
}

/** A maximum pooling of a plain network. */
export interface PlainPool {
  readonly window: number;
  readonly stride: number;
}

/**
 * A network without branches or norms, AlexNet or VGG. Convolutions, each with its ReLU, and maximum poolings are numbered
 * consecutively. Fully connected layers follow.
 */
export interface PlainNetwork<T> {
  /** Convolutions by their number. ReLU and pooling have numbers but no parameters. */
  readonly features: Readonly<Record<number, BiasedConv<T>>>;
  /** Fully connected layers by their number. ReLU and dropout have numbers too. */
  readonly classifier: Readonly<Record<number, Linear<T>>>;
}

type PlainStage = Stage<PlainNetwork<tf.Tensor>>;

/** The layers with the number that each has in `features`. */
function numbered(layers: readonly (PlainConv | PlainPool)[]) {
  let next = 0;
  return layers.map((layer) => {
    const number = next;
    next += "kernel" in layer ? 2 : 1;
    return { layer, number };
  });
}

/** The shapes of `features`. */
export function plainFeaturesSpec(layers: readonly (PlainConv | PlainPool)[]) {
  let channels = 3;
  return Object.fromEntries(
    numbered(layers).flatMap(({ layer, number }) => {
      if (!("kernel" in layer)) return [];
      const spec = biasedConvSpec(channels, layer.channels, layer.kernel);
      channels = layer.channels;
      return [[number, spec]];
    }),
  );
}

/** The stages of `features`. */
export function plainFeatureStages(layers: readonly (PlainConv | PlainPool)[]): PlainStage[] {
  return numbered(layers).flatMap(({ layer, number }): PlainStage[] => {
    const name = `features.${number}`;
    if ("window" in layer) return [{ name, run: (x) => maxPool(x, layer.window, layer) }];
    return [
      {
        name,
        run(x, { features }, normalise) {
          const { weight, bias } = features[number]!;
          return normalise(conv2d(x, { weight }, layer), { bias });
        },
      },
      { name: `features.${number + 1}`, run: (x) => tf.relu(x) },
    ];
  });
}

/** Flattening in the order of PyTorch: channels, rows, columns. [batch, rows, columns, channels] -> [batch, all]. */
export const flatten: PlainStage = {
  name: "flatten",
  run: (x) => tf.reshape(tf.transpose(x, [0, 3, 1, 2]), [x.shape[0]!, -1]),
};

/** A fully connected layer. */
export function linearStage(number: number): PlainStage {
  return { name: `classifier.${number}`, run: (x, { classifier }) => linear(x, classifier[number]!) };
}

/** ReLU in the classifier. */
export function reluStage(number: number): PlainStage {
  return { name: `classifier.${number}`, run: (x) => tf.relu(x) };
}
