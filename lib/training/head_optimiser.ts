import { createRandom, memoise } from "@ctsurv/base/mod.ts";
import {
  compile,
  type Engine,
  fusedAdamW,
  type HostTensor,
  hostTensor,
  isSpec,
  learningRateAt,
  type LearningRateSchedule,
  mapTree,
  type PrepareOptions,
  type TrainingPlace,
  type Tree,
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
import { HORIZON_MONTHS, survivalLosses } from "@ctsurv/survival/mod.ts";
import { batchMemory, drawMask, trainingRows } from "./_batch_memory.ts";
import { paddedSlices, rewriteBatch, slicesOf, type TrainingLabels } from "./batch.ts";
import { shapeForLoss, trainedWeights } from "./losses/head_for_loss.ts";
import { type GradientBatch, gradientBatchSpec, lossAndGradients, type StepOptions } from "./training_step.ts";

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

/** A step of one number of slices: its inputs, what runs it, and its results. */
interface BoundStep {
  readonly batch: GradientBatch<HostTensor>;
  readonly run: () => Promise<void>;
  readonly loss: HostTensor;
  readonly featureGradients?: HostTensor;
}

/** Options of {@linkcode headOptimiser} that are not of a training. */
export interface HeadOptimiserOptions extends TrainOptions {
  /** Whether steps give the gradient by the features, which takes one more matrix product. @default {false} */
  readonly featureGradients?: boolean;
  /** Threads of a step. Rounding depends on their number. @default {1} */
  readonly threads?: number;
}

/**
 * An optimiser of heads of one shape. The engine computes the gradients, and `fusedAdamW` takes the step. Parameters,
 * gradients and the numbers of a batch stay in the same memory from step to step.
 */
export function headOptimiser(engine: Engine, shape: SurvivalHeadShape, options: HeadOptimiserOptions): HeadOptimiser {
  const spec = survivalHeadSpec(shapeForLoss(shape, options.loss));
  const { backboneFeatures, layers = 10, width = 100, bins = HORIZON_MONTHS, clinical = 0 } = shape;
  const { batchSize, seed, initialise, initialisation = "looks-linear", labels = "interval" } = options;
  const { embeddingDropout = 0, schedule, learningRate, featureGradients = false, threads = 1 } = options;
  const scheduled = schedule !== undefined && schedule.kind !== "constant";
  const newHead = () => initialise ? seededParameters(spec, seed, initialise) : initialHead(spec, seed, initialisation);
  const gradient = lossAndGradients({ ...options.loss && { loss: options.loss }, featureGradients });
  const timed = survivalLosses[options.loss?.kind ?? "deephit"].isTimed;
  const sizes = (slices: number) => ({ patients: batchSize, slices, backboneFeatures, layers, width, timed, clinical });
  const programs = memoise((slices: number) =>
    compile(engine, gradient, { parameters: spec, batch: gradientBatchSpec(sizes(slices)) }, { threads })
  );

  const begin = (head = newHead()): HeadOptimisation => {
    const adamw = fusedAdamW(trainedWeights(head), options);
    const dropout = createRandom(seed, "dropout");
    const embeddingMasks = createRandom(seed, "embedding dropout");
    const bound = new Map<number, BoundStep>();
    let features = new Float32Array(0);
    let embeddingMask = new Float32Array(0);

    /** The step for so many slices. All numbers of slices share one array of features, that of the largest batch. */
    const stepFor = async (slices: number): Promise<BoundStep> => {
      const known = bound.get(slices);
      if (known) return known;
      const program = await programs.get(slices);
      const size = slices * backboneFeatures;
      if (size > features.length) {
        features = new Float32Array(size);
        bound.clear();
      }
      const batch = batchMemory(sizes(slices), features);
      const loss = hostTensor([0], []);
      const own = featureGradients && { featureGradients: zerosOf(gradientBatchSpec(sizes(slices)).features) };
      const outputs = { loss, gradients: adamw.gradients, ...own };
      const step = { batch, loss, ...own, run: program.bind({ parameters: adamw.parameters, batch }, outputs) };
      bound.set(slices, step);
      return step;
    };
    const read = () => Promise.resolve(copyOf(adamw.parameters));

    return {
      async step(patients, place) {
        if (scheduled && !place) throw new Error("A schedule of the learning rate needs to know which step it is");
        const slices = slicesOf(patients);
        const { batch, run, loss, featureGradients } = await stepFor(trainingRows(slices));
        rewriteBatch(batch, patients, { bins, labels });
        if (embeddingDropout > 0) {
          // As many draws as for `makeBatch`, so that no mask depends on how finely rows are filled up here.
          const draws = paddedSlices(slices) * backboneFeatures;
          if (draws !== embeddingMask.length) embeddingMask = new Float32Array(draws);
          drawMask(embeddingMask, embeddingMasks, embeddingDropout);
          multiply(batch.features.data, embeddingMask);
        }
        for (const { data } of batch.dropout) drawMask(data, dropout, options.dropout);
        await run();
        adamw.step(scheduled ? learningRateAt(schedule, learningRate, place!) : learningRate);
        if (!featureGradients) return { loss: loss.data[0]! };
        const gradients = (featureGradients.data as Float32Array).slice();
        if (embeddingDropout > 0) multiply(gradients, embeddingMask);
        return { loss: loss.data[0]!, featureGradients: gradients };
      },
      parameters: read,
      finish: read,
    };
  };

  return {
    begin,
    async dispose() {
      for (const program of programs.values()) await (await program).dispose();
    },
  };
}

function multiply(numbers: HostTensor["data"], factors: Float32Array): void {
  for (let i = 0; i < numbers.length; i++) numbers[i]! *= factors[i]!;
}

function copyOf(head: SurvivalHead<HostTensor>): SurvivalHead<HostTensor> {
  const isHost = isSpec as (node: unknown) => node is HostTensor;
  return mapTree(
    head as unknown as Tree<HostTensor>,
    isHost,
    ({ data, shape }) => hostTensor(data.slice(), shape),
  ) as unknown as SurvivalHead<HostTensor>;
}
