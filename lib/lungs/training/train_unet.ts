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
  type OutputsOf,
  readValues,
  type TensorSpec,
  type tf,
  warmUpAndCosine,
  zerosOf,
} from "@ctsurv/engine/mod.ts";
import { InputError } from "@ctsurv/base/mod.ts";
import { type Initialise, seededParameters, type UNet, uNetSpec } from "@ctsurv/nn/mod.ts";
import { GRID_SIZE } from "../unet/_unet_grid.ts";
import { unetShape } from "../unet/unet_weights.ts";
import { measureStatistics } from "./_measure_statistics.ts";
import { type SliceStream, sliceStream, toBatch } from "./_slice_stream.ts";
import {
  type SliceBatch,
  sliceBatchSpec,
  type Trainable,
  trainableOf,
  type UNetState,
  unetStateSpec,
  unetTrainingStep,
} from "./_unet_training_step.ts";

/** Options of {@linkcode trainUNet}. */
export interface TrainUNetOptions {
  /** Steps of AdamW. */
  readonly steps: number;
  /** Seed of the initial weights and of the training slices. */
  readonly seed: number;
  /** Slices of a step. Default 8. */
  readonly batch?: number;
  /** AdamW's learning rate at its highest. Default 0.003. */
  readonly learningRate?: number;
  /** Called after each step, from 1, with its loss. */
  readonly onStep?: (step: number, loss: number) => void;
}

/** He's initialisation for the convolutions; normalisations start as the identity. */
export const initialiseUNet: Initialise = (random, shape, path) => {
  const size = shape.reduce((product, dim) => product * dim, 1);
  if (shape.length === 4) {
    const deviation = Math.sqrt(2 * shape[0]! / size);
    return Float32Array.from({ length: size }, () => deviation * random.normal());
  }
  return new Float32Array(size).fill(path.endsWith("weight") || path.endsWith("running_var") ? 1 : 0);
};

/**
 * Trains the lung U-Net from scratch. The same seed gives the same slices in the same order. Weights agree as far as
 * the engine adds in the same order, which ONNX Runtime may not do with another number of threads or on another
 * processor.
 *
 * @returns The parameters, with running statistics measured on new slices.
 */
export async function trainUNet(engine: Engine, options: TrainUNetOptions): Promise<UNet<HostTensor>> {
  const { steps, seed, batch = 8, learningRate = 0.003, onStep = () => {} } = options;
  const spec = uNetSpec(unetShape);
  const stream = sliceStream(seed);
  try {
    const trainable = await fit(engine, spec, stream, { steps, seed, batch, learningRate, onStep });
    return await measureStatistics(engine, { spec, trainable, stream, batch });
  } finally {
    stream.close();
  }
}

type StepInputs = {
  readonly state: UNetState<TensorSpec>;
  readonly batch: SliceBatch<TensorSpec>;
  readonly corrections: BiasCorrections<TensorSpec>;
};
type StepOutputs = { readonly state: UNetState<tf.Tensor>; readonly loss: tf.Scalar };

async function fit(
  engine: Engine,
  spec: UNet<TensorSpec>,
  stream: SliceStream,
  { steps, seed, batch, learningRate, onStep }: Required<TrainUNetOptions>,
): Promise<Trainable<HostTensor>> {
  const stateSpec = unetStateSpec(spec);
  const program = await compile(engine, unetTrainingStep(spec, { learningRate, weightDecay: 0 }), {
    state: stateSpec,
    batch: sliceBatchSpec(batch, GRID_SIZE),
    corrections: { first: float32(), second: float32() },
  }) as unknown as Compiled<StepInputs, StepOutputs>;
  const start = {
    trainable: trainableOf(seededParameters(spec, seed, initialiseUNet) as UNet<HostTensor>),
    moments: zerosOf(stateSpec.moments),
  };
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
  const trained = state ? await readValues(state.trainable) : start.trainable;
  if (state) disposeValues(state);
  return trained;
}
