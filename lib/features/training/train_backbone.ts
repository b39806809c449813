import { InputError } from "@ctsurv/base/mod.ts";
import {
  type BiasCorrections,
  biasCorrections,
  compile,
  type Compiled,
  disposeValues,
  type Engine,
  float32,
  type HostTensor,
  hostTensor,
  isSpec,
  mapTree,
  type OutputsOf,
  readValues,
  type TensorSpec,
  type tf,
  type Tree,
  warmUpAndCosine,
  zerosOf,
} from "@ctsurv/engine/mod.ts";
import { type Backbone, efficientNetB0, seededBackbone } from "@ctsurv/nn/mod.ts";
import { measureNorms } from "./_measure_norms.ts";
import { type TissueStream, tissueStream } from "./_tissue_stream.ts";
import {
  type TissueBatch,
  tissueBatchSpec,
  type TissueState,
  tissueStateSpec,
  type TissueTrainable,
  tissueTrainingStep,
  toBatch,
  trainableOf,
} from "./_tissue_training_step.ts";

/** Options of {@linkcode trainBackbone}. */
export interface TrainBackboneOptions {
  /** Steps of AdamW. */
  readonly steps: number;
  /** Seed of the phantoms and of the order of their crops, below 1e9. */
  readonly seed: number;
  /** Seed of the weights with which training starts. @default {42} */
  readonly weightsSeed?: number;
  /** Crops of a step. @default {16} */
  readonly batch?: number;
  /** AdamW's learning rate at its highest. @default {0.001} */
  readonly learningRate?: number;
  /** Crops that wait to be mixed, and batches that measure the running statistics; for tests. */
  readonly sizes?: { readonly pool: number; readonly statistics: number };
  /** Called after each step, from 1, with its loss. */
  readonly onStep?: (step: number, loss: number) => void;
}

/** A trained network. */
export interface TrainedBackbone {
  /** All parameters of EfficientNet-B0; its classifier was neither drawn for this nor trained. */
  readonly parameters: Tree<HostTensor>;
}

/**
 * Trains stages 4 to 8 of a seeded EfficientNet-B0 on slices of phantoms. From each of the 7 x 7 cells of the last feature
 * maps, a linear readout gives the share of tumour and of lung, the height of the slice, and the tumour's density. The
 * readout is fixed: each output is a difference between means of channels. The error is squared. No survival time goes
 * into it.
 *
 * The same seed gives the same crops in the same order. Weights agree as far as the engine adds in the same order, which
 * ONNX Runtime may not do with another number of threads or on another processor.
 *
 * @throws {InputError} If the loss is no longer finite.
 */
export async function trainBackbone(engine: Engine, options: TrainBackboneOptions): Promise<TrainedBackbone> {
  const { seed, weightsSeed = 42, batch = 16, sizes } = options;
  const start = await seededBackbone(efficientNetB0, engine, { seed: weightsSeed });
  const stream = tissueStream(seed, sizes?.pool);
  try {
    const { upper } = await fit(engine, start, stream, options);
    const norms = await measureNorms(engine, start, upper, {
      stream,
      batch,
      ...sizes && { batches: sizes.statistics },
    });
    const parameters = mapTree(
      start.parameters,
      isSpec as (node: unknown) => node is HostTensor,
      (value, path) => upper[path] ?? norms.get(path) ?? value,
    );
    return { parameters };
  } finally {
    stream.close();
  }
}

type StepInputs = {
  readonly state: TissueState<TensorSpec>;
  readonly batch: TissueBatch<TensorSpec>;
  readonly corrections: BiasCorrections<TensorSpec>;
};
type StepOutputs = { readonly state: TissueState<tf.Tensor>; readonly loss: tf.Scalar };

async function fit(
  engine: Engine,
  backbone: Backbone,
  stream: TissueStream,
  { steps, batch = 16, learningRate = 0.001, onStep = () => {} }: TrainBackboneOptions,
): Promise<TissueTrainable<HostTensor>> {
  const trainable = trainableOf(backbone);
  const stateSpec = tissueStateSpec(trainable);
  const program = await compile(engine, tissueTrainingStep(backbone, { learningRate, weightDecay: 0 }), {
    state: stateSpec,
    batch: tissueBatchSpec(batch),
    corrections: { first: float32(), second: float32() },
  }) as unknown as Compiled<StepInputs, StepOutputs>;
  const start = { trainable, moments: zerosOf(stateSpec.moments) };
  let state: OutputsOf<StepOutputs>["state"] | undefined;
  for (let step = 1; step <= steps; step++) {
    const { first, second } = biasCorrections(step);
    const outputs: OutputsOf<StepOutputs> = await program.run({
      state: state ?? start,
      batch: toBatch(await stream.next(batch)),
      // The first correction divides the learning rate, so it carries the schedule into the compiled step.
      corrections: { first: hostTensor([first / warmUpAndCosine(step, steps)], []), second: hostTensor([second], []) },
    });
    if (state) disposeValues(state);
    state = outputs.state;
    const loss = (await outputs.loss.read())[0]!;
    outputs.loss.dispose();
    if (!Number.isFinite(loss)) {
      throw new InputError(
        `Training diverged: the loss is ${loss} in step ${step} of ${steps}. Take a lower learning rate`,
      );
    }
    onStep(step, loss);
  }
  await program.dispose();
  const trained = state ? await readValues(state.trainable) : trainable;
  if (state) disposeValues(state);
  return trained as unknown as TissueTrainable<HostTensor>;
}
