import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { InputError, quantile } from "@ctsurv/base/mod.ts";
import { takePatients } from "@ctsurv/survival/follow_up/predictions.ts";
import {
  aucWithinFolds,
  bootstrap,
  calibrationIndex,
  dynamicAuc,
  horizonScores,
  ipcwBrier,
} from "@ctsurv/survival/mod.ts";
import { randomCohort } from "../random_cohort.ts";
import { withinFoldsCohort, withinFoldsRows } from "../within_folds_cohorts.ts";

Deno.test("aucWithinFolds() agrees with loops over scikit-survival's censoring weights", () => {
  const rows = withinFoldsRows.filter(({ auc }) => auc !== null);
  assert(rows.length > 8);
  for (const row of rows) {
    const { value } = aucWithinFolds(withinFoldsCohort(row), row.folds, { time: 12, replicates: 0 });
    assertAlmostEquals(value!, row.auc!, 1e-9);
  }
});

Deno.test("aucWithinFolds() of one fold is dynamicAuc(), and its interval holds it", () => {
  for (let seed = 0; seed < 40; seed++) {
    const cohort = randomCohort(seed);
    const time = cohort.times.at(-1)!;
    const { value, interval } = aucWithinFolds(cohort, cohort.months.map(() => 1), { time, replicates: 100 });
    const whole = dynamicAuc(cohort, [time]).auc[0]!;
    if (value === null) assertEquals(whole, null);
    else {
      assertAlmostEquals(value, whole!, 1e-12);
      assert(interval === null || interval.low <= value && value <= interval.high);
    }
  }
});

Deno.test("aucWithinFolds() draws within folds and estimates the censoring anew on each sample", () => {
  const row = withinFoldsRows.find(({ months, auc }) => months.length > 40 && auc !== null)!;
  const predictions = withinFoldsCohort(row);
  const values: number[] = [];
  bootstrap(row.folds.length, "concordance-interval", (drawn) => {
    // The sample as a table of its own, with a row for each copy.
    const rows = Array.from(drawn).flatMap((count, i) => Array<number>(count).fill(i));
    const sample = takePatients(predictions, rows);
    const { value } = aucWithinFolds(sample, rows.map((i) => row.folds[i]!), { time: 12, replicates: 0 });
    if (value !== null) values.push(value);
    return value;
  }, { strata: row.folds, replicates: 60 });
  values.sort((a, b) => a - b);
  const { value, interval } = aucWithinFolds(predictions, row.folds, { time: 12, replicates: 60 });
  const number = new Set(row.folds).size;
  // See concordanceWithinFoldsInterval().
  const wider = (end: number) =>
    Math.min(1, Math.max(0, value! + Math.sqrt(1 + number / (number - 1)) * (end - value!)));
  assertAlmostEquals(interval!.low, wider(quantile(values, .025)), 1e-12);
  assertAlmostEquals(interval!.high, wider(quantile(values, .975)), 1e-12);
});

Deno.test("aucWithinFolds() is null without a fold that has both a dead and a living patient", () => {
  const predictions = { times: [24], survival: [[.2], [.9]], months: [5, 24], event: [1, 0] };
  const found = aucWithinFolds(predictions, [1, 2], { time: 24 });
  assertEquals(found, { value: null, interval: null, comparable: 0 });
  assertThrows(() => aucWithinFolds(predictions, [1], { time: 24 }), InputError, "2 patients and 1 folds");
  assertThrows(() => aucWithinFolds(predictions, [1, 2], { time: 25 }), InputError, "not at 25");
});

Deno.test("horizonScores() are the scores at the last time of the grid", () => {
  const row = withinFoldsRows.find(({ months }) => months.length > 40)!;
  const predictions = withinFoldsCohort(row);
  const scores = horizonScores(predictions, row.folds, { replicates: 30 });
  const brier = ipcwBrier(predictions, Array.from(predictions.times));
  assertEquals(scores.months, 24);
  assertEquals(scores.auc, aucWithinFolds(predictions, row.folds, { time: 24, replicates: 30 }));
  assertAlmostEquals(scores.aucPooled.value!, dynamicAuc(predictions, [24]).auc[0]!, 1e-12);
  assertEquals([scores.brier, scores.integratedBrier], [brier.values.at(-1)!, brier.integrated]);
  assertEquals(scores.ici, calibrationIndex(predictions, 24)!.ici);
});
