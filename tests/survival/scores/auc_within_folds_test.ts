import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { InputError } from "@ctsurv/base/mod.ts";
import {
  aucWithinFolds,
  calibrationIndex,
  dynamicAuc,
  horizonScores,
  ipcwBrier,
  scoreIntervals,
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

Deno.test("aucWithinFolds() of one fold is dynamicAuc(), with the interval of scoreIntervals()", () => {
  for (let seed = 0; seed < 40; seed++) {
    const cohort = randomCohort(seed);
    const time = cohort.times.at(-1)!;
    const { value, interval } = aucWithinFolds(cohort, cohort.months.map(() => 1), { time, replicates: 40 });
    const whole = dynamicAuc(cohort, [time]).auc[0]!;
    if (value === null) assertEquals(whole, null);
    else assertAlmostEquals(value, whole!, 1e-12);
    const { auc } = scoreIntervals(cohort, { horizon: time, times: [time], scored: [time], replicates: 40 });
    const theirs = auc.auc[0];
    assertEquals(interval, theirs ? { low: theirs.low, high: theirs.high } : null);
  }
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
