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
  type PrepareOptions,
  type TensorSpec,
  type tf,
  type Tree,
  zerosOf,
} from "@ctsurv/engine/mod.ts";
import { initialiseHead, seededParameters, survivalHeadSpec } from "@ctsurv/nn/mod.ts";
import { type Batch, batchSpec, type TrainingState, trainingStep } from "@ctsurv/training/mod.ts";
import { type Contestant, local } from "./contestant.ts";

const PATIENTS = 4, SLICES = 128, FEATURES = 1280, LAYERS = 10, WIDTH = 100, DROPOUT = 0.2;

const head = survivalHeadSpec({ backboneFeatures: FEATURES });

/** Numbers that a step trains. */
export function headParameters(): number {
  return leaves(head as unknown as Tree<TensorSpec>, isSpec)
    .reduce((sum, { value }) => sum + value.shape.reduce((product, dim) => product * dim, 1), 0);
}

/**
 * One step of training as `headTrainer` does it, but with as many threads as `options` say (it takes one), its new dropout masks and the reading of the loss included: Linear 1280
 * to 256, gated attention, DeepHit, both losses, gradients, AdamW; four patients of 128 slices.
 */
export async function trainingStepContestant(
  engine: Engine,
  runs: number,
  options?: PrepareOptions,
): Promise<Contestant> {
  type Inputs = { readonly state: TrainingState<TensorSpec>; readonly batch: Batch<TensorSpec> };
  type Outputs = { readonly state: TrainingState<tf.Tensor>; readonly loss: tf.Scalar };
  const stateSpec: TrainingState<TensorSpec> = { parameters: head, moments: momentsSpec(head) };
  const program = await compile(engine, trainingStep({ learningRate: 1e-4, weightDecay: 0.01 }), {
    state: stateSpec,
    batch: batchSpec({
      patients: PATIENTS,
      slices: PATIENTS * SLICES,
      backboneFeatures: FEATURES,
      layers: LAYERS,
      width: WIDTH,
    }),
  }, options) as Compiled<Inputs, Outputs>;

  const random = createRandom(1, "bench");
  const slices = PATIENTS * SLICES;
  const batch = {
    features: hostTensor(Float32Array.from({ length: slices * FEATURES }, () => random.normal()), [slices, FEATURES]),
    membership: hostTensor(
      Float32Array.from(
        { length: PATIENTS * slices },
        (_, i) => Math.floor(i % slices / SLICES) === Math.floor(i / slices) ? 1 : 0,
      ),
      [PATIENTS, slices],
    ),
    bin: hostTensor([3, 10, 23, 15], [PATIENTS]),
    event: hostTensor([1, 1, 0, 1], [PATIENTS]),
    weight: hostTensor([1, 1, 1, 1], [PATIENTS]),
  };
  const mask = () =>
    Float32Array.from({ length: PATIENTS * WIDTH }, () => random.uniform() < DROPOUT ? 0 : 1 / (1 - DROPOUT));

  const start = { parameters: seededParameters(head, 1, initialiseHead), moments: zerosOf(stateSpec.moments) };
  let state: OutputsOf<Outputs>["state"] | undefined;
  let step = 0;
  return local(engine.description + (options?.threads === 1 ? ", one thread" : ""), runs, async () => {
    const { first, second } = biasCorrections(++step);
    const outputs: OutputsOf<Outputs> = await program.run({
      state: state ?? start,
      batch: {
        ...batch,
        dropout: Array.from({ length: LAYERS }, () => hostTensor(mask(), [PATIENTS, WIDTH])),
        corrections: { first: hostTensor([first], []), second: hostTensor([second], []) },
      },
    });
    if (state) disposeValues(state);
    state = outputs.state;
    await outputs.loss.read();
    outputs.loss.dispose();
  });
}
