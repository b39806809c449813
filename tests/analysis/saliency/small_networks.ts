import { float32, type HostTensor, isSpec, mapTree, type TensorSpec, tf, type Tree } from "@ctsurv/engine/mod.ts";
import type { Backbone, BackboneArchitecture, SurvivalHead, SurvivalHeadShape } from "@ctsurv/nn/mod.ts";
import { survivalHeadSpec } from "@ctsurv/nn/mod.ts";
import { type BackboneDefinition, defineBackbone } from "@ctsurv/nn/backbones/backbone.ts";
import {
  type BiasedConv,
  biasedConvSpec,
  type Conv,
  conv2d,
  convSpec,
  globalMean,
} from "@ctsurv/nn/layers/convolutions.ts";
import { type Linear, linear, linearSpec } from "@ctsurv/nn/layers/linear.ts";
import { type BatchNorm, batchNormSpec } from "@ctsurv/nn/layers/normalisation.ts";
import oracle from "../../fixtures/grad_cam.json" with { type: "json" };
import { hashedTensor } from "../../nn/head/hashed_head.ts";

export const CHANNELS = oracle.head.backboneFeatures;
export const headShape = oracle.head as SurvivalHeadShape;

const facts = {
  input: "slice",
  features: CHANNELS,
  penultimateFeatures: CHANNELS,
  size: oracle.size,
  smallest: 1,
  mean: oracle.mean as [number, number, number],
  std: oracle.std as [number, number, number],
  initialise: () => {
    throw new Error("never drawn");
  },
  classifier: [{ name: "fc", run: (x: tf.Tensor) => x }],
} as const satisfies Partial<BackboneDefinition<never>>;

interface Averaged<T> {
  readonly conv1: Conv<T>;
  readonly conv2: Conv<T>;
  readonly bn: BatchNorm<T>;
}

/** Convolution, ReLU, convolution, batch normalisation, SiLU: maps of 8 x 8, whose means are the features. */
const averaged = defineBackbone<Averaged<tf.Tensor>>({
  ...facts,
  name: "averaged",
  title: "Averaged",
  finalBlock: ["conv2"],
  spec: (): Averaged<TensorSpec> => ({
    conv1: convSpec(3, 6, 3),
    conv2: convSpec(6, CHANNELS, 3),
    bn: batchNormSpec(CHANNELS),
  }),
  stages: [
    { name: "conv1", run: (x, { conv1 }) => tf.relu(conv2d(x, conv1, { stride: 2, padding: 1 })) },
    {
      name: "conv2",
      run(x, { conv2, bn }, normalise) {
        const y = normalise(conv2d(x, conv2, { padding: 1 }), bn);
        return tf.mul(y, tf.sigmoid(y));
      },
    },
  ],
  pool: globalMean,
});

interface Tokens<T> {
  readonly class_token: T;
  readonly conv_proj: BiasedConv<T>;
  readonly mix: { readonly value: Linear<T>; readonly gate: Linear<T> };
}

/** Patches of 4 x 4 and a class token; a block in which all tokens move the class token. */
const tokens = defineBackbone<Tokens<tf.Tensor>>({
  ...facts,
  name: "tokens",
  title: "Tokens",
  finalBlock: ["mix"],
  spec: () => ({
    class_token: float32(1, 1, CHANNELS),
    conv_proj: biasedConvSpec(3, CHANNELS, 4),
    mix: { value: linearSpec(CHANNELS, CHANNELS), gate: linearSpec(CHANNELS, CHANNELS) },
  }),
  stages: [
    {
      name: "conv_proj",
      run(x, { conv_proj, class_token }) {
        const patches = conv2d(x, { weight: conv_proj.weight }, { stride: 4 });
        const batch = patches.shape[0]!;
        return tf.concat([tf.tile(class_token, [batch, 1, 1]), tf.reshape(patches, [batch, -1, CHANNELS])], 1);
      },
    },
    {
      name: "mix",
      run(x, { mix }) {
        const flat = tf.reshape(x, [-1, CHANNELS]);
        const both = tf.mul(tf.sigmoid(linear(flat, mix.gate)), tf.tanh(linear(flat, mix.value)));
        return tf.add(x, tf.mean(tf.reshape(both, x.shape), 1, true));
      },
    },
  ],
  pool: (x) => tf.reshape(tf.slice(x, [0, 0, 0], [-1, 1, -1]), [x.shape[0]!, CHANNELS]),
});

/** The networks of tests/oracles/grad_cam.py by name. */
export const networks: Readonly<Record<string, Backbone>> = {
  averaged: withHashed(averaged),
  tokens: withHashed(tokens),
};

/** Its head. */
export const head = hashed(survivalHeadSpec(headShape) as unknown as Tree<TensorSpec>) as unknown as SurvivalHead<
  HostTensor
>;

/** Its slices, [slices, size, size] in [0, 1]. */
export const slices = hashedTensor("slices", [oracle.slices, oracle.size, oracle.size]).data
  .map((value) => (value + 1) / 2) as Float32Array;

function withHashed(architecture: BackboneArchitecture): Backbone {
  return {
    architecture,
    parameters: hashed(architecture.spec()),
    source: { kind: "seeded", seed: 0, sha256: "hashed" },
  };
}

function hashed(spec: Tree<TensorSpec>): Tree<HostTensor> {
  return mapTree(spec, isSpec, ({ shape }, path) => {
    if (path === "class_token") return hashedTensor(path, shape);
    const fanIn = shape.slice(1).reduce((product, dim) => product * dim, 1);
    if (shape.length > 1) return hashedTensor(path, shape, Math.sqrt(6 / fanIn));
    const { data, ...tensor } = hashedTensor(path, shape, 0.1);
    return { ...tensor, data: /bn\.(weight|running_var)/.test(path) ? data.map((x) => x + 1) : data };
  });
}
