import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import oracle from "../../fixtures/survival_metrics.json" with { type: "json" };
import { chiSquareTail, studentTail } from "@ctsurv/survival/_math.ts";
import {
  administrativeBrier,
  calibrationCurve,
  calibrationIndex,
  dCalibration,
  dynamicAuc,
  ipcwBrier,
  kaplanMeier,
  logRank,
  unoConcordance,
} from "@ctsurv/survival/mod.ts";
import { evaluationTimes, type RandomCohort, randomCohort } from "../random_cohort.ts";

type Row = (typeof oracle.cohorts)[number];
type Nullable = number | null | undefined;

/** The fixture has 12 digits. */
function close(ours: Nullable, theirs: Nullable, message: string): void {
  if (typeof theirs !== "number") return assertEquals(ours ?? null, null, message);
  assert(typeof ours === "number", `${message}: null, not ${theirs}`);
  assertAlmostEquals(ours, theirs, 1e-9 * Math.max(1, Math.abs(theirs)), message);
}

/** Compares every cohort; `check` returns how many numbers it compared that neither side left undefined. */
function everyCohort(least: number, check: (cohort: RandomCohort, row: Row, message: string, seed: number) => number) {
  const compared = oracle.cohorts.reduce(
    (n, row, seed) => n + check(randomCohort(seed), row, `cohort ${seed}`, seed),
    0,
  );
  assert(oracle.cohorts.length === 300 && compared >= least, `${compared} numbers were compared, not ${least}`);
}

const defined = (values: readonly Nullable[]) => values.filter((value) => typeof value === "number").length;
const last = (cohort: RandomCohort) => cohort.times.at(-1)!;
const at = { ties: "at" } as const;

Deno.test("unoConcordance() agrees with scikit-survival, and with loops where the ties are treated as in Graf", () => {
  everyCohort(500, (cohort, { uno, before }, message) => {
    const tau = last(cohort);
    const ours = [unoConcordance(cohort, { tau, ...at }).value, unoConcordance(cohort, at).value];
    // scikit-survival refuses a cohort in which G is 0 at any death, even at one beyond tau.
    if (uno[0] !== null || uno[1] !== null) ours.forEach((value, k) => close(value, uno[k], message));
    close(unoConcordance(cohort, { tau }).value, before[2] as Nullable, message);
    return defined(uno) + defined([before[2] as Nullable]);
  });
});

Deno.test("dynamicAuc() agrees with scikit-survival, and with loops where the ties are treated as in Graf", () => {
  everyCohort(900, (cohort, { auc, meanAuc, before }, message) => {
    const times = evaluationTimes(cohort);
    const theirs = dynamicAuc(cohort, times, at);
    // It refuses times outside of the follow-up, and any G of 0.
    auc.forEach((value, k) => value !== null && close(theirs.auc[k], value, message));
    if (meanAuc !== null) close(theirs.mean, meanAuc, message);
    const ours = dynamicAuc(cohort, times).auc;
    (before[1] as number[]).forEach((value, k) => close(ours[k], value, message));
    return defined(auc) + defined([meanAuc]) + defined(before[1] as Nullable[]);
  });
});

Deno.test("ipcwBrier() agrees with scikit-survival, and with loops where the ties are treated as in Graf", () => {
  everyCohort(1200, (cohort, { brier, integrated, before }, message) => {
    const times = evaluationTimes(cohort);
    const theirs = ipcwBrier(cohort, times, at);
    // It lets a patient at whom G is 0 count nothing, where nothing is known; here that is null.
    brier.forEach((value, k) => value !== null && theirs.values[k] !== null && close(theirs.values[k], value, message));
    if (integrated !== null && theirs.integrated !== null) close(theirs.integrated, integrated, message);
    const ours = ipcwBrier(cohort, times).values;
    (before[0] as number[]).forEach((value, k) => close(ours[k], value, message));
    return defined(brier) + defined(before[0] as Nullable[]);
  });
});

Deno.test("ipcwBrier() and dynamicAuc() do not depend on `ties` where no times are tied", () => {
  everyCohort(300, (cohort, _, message, seed) => {
    if (seed % 2 === 0) return 0;
    const times = evaluationTimes(cohort);
    const [brier, theirs] = [ipcwBrier(cohort, times).values, ipcwBrier(cohort, times, at).values];
    brier.forEach((value, k) => close(value, theirs[k], message));
    const auc = dynamicAuc(cohort, times).auc;
    auc.forEach((value, k) => close(value, dynamicAuc(cohort, times, at).auc[k], message));
    return defined(brier);
  });
});

Deno.test("administrativeBrier() agrees with pycox", () => {
  everyCohort(800, (cohort, { administrative }, message) => {
    const { values } = administrativeBrier(cohort, evaluationTimes(cohort), { limits: cohort.limits });
    administrative.forEach((value, k) => close(values[k], value, message));
    return defined(administrative);
  });
});

Deno.test("kaplanMeier() agrees with scikit-survival and lifelines", () => {
  everyCohort(3000, (cohort, { kaplanMeier: rows }, message) => {
    const curve = kaplanMeier(cohort);
    const end = curve.times.length;
    [0, end >> 1, end - 1].forEach((k, i) => {
      const [survival, low, high, risk] = rows[i] as number[];
      close(curve.survival[k], survival, message);
      assertEquals(curve.atRisk[k], risk, message);
      // Where survival has reached 0, they say [0, 0], from however few patients; R and we say that it is not known.
      if (curve.survival[k] === 0) return assert(Number.isNaN(curve.low[k]) && Number.isNaN(curve.high[k]), message);
      close(curve.low[k], low, message);
      close(curve.high[k], high, message);
    });
    return 12;
  });
});

Deno.test("logRank() agrees with lifelines in two and three groups", () => {
  everyCohort(600, (cohort, row, message) => {
    let compared = 0;
    row.logRank.forEach((theirs, k) => {
      if (theirs === null) return;
      const groups = Array.from({ length: k + 2 }, (_, g) => ({
        months: cohort.months.filter((_, i) => i % (k + 2) === g),
        event: cohort.event.filter((_, i) => i % (k + 2) === g),
      }));
      const { statistic, p, degreesOfFreedom } = logRank(groups);
      // With nothing to compare, lifelines' statistic is 0 and its p-value 1.
      if (degreesOfFreedom === 0) {
        assert(Number.isNaN(statistic) && Number.isNaN(p));
        return assertAlmostEquals(theirs[0] ?? 0, 0, 1e-9, message);
      }
      close(statistic, theirs[0], message);
      // It also counts groups of which nobody was ever at risk of a death.
      if (degreesOfFreedom === k + 1) close(p, theirs[1], message);
      compared += 2;
    });
    return compared;
  });
});

Deno.test("dCalibration() agrees with SurvivalEVAL", () => {
  everyCohort(3600, (cohort, row, message) => {
    const { statistic, p, bins } = dCalibration(cohort);
    [statistic, p, ...bins].forEach((value, k) => close(value, row.dCalibration[k], message));
    return 12;
  });
});

Deno.test("calibrationCurve() agrees with lifelines' Kaplan-Meier in quantile groups", () => {
  everyCohort(100, (cohort, { calibration }, message) => {
    const curve = calibrationCurve(cohort, last(cohort), { groups: 4 });
    close(curve.groupedError, calibration, message);
    assertEquals(curve.groups.reduce((sum, { patients }) => sum + patients, 0), cohort.months.length);
    return defined([calibration]);
  });
});

Deno.test("calibrationIndex() agrees with scikit-survival's Cox regression", () => {
  everyCohort(250, (cohort, { calibrationIndex: theirs }, message) => {
    const ours = calibrationIndex(cohort, last(cohort));
    // Where the likelihood has no maximum, it stops somewhere; here that is null.
    if (theirs === null || ours === null) return 0;
    [ours.ici, ours.e50, ours.e90].forEach((value, k) => close(value, theirs[k], message));
    return 3;
  });
});

Deno.test("chiSquareTail() and studentTail() agree with SciPy, in the far tail too", () => {
  const relative = (ours: number, theirs: number) => assertAlmostEquals(ours / theirs, 1, 1e-11);
  for (const [x, degrees, tail] of oracle.tails.chiSquare) relative(chiSquareTail(x!, degrees!), tail!);
  for (const [t, degrees, tail] of oracle.tails.student) {
    relative(studentTail(t!, degrees!), tail!);
    relative(studentTail(-t!, degrees!), tail!);
  }
  assertEquals([chiSquareTail(0, 3), chiSquareTail(Infinity, 3), studentTail(0, 3), studentTail(Infinity, 3)], [
    1,
    0,
    1,
    0,
  ]);
  for (const nothing of [chiSquareTail(NaN, 1), chiSquareTail(1, 0), studentTail(NaN, 1), studentTail(1, 0)]) {
    assert(Number.isNaN(nothing));
  }
});
