import { createRandom } from "@ctsurv/common/mod.ts";
import {
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
  zerosOf,
} from "@ctsurv/engine/mod.ts";
import {
  initialiseHead,
  seededParameters,
  type SurvivalHead,
  survivalHead,
  type SurvivalHeadShape,
  survivalHeadSpec,
} from "@ctsurv/nn/mod.ts";
import { survivalFromLogits } from "@ctsurv/survival/mod.ts";
import { biasCorrections, momentsSpec } from "./adamw.ts";
import { absorbScaling, measureFeatures, scaleFeatures } from "./feature_scaling.ts";
import { makeBatch, paddedSlices } from "./make_batch.ts";
import type { TrainingPatient } from "./training_patient.ts";
import { type Batch, batchSpec, type TrainingOptions, type TrainingState, trainingStep } from "./training_step.ts";

/** How a head is fitted. */
export interface FitOptions extends TrainingOptions {
  readonly epochs: number;
  readonly batchSize: number;
  /** Probability that a hidden unit of DeepHit is left out of a step. */
  readonly dropout: number;
  /** For new weights, the order of patients and dropout. */
  readonly seed: number;
  /**
   * Trains on features of mean 0 and standard deviation 1 over the training patients' slices; the scaling then becomes
   * part of the embedding's weights. Features of untrained backbones need it, the paper has none. @default {false}
   */
  readonly scaleFeatures?: boolean;
}

/** A fitted head. */
export interface FittedHead {
  readonly parameters: SurvivalHead<HostTensor>;
  /** Mean loss of each epoch's batches. */
  readonly losses: readonly number[];
}

/** What a fitted head says of one patient. */
export interface PatientPrediction {
  readonly id: string;
  /** S(0) to S(24): probability of being alive at each month. */
  readonly survival: Float64Array;
  /** Attention on each slice, from feet to head; sums to 1. */
  readonly attention: Float32Array;
}

/** Fits and applies survival heads. Sessions are made once for each batch size and serve every fold. */
export interface HeadTrainer {
  /** Trains a new head from scratch. `onEpoch` is told the epoch, from 1, and its loss. */
  fit(
    patients: readonly TrainingPatient[],
    onEpoch?: (epoch: number, loss: number) => void,
  ): Promise<FittedHead>;
  /** Survival curves and attention, in the order of the patients. */
  predict(head: SurvivalHead<HostTensor>, patients: readonly TrainingPatient[]): Promise<PatientPrediction[]>;
  dispose(): Promise<void>;
}

type StepInputs = { readonly state: TrainingState<TensorSpec>; readonly batch: Batch<TensorSpec> };
type StepOutputs = { readonly state: TrainingState<tf.Tensor>; readonly loss: tf.Scalar };
type PredictInputs = {
  readonly features: TensorSpec;
  readonly membership: TensorSpec;
  readonly head: SurvivalHead<TensorSpec>;
};

/** A trainer for heads of one shape. */
export function headTrainer(engine: Engine, shape: SurvivalHeadShape, options: FitOptions): HeadTrainer {
  const spec = survivalHeadSpec(shape);
  const stateSpec: TrainingState<TensorSpec> = { parameters: spec, moments: momentsSpec(spec) };
  const { layers = 10, width = 100 } = shape;
  const { batchSize, epochs, seed } = options;

  const steps = memoise((slices) => {
    const batch = batchSpec({ patients: batchSize, slices, backboneFeatures: shape.backboneFeatures, layers, width });
    return compile(engine, trainingStep(options), { state: stateSpec, batch }) as Promise<
      Compiled<StepInputs, StepOutputs>
    >;
  });
  const predictors = memoise((slices) =>
    compile(
      engine,
      ({ features, membership, head }) => survivalHead(features as tf.Tensor2D, membership as tf.Tensor2D, head),
      { features: float32(slices, shape.backboneFeatures), membership: float32(1, slices), head: spec },
    ) as Promise<Compiled<PredictInputs, { logits: tf.Tensor; attention: tf.Tensor }>>
  );

  return {
    async fit(given, onEpoch) {
      const scaling = options.scaleFeatures ? measureFeatures(given) : undefined;
      const patients = scaling ? given.map((patient) => scaleFeatures(patient, scaling)) : given;
      const start = { parameters: seededParameters(spec, seed, initialiseHead), moments: zerosOf(stateSpec.moments) };
      let state: OutputsOf<StepOutputs>["state"] | undefined;
      const dropout = createRandom(seed, "dropout");
      const order = createRandom(seed, "order");
      const losses: number[] = [];
      let step = 0;
      for (let epoch = 1; epoch <= epochs; epoch++) {
        const shuffled = order.shuffle([...patients]);
        const batchLosses: number[] = [];
        for (let from = 0; from < shuffled.length; from += batchSize) {
          const batch = makeBatch(shuffled.slice(from, from + batchSize), batchSize);
          const program = await steps.get(batch.features.shape[0]!);
          const { first, second } = biasCorrections(++step, options);
          const outputs: OutputsOf<StepOutputs> = await program.run({
            state: state ?? start,
            batch: {
              ...batch,
              dropout: Array.from({ length: layers }, () => {
                const keep = 1 - options.dropout;
                const mask = Float32Array.from(
                  { length: batchSize * width },
                  () => dropout.uniform() < keep ? 1 / keep : 0,
                );
                return hostTensor(mask, [batchSize, width]);
              }),
              corrections: { first: hostTensor([first], []), second: hostTensor([second], []) },
            },
          });
          if (state) disposeValues(state);
          state = outputs.state;
          batchLosses.push((await outputs.loss.read())[0]!);
          outputs.loss.dispose();
        }
        losses.push(batchLosses.reduce((sum, loss) => sum + loss, 0) / batchLosses.length);
        onEpoch?.(epoch, losses.at(-1)!);
      }
      const parameters = state ? await readValues(state.parameters) : start.parameters;
      if (state) disposeValues(state);
      const embedding = scaling ? absorbScaling(parameters.embedding, scaling) : parameters.embedding;
      return { parameters: { ...parameters, embedding }, losses };
    },

    async predict(head, patients) {
      const predictions: PatientPrediction[] = [];
      for (const patient of patients) {
        const { features, membership } = makeBatch([patient]);
        const program = await predictors.get(paddedSlices(patient.slices));
        const { logits, attention } = await program.run({ features, membership, head });
        const [survival] = survivalFromLogits(await logits.read());
        const weights = await attention.read() as Float32Array;
        predictions.push({ id: patient.id, survival: survival!, attention: weights.slice(0, patient.slices) });
        logits.dispose();
        attention.dispose();
      }
      return predictions;
    },

    async dispose() {
      for (const program of [...steps.values(), ...predictors.values()]) await (await program).dispose();
    },
  };
}

/** Makes a thing for a size once. */
function memoise<T>(make: (size: number) => T) {
  const made = new Map<number, T>();
  return {
    get(size: number): T {
      const known = made.get(size) ?? make(size);
      made.set(size, known);
      return known;
    },
    values: () => made.values(),
  };
}
