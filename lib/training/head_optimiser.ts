import { createRandom, memoise, type Random } from "@ctsurv/base/mod.ts";
import {
  biasCorrections,
  compile,
  type Compiled,
  disposeValues,
  type Engine,
  type HostTensor,
  hostTensor,
  learningRateAt,
  type LearningRateSchedule,
  momentsSpec,
  type OutputsOf,
  type PrepareOptions,
  readValues,
  type TensorSpec,
  type tf,
  type TrainingPlace,
  zerosOf,
} from "@ctsurv/engine/mod.ts";
import type { TrainingPatient } from "@ctsurv/features/mod.ts";
import {
  type HeadInitialisation,
  initialHead,
  type Initialise,
  seededParameters,
  type SurvivalHead,
  type SurvivalHeadShape,
  survivalHeadSpec,
} from "@ctsurv/nn/mod.ts";
import { HORIZON_MONTHS } from "@ctsurv/survival/mod.ts";
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
 * Heads are trained and applied on one thread. A step has few slices and would gain nothing from more threads. On one
 * thread its sums are rounded in the same way whatever the number of cores: over some 1000 steps a difference in the
 * last digit grows to hundredths of Ctd.
 */
export const oneThread: PrepareOptions = { threads: 1 };

/** Options of the training of a head, over all its steps. */
export interface TrainOptions extends StepOptions {
  /** Passes over all patients, 100 in the paper. */
  readonly epochs: number;
  /** Patients in a batch, 4 in the paper. */
  readonly batchSize: number;
  /** What becomes of the last batch of an epoch if it has fewer patients. @default {"keep"} */
  readonly lastBatch?: "keep" | "drop";
  /** How the learning rate changes. @default {it does not, as in the paper} */
  readonly schedule?: LearningRateSchedule;
  /** Probability with which a hidden unit of DeepHit is left out of a step, 0.2 in the paper. */
  readonly dropout: number;
  /** The same of a slice's feature before the embedding, 0.2 in torchvision's EfficientNet. @default {0} */
  readonly embeddingDropout?: number;
  /** Seed of new weights, of the order of patients and of dropout. */
  readonly seed: number;
  /** How months become bins: months (k, k + 1], or the coding of the authors' laboratory. @default {"interval"} */
  readonly labels?: TrainingLabels;
  /** How the weights of a new head are drawn. @default {"looks-linear"} */
  readonly initialisation?: HeadInitialisation;
  /** Draws the weights of a new head in a way that has no name; takes the place of `initialisation`. */
  readonly initialise?: Initialise;
  /**
   * Trains on features of mean 0 and standard deviation 1 over the slices of the training patients. The scaling then
   * becomes part of the embedding's weights. Features of untrained backbones need it; the paper has none. A number is
   * the standard deviation to which they are scaled. @default {false}
   */
  readonly scaleFeatures?: boolean | number;
}

/** The result of one step. */
export interface HeadStep {
  /** Loss of the batch before the step. */
  readonly loss: number;
  /** Gradient by the features, [slices, backbone features] of the patients one after the other; if asked for. */
  readonly featureGradients?: Float32Array;
}

/** A head in training. */
export interface HeadOptimisation {
  /**
   * Does one step of AdamW on a batch.
   *
   * @param place Which step it is; a schedule other than `constant` needs it.
   */
  step(batch: readonly TrainingPatient[], place?: TrainingPlace): Promise<HeadStep>;
  /** The head as it is now. */
  parameters(): Promise<SurvivalHead<HostTensor>>;
  /** Ends the training and gives the head. No step may follow. */
  finish(): Promise<SurvivalHead<HostTensor>>;
}

/** Trains heads of one shape; its sessions serve all of them. */
export interface HeadOptimiser {
  /**
   * Begins the training of a head.
   *
   * @param head The weights to begin with, instead of new ones.
   */
  begin(head?: SurvivalHead<HostTensor>): HeadOptimisation;
  /** Frees the sessions. */
  dispose(): Promise<void>;
}

type StepInputs = { readonly state: TrainingState<TensorSpec>; readonly batch: Batch<TensorSpec> };
type StepOutputs = {
  readonly state: TrainingState<tf.Tensor>;
  readonly loss: tf.Scalar;
  readonly featureGradients?: tf.Tensor;
};

/**
 * A mask for inverted dropout (Srivastava et al. 2014). Each unit is left out (0) with the given probability, or else
 * scaled by `1 / (1 - probability)`. The expected sum of a layer's inputs is then the same as without dropout.
 *
 * @param shape [patients, width]
 */
export function dropoutMask(random: Random, shape: readonly [number, number], probability: number): HostTensor {
  const keep = 1 - probability;
  const numbers = Float32Array.from({ length: shape[0] * shape[1] }, () => random.uniform() < keep ? 1 / keep : 0);
  return hostTensor(numbers, shape);
}

function masked({ data, shape }: HostTensor, mask: HostTensor["data"]): HostTensor {
  return hostTensor((data as Float32Array).map((number, i) => number * mask[i]!), shape);
}

/**
 * An optimiser of heads of one shape.
 *
 * @param options.featureGradients Whether steps give the gradient by the features, which takes one more matrix product.
 */
export function headOptimiser(
  engine: Engine,
  shape: SurvivalHeadShape,
  options: TrainOptions & { readonly featureGradients?: boolean },
): HeadOptimiser {
  const spec = survivalHeadSpec(shape);
  const stateSpec: TrainingState<TensorSpec> = { parameters: spec, moments: momentsSpec(spec) };
  const { layers = 10, width = 100, bins = HORIZON_MONTHS } = shape;
  const { batchSize, seed, initialise, initialisation = "looks-linear", labels = "interval" } = options;
  const { embeddingDropout = 0, schedule, learningRate } = options;
  const scheduled = schedule !== undefined && schedule.kind !== "constant";
  const newHead = () => initialise ? seededParameters(spec, seed, initialise) : initialHead(spec, seed, initialisation);
  const run = options.featureGradients ? trainingStepWithFeatures(options) : trainingStep(options);
  const steps = memoise((slices: number) => {
    const { backboneFeatures } = shape;
    const batch = batchSpec({ patients: batchSize, slices, backboneFeatures, layers, width, scheduled });
    return compile(engine, run, { state: stateSpec, batch }, oneThread) as Promise<Compiled<StepInputs, StepOutputs>>;
  });

  const begin = (head = newHead()): HeadOptimisation => {
    const start = { parameters: head, moments: zerosOf(stateSpec.moments) };
    let state: OutputsOf<StepOutputs>["state"] | undefined;
    const dropout = createRandom(seed, "dropout");
    const embeddingMasks = createRandom(seed, "embedding dropout");
    let step = 0;
    const read = () => state ? readValues(state.parameters) : Promise.resolve(start.parameters);
    return {
      async step(patients, place) {
        if (scheduled && !place) throw new Error("A schedule of the learning rate needs to know which step it is");
        const whole = makeBatch(patients, { rows: batchSize, bins, labels });
        const mask = embeddingDropout > 0
          ? dropoutMask(embeddingMasks, whole.features.shape as [number, number], embeddingDropout).data
          : undefined;
        const batch = mask ? { ...whole, features: masked(whole.features, mask) } : whole;
        const program = await steps.get(batch.features.shape[0]!);
        const { first, second } = biasCorrections(++step, options);
        const outputs: OutputsOf<StepOutputs> = await program.run({
          state: state ?? start,
          batch: {
            ...batch,
            dropout: Array.from({ length: layers }, () => dropoutMask(dropout, [batchSize, width], options.dropout)),
            corrections: { first: hostTensor([first], []), second: hostTensor([second], []) },
            ...scheduled && { learningRate: hostTensor([learningRateAt(schedule, learningRate, place!)], []) },
          },
        });
        if (state) disposeValues(state);
        state = outputs.state;
        const loss = (await outputs.loss.read())[0]!;
        outputs.loss.dispose();
        if (!outputs.featureGradients) return { loss };
        const featureGradients = await outputs.featureGradients.read() as Float32Array;
        outputs.featureGradients.dispose();
        return { loss, featureGradients: mask ? featureGradients.map((g, i) => g * mask[i]!) : featureGradients };
      },
      parameters: read,
      async finish() {
        const parameters = await read();
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
