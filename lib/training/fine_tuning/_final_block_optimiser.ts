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
  type Moments,
  momentsSpec,
  readValues,
  tf,
  type Tree,
  type Value,
  valueAndGradients,
  zerosOf,
} from "@ctsurv/engine/mod.ts";
import type { Backbone } from "@ctsurv/nn/mod.ts";
import type { HalfActivations } from "./_activations.ts";
import { type FinalBlock, finalBlockFeatures, type Held } from "./final_block_features.ts";

/** A final block and AdamW's moments, as plain numbers or in the memory of the engine. */
export interface FinalBlockState<T> {
  /** Trained parameters of the block. */
  readonly parameters: FinalBlock<T>;
  /** AdamW's moments of every parameter. */
  readonly moments: Moments<T>;
}

/** Applies and trains the final block of a backbone. Its sessions serve every fold. */
export interface FinalBlockOptimiser {
  /** The backbone's own block, with which training starts. */
  readonly start: FinalBlockState<HostTensor>;
  /** Features of all slices, one after the other: [slices, features]. */
  features(parameters: FinalBlock<Held>, activations: readonly HalfActivations[]): Promise<Float32Array>;
  /**
   * One step of AdamW, numbered from 1.
   *
   * @param featureGradients Gradient of the loss by {@linkcode features}; rows beyond the slices are ignored.
   */
  step(
    state: FinalBlockState<Held>,
    activations: readonly HalfActivations[],
    featureGradients: Float32Array,
    step: number,
  ): Promise<FinalBlockState<Value>>;
  /** Ends the training and gives the block. No step may follow. */
  finish(state: FinalBlockState<Held>): Promise<FinalBlock<HostTensor>>;
  /** Frees the sessions. */
  dispose(): Promise<void>;
}

/**
 * An optimiser for the final block. Slices go through the block a few at a time: forward for the features, and again
 * with the gradient once the head has computed it. Attention couples all slices of a patient, and the intermediate
 * results of some hundred slices would take gigabytes (gradient checkpointing, Chen et al. 2016). The second forward
 * pass is about a fifth of a step.
 *
 * Batch normalisations stay in evaluation mode. Their running statistics are fixed, since features are kept on disk,
 * while their weights and biases are trained. The paper does not describe this, nor the learning rate of the block;
 * here it is that of the head.
 */
export function finalBlockOptimiser(engine: Engine, backbone: Backbone, options: AdamWOptions): FinalBlockOptimiser {
  const { architecture } = backbone;
  const block = finalBlockFeatures(engine, backbone);
  const { names, spec, run } = block;
  const start = { parameters: block.own, moments: zerosOf(momentsSpec(spec)) };
  const zeros = zerosOf(spec);
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
    features: block.features,
    async step(state, activations, featureGradients, step) {
      const width = architecture.features;
      let sum: FinalBlock<Held> = zeros;
      for (const { activations: piece, from, count } of block.pieces(activations)) {
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
      await block.dispose();
      for (const made of [backward, update]) {
        for (const program of made.values()) await (await program as { dispose(): Promise<void> }).dispose();
      }
    },
  };
}

/** Frees the values in the memory of an engine. */
function release(tree: unknown): void {
  const values = leaves(tree as Tree<Held>, isSpec as (node: unknown) => node is Held).map(({ value }) => value);
  disposeValues(values.filter((value) => !("data" in value)));
}
