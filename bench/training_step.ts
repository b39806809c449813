import { createRandom } from "@ctsurv/base/mod.ts";
import {
  biasCorrections,
  compile,
  type Compiled,
  disposeValues,
  type Engine,
  hostTensor,
  isSpec,
  leaves,
  momentsSpec,
  type OutputsOf,
  type TensorSpec,
  type tf,
  type Tree,
  zerosOf,
} from "@ctsurv/engine/mod.ts";
import type { TrainingPatient } from "@ctsurv/features/mod.ts";
import { initialiseHead, seededParameters, survivalHeadSpec } from "@ctsurv/nn/mod.ts";
import { headOptimiser } from "@ctsurv/training/head_optimiser.ts";
import { type Batch, batchSpec, makeBatch, type TrainingState, trainingStep } from "@ctsurv/training/mod.ts";
import { type Contestant, local } from "./contestant.ts";

const FEATURES = 1280, LAYERS = 10, WIDTH = 100, DROPOUT = 0.2;

const head = survivalHeadSpec({ backboneFeatures: FEATURES });

/** Numbers that a step trains. */
export function headParameters(): number {
  return leaves(head as unknown as Tree<TensorSpec>, isSpec)
    .reduce((sum, { value }) => sum + value.shape.reduce((product, dim) => product * dim, 1), 0);
}

/** The size of a step. */
export interface StepSize {
  /** Of each patient. */
  readonly slices: number;
  /** Of ONNX Runtime; `headTrainer` takes one. */
  readonly threads: number;
}

/** Deaths in the bins 3, 10 and 15, and a patient who survived the last one. */
const followUps = [[3.5, 1], [10.5, 1], [30, 0], [15.5, 1]] as const;

function patientsOf(slices: number): TrainingPatient[] {
  const random = createRandom(1, "bench");
  return followUps.map(([months, event], i) => ({
    id: `${i}`,
    slices,
    features: Float32Array.from({ length: slices * FEATURES }, () => random.normal()),
    followUp: { months, event },
  }));
}

/**
 * One step of training as `headTrainer` does it: the batch is put together, dropout masks are drawn, the loss is read.
 * Linear 1280 to 256, gated attention, DeepHit, both losses, gradients, the fused AdamW; four patients.
 */
export function fusedStepContestant(
  engine: Engine,
  runs: number,
  { slices, threads }: StepSize,
): Promise<Contestant> {
  const shape = { backboneFeatures: FEATURES, layers: LAYERS, width: WIDTH };
  const options = { epochs: 1, batchSize: 4, learningRate: 1e-4, dropout: DROPOUT, seed: 1, threads };
  const training = headOptimiser(engine, shape, options).begin();
  const patients = patientsOf(slices);
  return Promise.resolve(local("ctsurv", runs, async () => {
    await training.step(patients);
  }));
}

/** The same step with AdamW among the traced operations, as `trainingStep` is written; its batch is made once. */
export async function tracedStepContestant(
  engine: Engine,
  runs: number,
  { slices, threads }: StepSize,
): Promise<Contestant> {
  type Inputs = { readonly state: TrainingState<TensorSpec>; readonly batch: Batch<TensorSpec> };
  type Outputs = { readonly state: TrainingState<tf.Tensor>; readonly loss: tf.Scalar };
  const stateSpec: TrainingState<TensorSpec> = { parameters: head, moments: momentsSpec(head) };
  const patients = patientsOf(slices);
  const batch = makeBatch(patients);
  const [rows] = batch.features.shape as [number];
  const program = await compile(engine, trainingStep({ learningRate: 1e-4 }), {
    state: stateSpec,
    batch: batchSpec({
      patients: patients.length,
      slices: rows,
      backboneFeatures: FEATURES,
      layers: LAYERS,
      width: WIDTH,
    }),
  }, { threads }) as Compiled<Inputs, Outputs>;

  const random = createRandom(1, "dropout");
  const shape = [patients.length, WIDTH];
  const mask = () =>
    Float32Array.from({ length: shape[0]! * WIDTH }, () => random.uniform() < DROPOUT ? 0 : 1 / (1 - DROPOUT));
  const start = { parameters: seededParameters(head, 1, initialiseHead), moments: zerosOf(stateSpec.moments) };
  let state: OutputsOf<Outputs>["state"] | undefined;
  let step = 0;
  return local("ctsurv, traced AdamW", runs, async () => {
    const { first, second } = biasCorrections(++step);
    const outputs: OutputsOf<Outputs> = await program.run({
      state: state ?? start,
      batch: {
        ...batch,
        dropout: Array.from({ length: LAYERS }, () => hostTensor(mask(), shape)),
        corrections: { first: hostTensor([first], []), second: hostTensor([second], []) },
      },
    });
    if (state) disposeValues(state);
    state = outputs.state;
    await outputs.loss.read();
    outputs.loss.dispose();
  });
}
