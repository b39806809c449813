import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import oracle from "../../fixtures/clinical_use.json" with { type: "json" };
import { decisionCurve, isotonicRegression, recalibrate } from "@ctsurv/survival/mod.ts";
import { lcg } from "../lcg.ts";
import { randomCohort } from "../random_cohort.ts";

/** The fixture has 13 digits. */
function close(ours: number | null, theirs: number, message: string): void {
  assert(ours !== null, `${message}: null, not ${theirs}`);
  assertAlmostEquals(ours, theirs, 1e-9 * Math.max(1, Math.abs(theirs)), message);
}

Deno.test("decisionCurve() is dcurves' net benefit, of the model and of treating all, and the treatments avoided", () => {
  let compared = 0;
  oracle.cohorts.forEach(({ curve }, seed) => {
    const cohort = randomCohort(seed);
    const { points } = decisionCurve(cohort, cohort.times.at(-1)!, { thresholds: oracle.thresholds });
    points.forEach(({ threshold, model, treatAll, avoided }, k) => {
      [model, treatAll, avoided && avoided / 100].forEach((ours, field) => {
        const theirs = curve[k]![field]!;
        if (theirs === null) return;
        compared++;
        close(ours, theirs, `cohort ${seed}, threshold ${threshold}, field ${field}`);
      });
    });
  });
  assert(compared > 2000, `${compared} numbers were compared`);
});

Deno.test("isotonicRegression() is scikit-learn's, with ties, weights of 0, and beyond the points", () => {
  assertEquals(oracle.isotonic.length, 200);
  oracle.isotonic.forEach((theirs, seed) => {
    const below = lcg(seed + 7);
    const count = 1 + below(30), levels = seed % 2 === 0 ? 8 : 4096;
    const x = Array.from({ length: count }, () => below(levels) / levels);
    const y = Array.from({ length: count }, () => seed % 3 ? below(2) : below(64) / 64);
    const weights = Array.from({ length: count }, (): number => below(5) / 4);
    if (Math.max(...weights) === 0) weights[0] = 1;
    const line = isotonicRegression(x, y, weights)!;
    theirs.forEach((value, k) => close(line.at((k - 2) / 8), value, `line ${seed} at ${(k - 2) / 8}`));
  });
});

Deno.test("recalibrate() is SciPy's root of the shift, and scikit-learn's line through weighted outcomes, by folds", () => {
  let compared = 0;
  oracle.cohorts.forEach(({ recalibrated }, seed) => {
    if (recalibrated === null) return;
    const cohort = randomCohort(seed);
    const time = cohort.times.at(-1)!;
    const folds = cohort.months.map((_, i) => `${i % 3}`);
    const shift = recalibrate(cohort, folds, time);
    shift.folds.forEach(({ hazardRatio }, k) => close(hazardRatio, recalibrated.factors[k]!, `cohort ${seed}, ${k}`));
    cohort.survival.forEach((curve, i) =>
      curve.forEach((s, k) =>
        close(shift.predictions.survival[i]![k]!, s ** recalibrated.factors[i % 3]!, `cohort ${seed}, patient ${i}`)
      )
    );
    const { predictions } = recalibrate(cohort, folds, time, { method: "isotonic" });
    recalibrated.ends.forEach((s, i) =>
      close(predictions.survival[i]![cohort.times.length - 1]!, s, `cohort ${seed}, patient ${i}`)
    );
    compared++;
  });
  assert(compared > 60, `${compared} cohorts were compared`);
});
