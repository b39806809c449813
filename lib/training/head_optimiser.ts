import type { TrainingPatient } from "@ctsurv/features/mod.ts";
import { createRandom, memoise, type Random } from "@ctsurv/base/mod.ts";
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
  type Initialise,
  initialiseHead,
  seededParameters,
  type SurvivalHead,
  type SurvivalHeadShape,
  survivalHeadSpec,
} from "@ctsurv/nn/mod.ts";
import { makeBatch, type TrainingLabels } from "./batch.ts";
import {
  type Batch,
  batchSpec,
  type StepOptions,
  type TrainingState,
  trainingStep,
  trainingStepWithFeatures,
} from "./training_step.ts";

/**
 * How heads are trained and applied: a step of few slices is too short to gain from more threads, and on one thread its
 * sums are rounded the same way on machines of any number of cores. Over some 1000 steps a last digit grows into hundredths
 * of Ctd.
 */
export const oneThread: PrepareOptions = { threads: 1 };

/** How a head is trained. */
export interface TrainOptions extends StepOptions {
  readonly epochs: number;
  readonly batchSize: number;
  /** Probability that a hidden unit of DeepHit is left out of a step. */
  readonly dropout: number;
  /** For new weights, the order of patients and dropout. */
  readonly seed: number;
  /** How months become bins: months (k, k + 1], or the coding of the authors' laboratory. @default {"interval"} */
  readonly labels?: TrainingLabels;
  /** Draws a new head's weights. @default {initialiseHead} */
  readonly initialise?: Initialise;
  /**
   * Trains on features of mean 0 and standard deviation 1 over the training patients' slices; the scaling then becomes
   * part of the embedding's weights. Features of untrained backbones need it, the paper has none. @default {false}
   */
  readonly scaleFeatures?: boolean;
}

/** What one step gives. */
export interface HeadStep {
  readonly loss: number;
  /** By the features, [slices, backbone features] of the batch's patients one after the other, if they were asked for. */
  readonly featureGradients?: Float32Array;
}

/** A head while it is trained. */
export interface HeadOptimisation {
  step(batch: readonly TrainingPatient[]): Promise<HeadStep>;
  /** The trained head. No step may follow. */
  finish(): Promise<SurvivalHead<HostTensor>>;
}

/** Begins optimisations of heads; its sessions serve all of them. */
export interface HeadOptimiser {
  /** @param head The weights to begin with, instead of new ones. */
  begin(head?: SurvivalHead<HostTensor>): HeadOptimisation;
  dispose(): Promise<void>;
}

type StepInputs = { readonly state: TrainingState<TensorSpec>; readonly batch: Batch<TensorSpec> };
type StepOutputs = {
  readonly state: TrainingState<tf.Tensor>;
  readonly loss: tf.Scalar;
  readonly featureGradients?: tf.Tensor;
};

/**
 * A mask for inverted dropout (Srivastava et al. 2014): each unit is left out, 0, with the probability given, and else
 * scaled by `1 / (1 - probability)`, so that the expected sum of a layer's inputs is what it is without dropout.
 *
 * @param shape [patients, width]
 */
export function dropoutMask(random: Random, shape: readonly [number, number], probability: number): HostTensor {
  const keep = 1 - probability;
  const numbers = Float32Array.from({ length: shape[0] * shape[1] }, () => random.uniform() < keep ? 1 / keep : 0);
  return hostTensor(numbers, shape);
}

/**
 * An optimiser of heads of one shape.
 *
 * @param featureGradients Whether steps give the gradient by the features, which takes a matrix product more.
 */
export function headOptimiser(
  engine: Engine,
  shape: SurvivalHeadShape,
  options: TrainOptions & { readonly featureGradients?: boolean },
): HeadOptimiser {
  const spec = survivalHeadSpec(shape);
  const stateSpec: TrainingState<TensorSpec> = { parameters: spec, moments: momentsSpec(spec) };
  const { layers = 10, width = 100, bins = 24 } = shape;
  const { batchSize, seed, initialise = initialiseHead, labels = "interval" } = options;
  const run = options.featureGradients ? trainingStepWithFeatures(options) : trainingStep(options);
  const steps = memoise((slices: number) => {
    const batch = batchSpec({ patients: batchSize, slices, backboneFeatures: shape.backboneFeatures, layers, width });
    return compile(engine, run, { state: stateSpec, batch }, oneThread) as Promise<Compiled<StepInputs, StepOutputs>>;
  });

  const begin = (head = seededParameters(spec, seed, initialise)): HeadOptimisation => {
    const start = { parameters: head, moments: zerosOf(stateSpec.moments) };
    let state: OutputsOf<StepOutputs>["state"] | undefined;
    const dropout = createRandom(seed, "dropout");
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
            dropout: Array.from({ length: layers }, () => dropoutMask(dropout, [batchSize, width], options.dropout)),
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
