import { createRandom, memoise } from "@ctsurv/base/mod.ts";
import {
  biasCorrections,
  compile,
  type Compiled,
  disposeValues,
  type Engine,
  type HostTensor,
  hostTensor,
  momentsSpec,
  type OutputsOf,
  type PrepareOptions,
  readValues,
  type TensorSpec,
  type tf,
  zerosOf,
} from "@ctsurv/engine/mod.ts";
import {
  initialiseHead,
  seededParameters,
  type SurvivalHead,
  type SurvivalHeadShape,
  survivalHeadSpec,
} from "@ctsurv/nn/mod.ts";
import { makeBatch } from "./batch.ts";
import type { FitOptions } from "./head_trainer.ts";
import type { TrainingPatient } from "./patient.ts";
import { type Batch, batchSpec, type TrainingState, trainingStep, trainingStepWithFeatures } from "./training_step.ts";

/**
 * How heads are trained and applied: a step of few slices is too short to gain from more threads, and on one thread its
 * sums are rounded the same way on machines of any number of cores. Over some 1000 steps a last digit grows into hundredths
 * of Ctd.
 */
export const oneThread: PrepareOptions = { threads: 1 };

/** What one step gives. */
export interface HeadStep {
  readonly loss: number;
  /** By the features, [slices, backbone features] of the batch's patients one after the other, if they were asked for. */
  readonly featureGradients?: Float32Array;
}

/** A head while it is trained. */
export interface HeadFit {
  step(batch: readonly TrainingPatient[]): Promise<HeadStep>;
  /** The trained head. No step may follow. */
  finish(): Promise<SurvivalHead<HostTensor>>;
}

/** Begins fits of heads; its sessions serve all of them. */
export interface HeadFitter {
  /** @param head The weights to begin with, instead of new ones. */
  begin(head?: SurvivalHead<HostTensor>): HeadFit;
  dispose(): Promise<void>;
}

type StepInputs = { readonly state: TrainingState<TensorSpec>; readonly batch: Batch<TensorSpec> };
type StepOutputs = {
  readonly state: TrainingState<tf.Tensor>;
  readonly loss: tf.Scalar;
  readonly featureGradients?: tf.Tensor;
};

/**
 * A fitter of heads of one shape.
 *
 * @param featureGradients Whether steps give the gradient by the features, which takes a matrix product more.
 */
export function headFitter(
  engine: Engine,
  shape: SurvivalHeadShape,
  options: FitOptions & { readonly featureGradients?: boolean },
): HeadFitter {
  const spec = survivalHeadSpec(shape);
  const stateSpec: TrainingState<TensorSpec> = { parameters: spec, moments: momentsSpec(spec) };
  const { layers = 10, width = 100, bins = 24 } = shape;
  const { batchSize, seed, initialise = initialiseHead, labels = "interval" } = options;
  const run = options.featureGradients ? trainingStepWithFeatures(options) : trainingStep(options);
  const steps = memoise((slices: number) => {
    const batch = batchSpec({ patients: batchSize, slices, backboneFeatures: shape.backboneFeatures, layers, width });
    return compile(engine, run, { state: stateSpec, batch }, oneThread) as Promise<Compiled<StepInputs, StepOutputs>>;
  });

  const begin = (head = seededParameters(spec, seed, initialise)): HeadFit => {
    const start = { parameters: head, moments: zerosOf(stateSpec.moments) };
    let state: OutputsOf<StepOutputs>["state"] | undefined;
    const dropout = createRandom(seed, "dropout");
    const keep = 1 - options.dropout;
    const drawMask = () =>
      hostTensor(
        Float32Array.from({ length: batchSize * width }, () => dropout.uniform() < keep ? 1 / keep : 0),
        [batchSize, width],
      );
    let step = 0;
    return {
      async step(patients) {
        const batch = makeBatch(patients, { rows: batchSize, bins, labels });
        const program = await steps.get(batch.features.shape[0]!);
        const { first, second } = biasCorrections(++step, options);
        const outputs: OutputsOf<StepOutputs> = await program.run({
          state: state ?? start,
          batch: {
            ...batch,
            dropout: Array.from({ length: layers }, drawMask),
            corrections: { first: hostTensor([first], []), second: hostTensor([second], []) },
          },
        });
        if (state) disposeValues(state);
        state = outputs.state;
        const loss = (await outputs.loss.read())[0]!;
        outputs.loss.dispose();
        if (!outputs.featureGradients) return { loss };
        const featureGradients = await outputs.featureGradients.read() as Float32Array;
        outputs.featureGradients.dispose();
        return { loss, featureGradients };
      },
      async finish() {
        const parameters = state ? await readValues(state.parameters) : start.parameters;
        if (state) disposeValues(state);
        return parameters;
      },
    };
  };

  return {
    begin,
    async dispose() {
      for (const program of steps.values()) await (await program).dispose();
    },
  };
}

/** Options of {@linkcode runEpochs}. */
export interface EpochOptions {
  readonly epochs: number;
  readonly batchSize: number;
  /** For the order of patients. */
  readonly seed: number;
}

/**
 * Shows `step` every batch of every epoch, in a new order each time.
 *
 * @param step Gives the batch's loss. It is also told the batch that follows in the same epoch.
 * @returns Mean loss of each epoch's batches.
 */
export async function runEpochs<Patient>(
  patients: readonly Patient[],
  { epochs, batchSize, seed }: EpochOptions,
  step: (batch: readonly Patient[], next: readonly Patient[]) => Promise<number>,
  onEpoch?: (epoch: number, loss: number) => void,
): Promise<number[]> {
  const order = createRandom(seed, "order");
  const losses: number[] = [];
  for (let epoch = 1; epoch <= epochs; epoch++) {
    const shuffled = order.shuffle([...patients]);
    const batchLosses: number[] = [];
    for (let from = 0; from < shuffled.length; from += batchSize) {
      const to = from + batchSize;
      batchLosses.push(await step(shuffled.slice(from, to), shuffled.slice(to, to + batchSize)));
    }
    losses.push(batchLosses.reduce((sum, loss) => sum + loss, 0) / batchLosses.length);
    onEpoch?.(epoch, losses.at(-1)!);
  }
  return losses;
}
