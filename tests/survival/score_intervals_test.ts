import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { createRandom, InputError } from "@ctsurv/common/mod.ts";
import {
  administrativeBrier,
  concordanceInterval,
  dynamicAuc,
  ipcwBrier,
  scoreIntervals,
  type SurvivalPredictions,
  unoConcordance,
} from "@ctsurv/survival/mod.ts";
import { weightedScores } from "../../lib/survival/weighted_scores.ts";
import { evaluationTimes, randomCohort } from "./random_cohort.ts";

function assertNear(actual: unknown, expected: unknown, where: string): void {
  if (Array.isArray(expected)) {
    assertEquals((actual as unknown[]).length, expected.length);
    expected.forEach((value, k) => assertNear((actual as unknown[])[k], value, `${where}, ${k}`));
  } else if (expected === null) assertEquals(actual, null, where);
  else assertAlmostEquals(actual as number, expected as number, 1e-10, where);
}

/** A table with as many rows of each patient. */
function repeat({ times, survival, months, event }: SurvivalPredictions, count: Uint32Array): SurvivalPredictions {
  const rows = [...count].flatMap((times, i) => Array<number>(times).fill(i));
  return {
    times,
    survival: rows.map((i) => survival[i]!),
    months: rows.map((i) => months[i]!),
    event: rows.map((i) => event[i]!),
  };
}

Deno.test("weightedScores() are the scores of a table that repeats its patients, with ties and censoring", () => {
  for (let seed = 0; seed < 200; seed++) {
    const cohort = randomCohort(seed);
    const random = createRandom(seed, "draws");
    const horizon = cohort.times.at(-1)!;
    const at = { horizon, times: evaluationTimes(cohort), scored: cohort.times };
    const scoresOf = weightedScores(cohort, at);
    const patients = cohort.months.length;
    for (const count of [new Uint32Array(patients).fill(1), new Uint32Array(patients), new Uint32Array(patients)]) {
      if (count[0] === 0) { for (let draw = 0; draw < patients; draw++) count[random.integer(0, patients - 1)]!++; }
      const [table, scores] = [repeat(cohort, count), scoresOf(count)];
      const where = `seed ${seed}, counts ${count}`;
      assertNear(scores.uno, unoConcordance(table, { tau: horizon, at: horizon }).value, `Uno, ${where}`);
      const auc = dynamicAuc(table, at.times);
      assertNear([scores.auc, scores.meanAuc], [auc.auc, auc.mean], `AUC, ${where}`);
      const ipcw = ipcwBrier(table, at.scored);
      assertNear([scores.ipcwBrier, scores.integratedIpcwBrier], [ipcw.values, ipcw.integrated], `IPCW, ${where}`);
      const plain = administrativeBrier(table, at.scored);
      const administrative = [scores.administrativeBrier, scores.integratedAdministrativeBrier];
      assertNear(administrative, [plain.values, plain.integrated], `administrative, ${where}`);
    }
  }
});

/** Exponential deaths whose rates are known to the model but for a factor, all of them seen. */
function uncensored(patients: number): SurvivalPredictions {
  const random = createRandom(1, "uncensored");
  const rates = Array.from({ length: patients }, () => Math.exp(random.between(-1, 1)) / 12);
  return {
    times: [200],
    survival: rates.map((rate) => [Math.exp(-rate * 12)]),
    months: rates.map((rate) => Math.min(199, -Math.log(1 - random.uniform()) / rate)),
    event: rates.map(() => 1),
  };
}

Deno.test("scoreIntervals() of Uno's C without censoring is that of Ctd, on the same samples", () => {
  const cohort = uncensored(60);
  const { uno } = scoreIntervals(cohort, { horizon: 200, times: [200], scored: [200], replicates: 100 });
  const ctd = concordanceInterval(cohort, { replicates: 100 })!;
  assertAlmostEquals(uno!.low, ctd.low, 1e-12);
  assertAlmostEquals(uno!.high, ctd.high, 1e-12);
  assertEquals([uno!.replicates, uno!.level], [100, 0.95]);
});

Deno.test("scoreIntervals() of a Brier score is as wide as the central limit theorem has it", () => {
  const { survival, ...cohort } = uncensored(500);
  const predictions = { ...cohort, times: [12], survival };
  const { brier, auc } = scoreIntervals(predictions, { horizon: 12, times: [12], scored: [12], replicates: 1000 });
  const errors = survival.map((curve, i) => (Number(cohort.months[i]! > 12) - curve[0]!) ** 2);
  const mean = errors.reduce((a, b) => a + b) / 500;
  const deviation = Math.sqrt(errors.reduce((sum, error) => sum + (error - mean) ** 2, 0) / 500);
  const { low, high } = brier.ipcw.values[0]!;
  assertAlmostEquals((high - low) / (2 * 1.96 * deviation / Math.sqrt(500)), 1, 0.1);
  assertAlmostEquals((low + high) / 2, mean, 0.01);
  assertEquals(brier.administrative.values, brier.ipcw.values);
  assertEquals(brier.ipcw.integrated, null);
  assert(auc.auc[0]!.low < dynamicAuc(predictions, [12]).auc[0]! && auc.mean!.high < 1);
});

Deno.test("scoreIntervals() are null where no sample has a value, and count the samples that have", () => {
  const nobody = { times: [6, 12], months: [], event: [], survival: [] };
  const options = { horizon: 12, times: [6, 12], scored: [6, 12], replicates: 20 };
  const { uno, auc, brier } = scoreIntervals(nobody, options);
  assertEquals([uno, auc.mean, ...auc.auc, ...brier.ipcw.values, brier.administrative.integrated], Array(7).fill(null));
  const one = { times: [6, 12], months: [3, 20], event: [1, 0], survival: [[0.5, 0.4], [0.9, 0.8]] };
  const found = scoreIntervals(one, options);
  // A sample of one patient twice has no pair.
  assert(found.uno!.replicates < 20 && found.brier.ipcw.values[0]!.replicates === 20);
  assertThrows(() => scoreIntervals(one, { ...options, replicates: 0 }), InputError, "whole number of replicates");
});
