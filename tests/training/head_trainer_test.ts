import { assert, assertAlmostEquals, assertEquals, assertNotEquals } from "@std/assert";
import type { TrainingPatient } from "@ctsurv/features/mod.ts";
import { concordanceTable } from "@ctsurv/survival/mod.ts";
import { crossValidate, headTrainer, toSurvivalPredictions, type TrainOptions } from "@ctsurv/training/mod.ts";
import { engineUnderTest } from "../support/engine_under_test.ts";
import { quickly, shuffledLabels, smallHead, toyPatients } from "./patients.ts";

const engine = engineUnderTest;
const patients = toyPatients(24);

function trainer(options: Partial<TrainOptions> = {}) {
  return headTrainer(engine, smallHead, { ...quickly, ...options });
}

Deno.test("headTrainer: train() twice gives the same parameters and losses, bit by bit", async () => {
  const [once, again] = [trainer({ epochs: 4 }), trainer({ epochs: 4 })];
  const first = await once.train(patients);
  // From the same sessions, and from new ones.
  for (const head of [await once.train(patients), await again.train(patients)]) assertEquals(head, first);
  assertEquals(await again.predict(first.parameters, patients), await once.predict(first.parameters, patients));
  const other = trainer({ epochs: 4, seed: 6 });
  assertNotEquals((await other.train(patients)).losses, first.losses);
  for (const one of [once, again, other]) await one.dispose();
});

Deno.test("headTrainer: train() reports each epoch's loss, which falls where there is something to learn", async () => {
  const learner = trainer();
  const told: [epoch: number, loss: number][] = [];
  const { losses } = await learner.train(patients, (epoch, loss) => told.push([epoch, loss]));
  assertEquals(told, losses.map((loss, i) => [i + 1, loss]));
  assertEquals(losses.length, quickly.epochs);
  const mean = (part: readonly number[]) => part.reduce((a, b) => a + b) / part.length;
  assert(mean(losses.slice(-5)) < 0.5 * mean(losses.slice(0, 5)), `${losses}`);
  await learner.dispose();
});

Deno.test("headTrainer: no epochs leave the weights of the seed", async () => {
  const idle = trainer({ epochs: 0 });
  const { parameters, losses } = await idle.train(patients);
  assertEquals(losses, []);
  const weight = parameters.embedding.weight.data;
  // Uniform within 1 / sqrt(16); see initialiseHead.
  assert(weight.every((value) => Math.abs(value) <= 0.25) && weight.some((value) => Math.abs(value) > 0.2));
  assert(parameters.survival.output.bias.data.every((value) => value === 0));
  await idle.dispose();
});

Deno.test("headTrainer: train() goes on from a head, on scaled features too, and leaves it as it was", async () => {
  const source = trainer();
  const { parameters: start, losses } = await source.train(patients);
  const before = structuredClone(start);
  const known = await source.predict(start, patients);
  for (const scaleFeatures of [false, true]) {
    const idle = headTrainer(engine, smallHead, { ...quickly, epochs: 0, scaleFeatures, start });
    const { parameters } = await idle.train(patients.slice(0, 9));
    (await idle.predict(parameters, patients)).forEach(({ survival }, i) => {
      survival.forEach((s, month) => assertAlmostEquals(s, known[i]!.survival[month]!, 1e-4));
    });
    await idle.dispose();
  }
  const onward = headTrainer(engine, smallHead, { ...quickly, epochs: 2, start });
  // What was learnt is not learnt again.
  assert((await onward.train(patients)).losses[0]! < 0.7 * losses[0]!);
  assertEquals(start, before);
  for (const one of [source, onward]) await one.dispose();
});

Deno.test("headTrainer: predict() reads logits as they were trained, without a tail if there was none", async () => {
  const tailless = trainer({ epochs: 2, loss: { tail: false } });
  const { parameters } = await tailless.train(patients);
  for (const { survival } of await tailless.predict(parameters, patients)) assertEquals(survival.at(-1), 0);
  await tailless.dispose();
});

Deno.test("headTrainer: predict() gives curves from 1 that never rise, and attention that sums to 1", async () => {
  const learner = trainer({ epochs: 3 });
  const { parameters } = await learner.train(patients);
  const predictions = await learner.predict(parameters, patients);
  assertEquals(predictions.map(({ id }) => id), patients.map(({ id }) => id));
  predictions.forEach(({ survival, attention }, i) => {
    assertEquals([survival.length, survival[0]], [25, 1]);
    assert(survival.every((s, month) => s > 0 && (month === 0 || s <= survival[month - 1]!)));
    assertEquals(attention.length, patients[i]!.slices);
    assert(attention.every((a) => a >= 0));
    assertAlmostEquals(attention.reduce((a, b) => a + b), 1, 1e-5);
  });
  await learner.dispose();
});

Deno.test("headTrainer: predict() of a patient does not depend on who else is there, nor on dropout", async () => {
  const learner = trainer({ epochs: 2, dropout: 0.9 });
  const { parameters } = await learner.train(patients);
  const all = await learner.predict(parameters, patients);
  assertEquals(await learner.predict(parameters, patients.slice(3, 5).toReversed()), all.slice(3, 5).toReversed());
  assertEquals(await learner.predict(parameters, []), []);
  await learner.dispose();
});

async function pooledCtd(patients: readonly TrainingPatient[]): Promise<number> {
  const learner = trainer({ epochs: 15 });
  const { pooled } = await crossValidate(learner, patients, { folds: 4, foldSeed: 42 });
  await learner.dispose();
  return pooled.pre.risk.value!;
}

Deno.test("a head finds a hazard that the features tell, and none in shuffled labels", async () => {
  const cohort = toyPatients(160, 2);
  const found = await pooledCtd(cohort);
  assert(found > 0.9, `Ctd of the hazard: ${found}`);
  // One alone has a standard deviation of about 0.03.
  const chance: number[] = [];
  for (const seed of [1, 2, 3]) chance.push(await pooledCtd(shuffledLabels(cohort, seed)));
  assertAlmostEquals(chance.reduce((a, b) => a + b) / 3, 0.5, 0.08, `Ctd of shuffled labels: ${chance}`);
});

Deno.test("a head that is trained on its test patients predicts them better than chance however labels are shuffled", async () => {
  const cohort = shuffledLabels(patients);
  const learner = trainer({ dropout: 0, epochs: 120 });
  const { parameters } = await learner.train(cohort);
  const predicted = (await learner.predict(parameters, cohort)).map((p, i) => ({ ...p, ...cohort[i]!.followUp }));
  // What out-of-fold prediction is for: the same number from within the training set means nothing.
  const { value } = concordanceTable(toSurvivalPredictions(predicted)).pre.risk;
  assert(value! > 0.8, `${value}`);
  await learner.dispose();
});
