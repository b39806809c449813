import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { createRandom, InputError } from "@ctsurv/base/mod.ts";
import {
  administrativeBrier,
  concordance,
  concordanceInterval,
  dynamicAuc,
  ipcwBrier,
  scoreIntervals,
  type SurvivalPredictions,
  unoConcordance,
} from "@ctsurv/survival/mod.ts";
import { weightedScores } from "@ctsurv/survival/scores/score_intervals.ts";
import { evaluationTimes, randomCohort } from "../random_cohort.ts";

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

/** survival.md 3.2 */
const six = {
  times: [2.5],
  months: [1, 2, 2, 3, 4, 5],
  event: [1, 1, 0, 1, 0, 1],
  survival: [[.2], [.4], [.6], [.5], [.8], [.9]],
};

Deno.test("ipcwBrier() of the worked example, by both rules for ties", () => {
  assertAlmostEquals(ipcwBrier(six, [2.5]).values[0]!, (.2 + .3 / .75) / 6, 1e-12);
  assertAlmostEquals(ipcwBrier(six, [2.5], { ties: "at" }).values[0]!, .1088888889, 1e-10);
});

Deno.test("ipcwBrier() and dynamicAuc() have a value at the end of an administrative follow-up", () => {
  const ended = { ...six, times: [4], months: [1, 2, 2, 3, 4, 4], event: [1, 1, 0, 1, 0, 0] };
  const auc = (ties: "at" | "before") => dynamicAuc(ended, [4], { ties }).auc[0];
  const brier = (ties: "at" | "before") => ipcwBrier(ended, [4], { ties }).values[0];
  assertEquals([auc("at"), brier("at")], [null, null]);
  assertEquals(auc("before"), 1);
  assert(brier("before")! > 0);
});

Deno.test("administrativeBrier() of the worked example", () => {
  const [months, event, limits] = [[3, 10, 24, 24, 18], [1, 1, 0, 0, 0], [24, 24, 24, 24, 18]];
  const survival = [.3, .5, .8, .6, .7].map((s) => [s, s, s]);
  const { values, integrated } = administrativeBrier({ times: [12, 18, 24], months, event, survival }, [12, 18, 24], {
    limits,
  });
  [.126, .126, .135].forEach((value, k) => assertAlmostEquals(values[k]!, value, 1e-12));
  assertAlmostEquals(integrated!, (.126 + (.126 + .135) / 2) / 2, 1e-12);
});

Deno.test("administrativeBrier() leaves out who was censored before, and refuses a limit before the follow-up", () => {
  assertAlmostEquals(administrativeBrier(six, [2.5]).values[0]!, (.04 + .16 + .25 + .04 + .01) / 5, 1e-12);
  const wrong = () => administrativeBrier(six, [2.5], { limits: [.5, 2, 2, 3, 4, 5] });
  assertThrows(wrong, InputError, "Patient 1 of 6: the follow-up limit is 0.5 months, but the follow-up is 1");
});

/** Every patient dies. */
const uncensoredCohort = (seed: number) => {
  const cohort = randomCohort(seed);
  return { ...cohort, event: cohort.event.map(() => 1) };
};

Deno.test("without censoring, Uno's C is Harrell's, the AUC Mann and Whitney's, and the Brier score a mean", () => {
  for (let seed = 1; seed < 40; seed += 2) {
    const cohort = uncensoredCohort(seed);
    const end = cohort.times.at(-1)!;
    const fixed = { ...cohort, times: [end], survival: cohort.survival.map((row) => row.slice(-1)) };
    assertEquals(unoConcordance(cohort).value, concordance(fixed).value);
    assertEquals(unoConcordance(cohort, { at: "death" }).value, concordance(cohort).value);
    const score = fixed.survival.map(([s], i) => (Number(cohort.months[i]! > end) - s!) ** 2);
    const mean = score.reduce((sum, one) => sum + one, 0) / score.length;
    assertAlmostEquals(ipcwBrier(cohort, [end]).values[0]!, mean, 1e-12);
    assertAlmostEquals(administrativeBrier(cohort, [end]).values[0]!, mean, 1e-12);
    let above = 0, pairs = 0;
    for (const [i, t] of cohort.months.entries()) {
      for (const [j, other] of cohort.months.entries()) {
        if (t > end || other <= end) continue;
        const gap = fixed.survival[j]![0]! - fixed.survival[i]![0]!;
        above += gap > 0 ? 1 : gap === 0 ? .5 : 0;
        pairs++;
      }
    }
    const { auc: [auc] } = dynamicAuc(cohort, [end]);
    if (pairs === 0) assertEquals(auc, null);
    else assertAlmostEquals(auc!, above / pairs, 1e-12);
  }
});

/** All weighted numbers of a cohort. */
function numbers(cohort: SurvivalPredictions, times: readonly number[]): (number | null)[] {
  const auc = dynamicAuc(cohort, times);
  return [
    ...auc.auc,
    auc.mean,
    ...ipcwBrier(cohort, times).values,
    ...administrativeBrier(cohort, times).values,
    unoConcordance(cohort, { tau: times.at(-1)! }).value,
    unoConcordance(cohort, { at: "death" }).value,
  ];
}

Deno.test("weighted scores do not depend on the order of patients, or on the unit of time", () => {
  for (let seed = 0; seed < 60; seed++) {
    const cohort = randomCohort(seed);
    const times = evaluationTimes(cohort);
    const expected = numbers(cohort, times);
    const reversed = numbers({
      times: cohort.times,
      months: cohort.months.toReversed(),
      event: cohort.event.toReversed(),
      survival: cohort.survival.toReversed(),
    }, times);
    const inQuarters = numbers(
      { ...cohort, times: cohort.times.map((t) => t / 4), months: cohort.months.map((t) => t / 4) },
      times.map((t) => t / 4),
    );
    for (const other of [reversed, inQuarters]) {
      expected.forEach((value, k) => {
        if (value === null) assertEquals(other[k], null);
        else assertAlmostEquals(other[k]!, value, 1e-12);
      });
    }
  }
});

Deno.test("Uno's C and the AUC depend on the order of times and of survival only", () => {
  for (let seed = 1; seed < 60; seed += 2) {
    const cohort = randomCohort(seed);
    const bend = (t: number) => t ** 2 + t;
    const bent = {
      times: cohort.times.map(bend),
      months: cohort.months.map(bend),
      event: cohort.event,
      survival: cohort.survival.map((row) => row.map((s) => s ** 2)),
    };
    const at = cohort.times.at(-1)!;
    assertEquals(dynamicAuc(bent, [...bent.times]).auc, dynamicAuc(cohort, [...cohort.times]).auc);
    assertEquals(unoConcordance(bent, { tau: bend(at) }).value, unoConcordance(cohort, { tau: at }).value);
  }
});

Deno.test("weighted scores take the censoring from other patients, and are null where it leaves nobody", () => {
  const censoring = { months: [1.5, 2.5, 3.5, 9], event: [0, 0, 0, 1] };
  assert(ipcwBrier(six, [2.5], { censoring }).values[0] !== ipcwBrier(six, [2.5]).values[0]);
  const nobody = { months: [.5], event: [0] };
  assertEquals(ipcwBrier(six, [2.5], { censoring: nobody }).values, [null]);
  assertEquals(dynamicAuc(six, [2.5], { censoring: nobody }).auc, [null]);
  assertEquals(unoConcordance(six, { censoring: nobody }).value, null);
});

Deno.test("weighted scores refuse a time after the curves", () => {
  for (const call of [dynamicAuc, ipcwBrier, administrativeBrier]) {
    assertThrows(() => call(six, [1, 3]), InputError, "predicted from 0 to 2.5 months, not at 3");
  }
  assertThrows(() => unoConcordance(six, { at: 3 }), InputError, "not at 3");
});
