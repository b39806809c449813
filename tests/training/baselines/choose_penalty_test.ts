import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { createRandom, InputError } from "@ctsurv/base/mod.ts";
import { penalisedCoxPath } from "@ctsurv/survival/mod.ts";
import {
  choosePenalty,
  coxOnFeaturesTrainer,
  crossValidate,
  penalisedCoxTrainer,
  stratifiedFolds,
} from "@ctsurv/training/mod.ts";

/** Patients with so many covariates, of which the first matters by so much. */
function table(count: number, width: number, effect: number, seed = 1) {
  const covariates: number[][] = [], months: number[] = [], event: (0 | 1)[] = [];
  for (let i = 0; i < count; i++) {
    const random = createRandom(seed, "penalty", i);
    const row = Array.from({ length: width }, () => random.normal());
    const death = -12 * Math.exp(-effect * row[0]!) * Math.log(1 - random.uniform());
    covariates.push(row);
    months.push(Math.min(death, 24));
    event.push(death < 24 ? 1 : 0);
  }
  return { covariates, months, event };
}

/** Breslow's log partial likelihood, one death after the other. */
function likelihood({ months, event }: ReturnType<typeof table>, scores: readonly number[], who: readonly number[]) {
  let sum = 0;
  for (const i of who) {
    if (event[i] !== 1) continue;
    sum += scores[i]! -
      Math.log(who.filter((j) => months[j]! >= months[i]!).reduce((s, j) => s + Math.exp(scores[j]!), 0));
  }
  return sum;
}

Deno.test("choosePenalty() gives the cross-validated likelihood of Verweij and van Houwelingen, written out", () => {
  const patients = table(40, 3, 1);
  for (const l1Ratio of [0, 0.5]) {
    const { penalties, likelihoods, penalty } = choosePenalty(patients, { l1Ratio, innerFolds: 4, seed: 7 });
    const assignment = stratifiedFolds(patients.event, { folds: 4, seed: 7 });
    const everybody = [...patients.event.keys()];
    const expected = penalties.map(() => 0);
    for (let fold = 0; fold < 4; fold++) {
      const inner = everybody.filter((i) => assignment[i] !== fold);
      const training = {
        covariates: inner.map((i) => patients.covariates[i]!),
        months: inner.map((i) => patients.months[i]!),
        event: inner.map((i) => patients.event[i]!),
      };
      const limits = [0, 1, 2].map((k) => training.covariates.map((row) => row[k]!));
      const clip = (x: number, k: number) => Math.min(Math.max(x, Math.min(...limits[k]!)), Math.max(...limits[k]!));
      penalisedCoxPath(training, { l1Ratio, penalties }).forEach((b, k) => {
        const scores = patients.covariates.map((row) => row.reduce((sum, x, m) => sum + clip(x, m) * b[m]!, 0));
        expected[k]! += likelihood(patients, scores, everybody) - likelihood(patients, scores, inner);
      });
    }
    expected.forEach((value, k) => assertAlmostEquals(likelihoods[k]!, value, 1e-3));
    assertEquals(penalty, penalties[likelihoods.indexOf(Math.max(...likelihoods))]);
  }
});

Deno.test("choosePenalty() penalises noise more than a signal, and needs two deaths", () => {
  const [noise, signal] = [table(80, 30, 0), table(80, 30, 1.5)];
  for (const l1Ratio of [0, 0.5]) {
    const place = (patients: typeof noise) => {
      const { penalties, penalty } = choosePenalty(patients, { l1Ratio });
      return penalties.indexOf(penalty);
    };
    assert(place(noise) < place(signal), `${place(noise)}, ${place(signal)}`);
  }
  const one = { ...noise, event: noise.event.map((_, i): 0 | 1 => i === 3 ? 1 : 0) };
  assertThrows(() => choosePenalty(one), InputError, "needs at least 2 deaths; there are 1");
});

Deno.test("penalisedCoxTrainer() takes more measurements than patients, with gaps and an outlier that it never saw", async () => {
  const { covariates, months, event } = table(60, 90, 1.5);
  const unknown = { tStage: null, nStage: null, mStage: null, overallStage: null, histology: null, gender: null };
  const patients = covariates.map((row, i) => ({
    id: `P${i}`,
    followUp: { months: months[i]!, event: event[i]! },
    record: {
      ...{ ...unknown, patient: `P${i}`, age: null, survivalDays: 1, dead: true },
      measurements: Object.fromEntries(row.map((x, k): [string, number | null] => [
        `f${k}`,
        k === 1 ? (i === 7 ? 1e9 : 1 + x * 1e-6) : i % 11 === 3 && k === 2 ? null : x,
      ])),
    },
  }));
  const names = Object.keys(patients[0]!.record.measurements);
  const folds = { folds: 3, foldSeed: 42 };
  const { mean, predictions } = await crossValidate(
    penalisedCoxTrainer({ covariates: names, l1Ratio: 0.5 }),
    patients,
    folds,
  );
  assert(mean! > 0.65, `${mean}`);
  assert(predictions.every(({ survival }) => survival.every((s) => s >= 0 && s <= 1)));
  const trainer = penalisedCoxTrainer({ covariates: names });
  const { parameters } = await trainer.train(patients.slice(10));
  const [first] = await trainer.predict(parameters, [patients[7]!]);
  const highest = Math.max(...patients.slice(10).map(({ record }) => record.measurements.f1!));
  const [same] = await trainer.predict(parameters, [{
    ...patients[7]!,
    record: { ...patients[7]!.record, measurements: { ...patients[7]!.record.measurements, f1: highest } },
  }]);
  first!.survival.forEach((s, k) => assertAlmostEquals(s, same!.survival[k]!, 1e-12));
});

Deno.test("coxOnFeaturesTrainer() sees the mean over the slices, whatever their number", async () => {
  const { covariates, months, event } = table(60, 70, 1.5);
  const patients = covariates.map((row, i) => ({
    id: `P${i}`,
    followUp: { months: months[i]!, event: event[i]! },
    slices: 2 + i % 2,
    features: Float32Array.from(
      Array.from({ length: 2 + i % 2 }, (_, s) => row.map((x) => x + (s === 0 ? 1 : s === 1 ? -1 : 0))).flat(),
    ),
  }));
  const folds = { folds: 3, foldSeed: 42 };
  const several = await crossValidate(coxOnFeaturesTrainer(), patients, folds);
  const means = patients.map((one, i) => ({ ...one, slices: 1, features: Float32Array.from(covariates[i]!) }));
  const single = await crossValidate(coxOnFeaturesTrainer(), means, folds);
  assert(several.mean! > 0.6, `${several.mean}`);
  assertAlmostEquals(several.mean!, single.mean!, 1e-6);
});
