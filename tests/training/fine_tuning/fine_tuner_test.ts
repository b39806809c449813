import { assert, assertAlmostEquals, assertEquals, assertNotEquals } from "@std/assert";
import golden from "../../fixtures/training_final_block.json" with { type: "json" };
import type { HostTensor } from "@ctsurv/engine/mod.ts";
import type { Initialise } from "@ctsurv/nn/mod.ts";
import { crossValidate, fineTuner, type FineTunerOptions } from "@ctsurv/training/mod.ts";
import { engineUnderTest } from "../../support/engine_under_test.ts";
import { assertSummary } from "../../nn/backbones/assert_summary.ts";
import { hashed, summarise, type Summary } from "../../support/golden.ts";
import { quickly, smallHead } from "../patients.ts";
import { copyOfParameters, finalBlockOf, hashedPatient } from "./final_blocks.ts";

const engine = engineUnderTest;

/** The head of nn_survival_head.py. */
const hashedHead: Initialise = (_, shape, path) => {
  const [v, scale] = [hashed(path), shape.length === 2 ? Math.sqrt(6 / shape[1]!) : 0.1];
  return Float32Array.from(
    { length: shape.reduce((product, dim) => product * dim, 1) },
    (_, i) => Math.fround(scale * v(i)),
  );
};

/** Keys add the same to every score of a query, which the softmax cancels: their bias moves by rounding alone. */
const withoutEffect = "encoder.layers.encoder_layer_11.self_attention.in_proj_bias";

/** Deaths in bins 3 and 10, and a survivor. */
const followUps = [{ months: 3.5, event: 1 }, { months: 10.5, event: 1 }, { months: 24, event: 0 }] as const;

for (const { model, activations, ...expected } of golden.cases) {
  const backbone = finalBlockOf(model);
  const patients = activations.map((shape, i) => hashedPatient(i, shape, followUps[i]!));
  const few = activations.map(([count, ...shape], i) =>
    hashedPatient(i, [Math.min(4, count!), ...shape], followUps[i]!)
  );
  const own = copyOfParameters(backbone);

  Deno.test(`fineTuner: three steps of ${model}'s final block and of a head are PyTorch's`, async () => {
    const { learningRate } = golden.options;
    const tuner = fineTuner(engine, backbone, {}, {
      ...golden.options,
      fineTuning: "final-block",
      epochs: golden.steps,
      batchSize: 3,
      dropout: 0,
      seed: 1,
      initialise: hashedHead,
    });
    const { parameters, losses } = await tuner.train(patients);
    await tuner.dispose();
    losses.forEach((loss, i) => assertAlmostEquals(loss, expected.losses[i]!, 1e-4 * expected.losses[i]!));
    assertEquals(Object.keys(parameters.finalBlock), Object.keys(expected.finalBlock));
    const assertMoved = ({ data, shape }: HostTensor, before: Float32Array, updates: Summary, name: string) => {
      // In learning rates, of which a step is about one: parameters agree to 2e-6.
      const moved = Float64Array.from(data, (x, i) => (x - before[i]!) / learningRate);
      assertSummary(summarise(moved, shape), updates, name, 0.02);
    };
    for (const [name, updates] of Object.entries(expected.finalBlock)) {
      if (name !== withoutEffect) assertMoved(parameters.finalBlock[name]!, own.get(name)!, updates, name);
    }
    const { weight } = parameters.head.embedding;
    const before = hashedHead(undefined as never, weight.shape, "embedding.weight");
    assertMoved(weight, before, expected.embedding, "embedding.weight");
  });

  for (const fineTuning of ["final-layer", "final-block"] as const) {
    Deno.test(`fineTuner: ${fineTuning} of ${model} learns three patients, and changes nothing that is frozen`, async () => {
      const tuner = fineTuner(engine, backbone, smallHead, {
        ...quickly,
        dropout: 0,
        learningRate: 3e-4,
        epochs: 4,
        fineTuning,
        scaleFeatures: true,
      });
      const { parameters: { finalBlock }, losses } = await tuner.train(few);
      await tuner.dispose();
      assert(losses.at(-1)! < losses[0]!, `${losses}`);
      assertEquals(copyOfParameters(backbone), own);
      for (const [name, { data }] of Object.entries(finalBlock)) {
        assert(data.every(Number.isFinite), name);
        assertEquals(data.some((x, i) => x !== own.get(name)![i]), fineTuning === "final-block", name);
      }
    });
  }
}

const alexNet = finalBlockOf("alexnet");

/** Patients of 1 to 40 slices. */
const cohort = [3, 40, 1, 7, 12, 2, 5, 31].map((slices, i) =>
  hashedPatient(i, [slices, 3, 3, 256], { months: 2.5 * i + 1, event: i % 4 === 3 ? 0 : 1 })
);

const epochs = 3;

function alexNetTuner(options: Partial<FineTunerOptions> = {}) {
  return fineTuner(engine, alexNet, smallHead, { ...quickly, epochs, fineTuning: "final-block", ...options });
}

Deno.test("fineTuner reads activations once if they fit in memory, else every time; the numbers are the same", async () => {
  const loads = () => cohort.map((patient) => patient.loads);
  const before = loads();
  const [inMemory, streamed] = [alexNetTuner(), alexNetTuner({ activationMemory: 0 })];
  const trained = await inMemory.train(cohort);
  await inMemory.predict(trained.parameters, cohort);
  assertEquals(loads(), before.map((count) => count + 1));
  assertEquals(await streamed.train(cohort), trained);
  assertEquals(loads(), before.map((count) => count + 1 + epochs));
  for (const tuner of [inMemory, streamed]) await tuner.dispose();
});

Deno.test("fineTuner: every fold starts from the same block, and predicts with its own", async () => {
  const tuner = alexNetTuner({ scaleFeatures: true });
  const first = await tuner.train(cohort);
  assertEquals(await tuner.train(cohort), first);
  const predicted = await tuner.predict(first.parameters, cohort);
  assertEquals(predicted.map(({ attention }) => attention.length), cohort.map(({ activations }) => activations.count));
  const { parameters } = await alexNetTuner({ epochs: 0 }).train(cohort);
  const withOwn = await tuner.predict({ ...first.parameters, finalBlock: parameters.finalBlock }, cohort);
  assertNotEquals(withOwn, predicted);
  const { predictions } = await crossValidate(tuner, cohort, { folds: 2, foldSeed: 1 });
  const inFold = cohort.filter((_, i) => predictions[i]!.fold !== 1);
  const fold = await tuner.train(inFold);
  const [alone] = await tuner.predict(fold.parameters, cohort.filter((_, i) => predictions[i]!.fold === 1));
  assertEquals(alone!.survival, predictions.find(({ id }) => id === alone!.id)!.survival);
  await tuner.dispose();
});
