import { assert, assertAlmostEquals, assertEquals, assertRejects } from "@std/assert";
import { join } from "node:path";
import { createRandom, InputError } from "@ctsurv/base/mod.ts";
import { evaluate } from "@ctsurv/cli/commands/evaluate.ts";
import { parseCsv } from "@ctsurv/cohort/table/mod.ts";
import { type HostTensor, hostTensor } from "@ctsurv/engine/mod.ts";
import type { TrainingPatient } from "@ctsurv/features/mod.ts";
import type { SurvivalHead } from "@ctsurv/nn/mod.ts";
import { concordanceTable } from "@ctsurv/survival/mod.ts";
import {
  crossValidate,
  formatPredictions,
  type HeadTrainer,
  type OutOfFoldPrediction,
  stratifiedFolds,
  summariseFolds,
  toSurvivalPredictions,
} from "@ctsurv/training/mod.ts";
import { inFolder } from "../../support/in_folder.ts";

/** Patients of one slice whose only feature is the survival that {@linkcode fakeTrainer} predicts for every month. */
function patient(id: string, months: number, event: 0 | 1, survival: number): TrainingPatient {
  return { id, features: Float32Array.of(survival), slices: 1, followUp: { months, event } };
}

/** A trainer that learns nothing and remembers whom it was shown. */
function fakeTrainer() {
  const trained: string[][] = [], tested: string[][] = [];
  const trainer: HeadTrainer = {
    train(patients, onEpoch) {
      trained.push(patients.map(({ id }) => id));
      onEpoch?.(1, trained.length / 10);
      const parameters = { model: hostTensor([trained.length - 1], [1]) } as unknown as SurvivalHead<HostTensor>;
      return Promise.resolve({ parameters, losses: [trained.length / 10] });
    },
    predict(head, patients) {
      // Each fold is predicted by its own model.
      assertEquals((head as unknown as { model: HostTensor }).model.data[0], trained.length - 1);
      tested.push(patients.map(({ id }) => id));
      return Promise.resolve(patients.map(({ id, features }) => ({
        id,
        survival: Float64Array.from({ length: 25 }, (_, month) => month === 0 ? 1 : features[0]!),
        attention: Float32Array.of(1),
      })));
    },
    dispose: () => Promise.resolve(),
  };
  return { trainer, trained, tested };
}

const cohort = Array.from({ length: 23 }, (_, i) => patient(`p${i}`, i + 0.5, i % 3 === 0 ? 0 : 1, i % 5 / 8));

Deno.test("crossValidate() deals folds as stratifiedFolds() and predicts each patient once, by a model that never saw them", async () => {
  const { trainer, trained, tested } = fakeTrainer();
  const { folds, predictions } = await crossValidate(trainer, cohort, { folds: 4, foldSeed: 7 });
  const assignment = stratifiedFolds(cohort.map(({ followUp }) => followUp.event), { folds: 4, seed: 7 });
  const ids = cohort.map(({ id }) => id);
  for (let fold = 0; fold < 4; fold++) {
    assertEquals(tested[fold], ids.filter((_, i) => assignment[i] === fold));
    assertEquals(trained[fold], ids.filter((_, i) => assignment[i] !== fold));
    assertEquals(folds[fold]!.patients, tested[fold]!.length);
  }
  assertEquals(predictions.map(({ id }) => id), ids);
  assertEquals(predictions.map(({ fold }) => fold), Array.from(assignment, (fold) => fold + 1));
  assertEquals(predictions.map(({ months, event }) => ({ months, event })), cohort.map(({ followUp }) => followUp));
  assertEquals(folds.map(({ fold }) => fold), [1, 2, 3, 4]);
  assertEquals(folds.reduce((sum, { events }) => sum + events, 0), 15);
  assertEquals(folds.map(({ losses }) => losses), [[0.1], [0.2], [0.3], [0.4]]);
});

Deno.test("crossValidate() tells fold, from 1, epoch and loss", async () => {
  const told: number[][] = [];
  await crossValidate(fakeTrainer().trainer, cohort, { folds: 2, foldSeed: 7, onEpoch: (...args) => told.push(args) });
  assertEquals(told, [[1, 1, 0.1], [2, 1, 0.2]]);
});

Deno.test("crossValidate(): Ctd by fold, mean and deviations, and pooled, by hand", async () => {
  // All have died, so folds are dealt without regard to labels; whoever is in a fold, curves never cross.
  const four = [
    patient("a", 1, 1, 0.1),
    patient("b", 2, 1, 0.5),
    patient("c", 3, 1, 0.3),
    patient("d", 4, 1, 0.3),
  ];
  const { folds, mean, stdSample, stdPopulation, pooled, predictions } = await crossValidate(
    fakeTrainer().trainer,
    four,
    { folds: 2, foldSeed: 1 },
  );
  // One comparable pair a fold: won, lost or tied.
  const expected = [1, 2].map((fold) => {
    const [early, late] = predictions.filter((one) => one.fold === fold).map(({ survival }) => survival[1]!);
    return early! < late! ? 1 : early === late ? 0.5 : 0;
  });
  assertEquals(folds.map(({ ctd }) => ctd), expected.map((value) => ({ value, concordant: value, comparable: 1 })));
  const [x, y] = expected as [number, number];
  assertEquals(mean, (x + y) / 2);
  assertAlmostEquals(stdPopulation!, Math.abs(x - y) / 2, 1e-12);
  assertAlmostEquals(stdSample!, Math.abs(x - y) / Math.SQRT2, 1e-12);
  // a before b, c, d: three won; b before c, d: two lost; c and d: tied.
  assertEquals(pooled.pre.risk, { value: 3.5 / 6, concordant: 3.5, comparable: 6 });
});

Deno.test("crossValidate(): a fold without a comparable pair has no Ctd and no part in the mean", async () => {
  // Three deaths before two censorings, and three patients lost at once: alone or together these compare with nobody.
  const sparse = [
    patient("a", 5, 1, 0.2),
    patient("b", 6, 1, 0.4),
    ...Array.from({ length: 6 }, (_, i) => patient(`lost ${i}`, 0.1, 0, 0.5)),
  ];
  const { folds, mean, stdSample, stdPopulation, pooled, interval } = await crossValidate(
    fakeTrainer().trainer,
    sparse,
    { folds: 2, foldSeed: 3 },
  );
  assertEquals(folds.map(({ ctd }) => ctd), Array(2).fill({ value: null, concordant: 0, comparable: 0 }));
  assertEquals([mean, stdSample, stdPopulation], [null, null, null]);
  assertEquals(pooled.pre.risk, { value: 1, concordant: 1, comparable: 1 });
  assert(interval === null || interval.low <= 1);
});

Deno.test("crossValidate() of one fold with a Ctd has a mean and no deviation", async () => {
  const assignment = stratifiedFolds([1, 1, 1, 0, 0, 0], { folds: 2, seed: 3 });
  // Of three deaths, two are in one fold and can be compared there; the third is alone among those lost at once.
  const patients = [5, 6, 7].map((months) => patient(`died ${months}`, months, 1, months / 10));
  const lost = [1, 2, 3].map((i) => patient(`lost ${i}`, 0.1, 0, 0.5));
  const result = await crossValidate(fakeTrainer().trainer, [...patients, ...lost], { folds: 2, foldSeed: 3 });
  const pair = [0, 1].find((fold) => [0, 1, 2].filter((i) => assignment[i] === fold).length === 2)!;
  assertEquals(result.folds[pair]!.ctd, { value: 1, concordant: 1, comparable: 1 });
  assertEquals(result.folds[1 - pair]!.ctd.value, null);
  assertEquals([result.mean, result.stdSample, result.stdPopulation], [1, null, null]);
});

Deno.test("crossValidate() refuses too few patients, and a single death, without which one fold would be trained", async () => {
  const { trainer, trained } = fakeTrainer();
  const run = (patients: readonly TrainingPatient[], folds: number) => () =>
    crossValidate(trainer, patients, { folds, foldSeed: 1 });
  await assertRejects(run([], 2), InputError);
  await assertRejects(run(cohort.slice(0, 3), 10), InputError, "10 folds");
  await assertRejects(run(cohort, 1), InputError, "2 or more folds");
  const oneDeath = [patient("died", 3, 1, 0.5), ...cohort.filter(({ followUp }) => followUp.event === 0)];
  await assertRejects(run(oneDeath, 3), InputError, "of whom 1 died");
  assertEquals(trained.length, 0);
});

Deno.test("crossValidate(): folds that go on together, and end in any order, give what one after the other gives", async () => {
  const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
  let going = 0, most = 0;
  const trainer = (concurrency: number): HeadTrainer => ({
    concurrency,
    async train(patients, onEpoch) {
      most = Math.max(most, ++going);
      // Folds of fewer patients, which come last, end first.
      await sleep((patients.length - 15) * 20);
      onEpoch?.(1, patients.length);
      going--;
      return { parameters: {} as SurvivalHead<HostTensor>, losses: [patients.length] };
    },
    predict: (_, patients) => fakeTrainer().trainer.predict({ model: hostTensor([-1], [1]) } as never, patients),
    dispose: () => Promise.resolve(),
  });
  const expected = await crossValidate(trainer(1), cohort, { folds: 4, foldSeed: 7 });
  assertEquals(most, 1);
  assertEquals(await crossValidate(trainer(3), cohort, { folds: 4, foldSeed: 7 }), expected);
  assertEquals(most, 3);
});

Deno.test("crossValidate(): after a fold has failed none is begun, and those that go on are told at their next epoch", async () => {
  const begun: number[] = [];
  const told: unknown[] = [];
  const trainer: HeadTrainer = {
    ...fakeTrainer().trainer,
    concurrency: 2,
    async train(_, onEpoch) {
      const fold = begun.length;
      begun.push(fold);
      if (fold === 0) throw new Error("the first fold fails");
      await new Promise((resolve) => setTimeout(resolve, 20));
      try {
        onEpoch?.(1, 0);
      } catch (error) {
        told.push((error as Error).message);
        throw error;
      }
      throw new Error("not reached");
    },
  };
  const run = () => crossValidate(trainer, cohort, { folds: 4, foldSeed: 7, onEpoch: () => told.push("an epoch") });
  await assertRejects(run, Error, "the first fold fails");
  await new Promise((resolve) => setTimeout(resolve, 60));
  assertEquals(begun, [0, 1]);
  assertEquals(told, ["Another fold failed"]);
});

const random = createRandom(1, "predictions");
const predictions = Array.from({ length: 40 }, (_, i): OutOfFoldPrediction => {
  let left = 1;
  return {
    id: i === 0 ? 'Müller, "A"\nB' : `LUNG1-${i}`,
    fold: i % 3 + 1,
    months: 24 * random.uniform(),
    event: i % 4 === 0 ? 0 : 1,
    survival: Float64Array.from({ length: 25 }, (_, month) => left *= month === 0 ? 1 : random.uniform() ** 0.1),
    attention: Float32Array.of(1),
  };
});

Deno.test("formatPredictions() keeps every digit, and names that need quotes", () => {
  const { header, rows } = parseCsv(formatPredictions(predictions), "predictions.csv");
  assertEquals(header, ["patient", "fold", "months", "event", ...Array.from({ length: 25 }, (_, k) => `S${k}`)]);
  rows.forEach(({ cells: [id, fold, ...numbers] }, i) => {
    const { survival, months, event, ...expected } = predictions[i]!;
    assertEquals([id, Number(fold)], [expected.id, expected.fold]);
    assertEquals(numbers.map(Number), [months, event, ...survival]);
  });
});

Deno.test("formatPredictions() is what `ctsurv evaluate` reads, to the same Ctd", () =>
  inFolder(async (dir) => {
    const file = join(dir, "predictions.csv");
    await Deno.writeTextFile(file, formatPredictions(predictions));
    const { json } = await evaluate.run({ positionals: [], options: { predictions: file } });
    const { ctd, patients, events, warnings } = json as Record<string, unknown>;
    assertEquals(ctd, concordanceTable(toSurvivalPredictions(predictions)));
    assertEquals([patients, events, warnings], [40, 30, []]);
  }));

Deno.test("formatPredictions() of nobody is a header", () => {
  assertEquals(formatPredictions([]), "patient,fold,months,event\n");
});

Deno.test("summariseFolds() gives both standard deviations, none for one fold, and nothing for none", () => {
  const { mean, stdSample, stdPopulation } = summariseFolds([0.5, 0.7]);
  assertAlmostEquals(mean!, 0.6, 1e-12);
  assertAlmostEquals(stdSample!, Math.SQRT2 / 10, 1e-12);
  assertAlmostEquals(stdPopulation!, 0.1, 1e-12);
  assertEquals(summariseFolds([0.5]), { mean: 0.5, stdSample: null, stdPopulation: null });
  assertEquals(summariseFolds([]), { mean: null, stdSample: null, stdPopulation: null });
});
