import { memoise } from "@ctsurv/base/mod.ts";
import {
  adamW,
  type AdamWOptions,
  biasCorrections,
  compile,
  disposeValues,
  type Engine,
  float32,
  type HostTensor,
  hostTensor,
  isSpec,
  leaves,
  mapTree,
  type Moments,
  momentsSpec,
  readValues,
  type TensorSpec,
  tf,
  toTensors,
  type Tree,
  type Value,
  valueAndGradients,
  zerosOf,
} from "@ctsurv/engine/mod.ts";
import { type Backbone, type ChannelNormalise, channelNormalise, finalBlockNames } from "@ctsurv/nn/mod.ts";
import { activationPieces, type HalfActivations } from "./activations.ts";

/** Trained parameters of a final block by their names in the state dict: `features.8.0.weight`. */
export type FinalBlock<T> = Readonly<Record<string, T>>;

/** A final block and AdamW's moments, as plain numbers or as the engine holds them. */
export interface FinalBlockState<T> {
  readonly parameters: FinalBlock<T>;
  readonly moments: Moments<T>;
}

type Held = HostTensor | Value;

/** Applies and trains the final block of a backbone. Its sessions serve every fold. */
export interface FinalBlockFitter {
  /** The backbone's own block, where training starts. */
  readonly start: FinalBlockState<HostTensor>;
  /** Features of all slices, one after the other: [slices, features]. */
  features(parameters: FinalBlock<Held>, activations: readonly HalfActivations[]): Promise<Float32Array>;
  /**
   * One step of AdamW, numbered from 1.
   *
   * @param featureGradients The loss's gradient by {@linkcode features}; rows beyond them are left out.
   */
  step(
    state: FinalBlockState<Held>,
    activations: readonly HalfActivations[],
    featureGradients: Float32Array,
    step: number,
  ): Promise<FinalBlockState<Value>>;
  /** The trained block. No step may follow. */
  finish(state: FinalBlockState<Held>): Promise<FinalBlock<HostTensor>>;
  dispose(): Promise<void>;
}

/**
 * Slices, and numbers at the cut, that go through a block together: more are not faster, and what a step remembers of
 * them grows. ViT's 151,296 numbers a slice take 3 GiB for 32 slices.
 */
const slicesAtOnce = 32;
const numbersAtOnce = 2 ** 20;

/**
 * Slices go through the block a few at a time, forward for the features, and again with the gradient once the head has
 * told it: attention couples all slices of a patient, and remembering every intermediate result of some hundred slices
 * would take gigabytes (gradient checkpointing, Chen et al. 2016). The second forward pass is about a fifth of a step.
 *
 * Batch normalisations stay in evaluation mode: their running statistics are fixed, as features on disk need it, while
 * their weights and biases are trained. The paper says neither that nor the block's learning rate; here it is the head's.
 */
export function finalBlockFitter(engine: Engine, backbone: Backbone, options: AdamWOptions): FinalBlockFitter {
  const { architecture } = backbone;
  const names = finalBlockNames(architecture);
  const known = new Map(leaves(backbone.parameters, isHost).map(({ path, value }) => [path, value]));
  const numbers = Object.fromEntries(names.map((name) => [name, known.get(name)!]));
  const spec: FinalBlock<TensorSpec> = Object.fromEntries(
    names.map((name) => [name, float32(...numbers[name]!.shape)]),
  );
  const start = { parameters: numbers, moments: zerosOf(momentsSpec(spec)) };
  const zeros = zerosOf(spec);
  const piecesOf = (activations: readonly HalfActivations[]) => {
    const numbers = activations[0]!.shape.reduce((product, dim) => product * dim, 1);
    const fitting = Math.max(1, Math.min(slicesAtOnce, Math.floor(numbersAtOnce / numbers)));
    return activationPieces(activations, architecture.input === "volume" ? 1 : fitting);
  };
  const run = blockFunction(backbone, known);

  const forward = memoise((shape: readonly number[]) =>
    compile(engine, ({ activations, block }) => ({ features: run(activations, block) }), {
      activations: float32(...shape),
      block: spec,
    })
  );
  const backward = memoise((shape: readonly number[]) =>
    compile(engine, ({ activations, cotangents, block, sum }) => {
      const { gradients } = valueAndGradients((block) => tf.sum(tf.mul(run(activations, block), cotangents)), block);
      return { sum: Object.fromEntries(names.map((name) => [name, tf.add<tf.Tensor>(sum[name]!, gradients[name]!)])) };
    }, {
      activations: float32(...shape),
      cotangents: float32(shape[0]!, architecture.features),
      block: spec,
      sum: spec,
    })
  );
  const update = memoise((_: number) =>
    compile(
      engine,
      ({ state, gradients, corrections }) =>
        adamW(state.parameters, gradients, state.moments as Moments<tf.Tensor>, corrections, options),
      {
        state: { parameters: spec, moments: momentsSpec(spec) },
        gradients: spec,
        corrections: { first: float32(), second: float32() },
      },
    )
  );

  return {
    start,
    async features(block, activations) {
      const width = architecture.features;
      const all = new Float32Array(activations.reduce((sum, { count }) => sum + count, 0) * width);
      for (const { activations: piece, from, count } of piecesOf(activations)) {
        const { features } = await (await forward.get(piece.shape)).run({ activations: piece, block });
        all.set((await features.read() as Float32Array).subarray(0, count * width), from * width);
        features.dispose();
      }
      return all;
    },
    async step(state, activations, featureGradients, step) {
      const width = architecture.features;
      let sum: FinalBlock<Held> = zeros;
      for (const { activations: piece, from, count } of piecesOf(activations)) {
        const rows = piece.shape[0]!;
        const cotangents = new Float32Array(rows * width);
        cotangents.set(featureGradients.subarray(from * width, (from + count) * width));
        const program = await backward.get(piece.shape);
        const next = await program.run({
          activations: piece,
          cotangents: hostTensor(cotangents, [rows, width]),
          block: state.parameters,
          sum,
        });
        release(sum);
        sum = next.sum;
      }
      const { first, second } = biasCorrections(step, options);
      const updated = await (await update.get(1)).run({
        state,
        gradients: sum,
        corrections: { first: hostTensor([first], []), second: hostTensor([second], []) },
      });
      release(sum);
      release(state);
      return updated;
    },
    async finish({ parameters, moments }) {
      if (parameters === start.parameters) return start.parameters;
      const trained = await readValues(parameters as FinalBlock<Value>);
      release({ parameters, moments });
      return trained;
    },
    async dispose() {
      for (const made of [forward, backward, update]) {
        for (const program of made.values()) await (await program as { dispose(): Promise<void> }).dispose();
      }
    },
  };
}

/** From activations to features with some block; the frozen numbers it needs besides become constants. */
function blockFunction({ architecture }: Backbone, known: ReadonlyMap<string, HostTensor>) {
  return (activations: tf.Tensor, block: FinalBlock<tf.Tensor>): tf.Tensor => {
    const unused = tf.scalar(NaN);
    const parameters = mapTree(architecture.spec(), isSpec, (_, path) => {
      if (block[path]) return block[path];
      const isOfBlock = architecture.finalBlock.some((module) => path.startsWith(`${module}.`));
      return isOfBlock ? toTensors(known.get(path)!) as tf.Tensor : unused;
    });
    return architecture.fromCut(activations, parameters as Tree<tf.Tensor>, scaleAndShift);
  };
}

/** PyTorch's default, and that of every network here. */
const batchNormEpsilon = 1e-5;

/**
 * Evaluation mode as one factor and one term for each channel: tfjs's own gradient of a batch normalisation goes over the
 * activations twice as often.
 */
const scaleAndShift: ChannelNormalise = (x, norm) => {
  if (!("weight" in norm)) return channelNormalise(x, norm);
  const scale = tf.div(norm.weight, tf.sqrt(tf.add(norm.running_var, batchNormEpsilon)));
  return tf.add(tf.mul(x, scale), tf.sub(norm.bias, tf.mul(norm.running_mean, scale)));
};

const isHost = isSpec as (node: unknown) => node is HostTensor;

/** Frees what an engine holds. */
function release(tree: unknown): void {
  const values = leaves(tree as Tree<Held>, isSpec as (node: unknown) => node is Held).map(({ value }) => value);
  disposeValues(values.filter((value) => !("data" in value)));
}
