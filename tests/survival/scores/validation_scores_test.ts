import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { createRandom, InputError } from "@ctsurv/base/mod.ts";
import { concordance, kaplanMeier, kaplanMeierAt, validationScores } from "@ctsurv/survival/mod.ts";

/** Exponential survival of hazards that differ, some lost to follow-up, and a model that knows the hazards. */
function cohort(patients = 600) {
  const random = createRandom(5, "validation scores");
  const hazards = Array.from({ length: patients }, () => Math.exp(-3.2 + .7 * random.normal()));
  const months: number[] = [], event: number[] = [];
  for (const hazard of hazards) {
    const death = -Math.log(1 - random.between(0, 1)) / hazard, lost = random.between(6, 60);
    months.push(Math.min(death, lost));
    event.push(death <= lost ? 1 : 0);
  }
  const predict = (slope: number, shift = 0) => ({
    times: [24],
    survival: hazards.map((hazard) => [Math.exp(-Math.exp(slope * Math.log(24 * hazard) + shift))]),
    months,
    event,
  });
  return predict;
}

Deno.test("validationScores(): a model that knows the hazards is right in the large, by slope, and worth having", () => {
  const { slope, observedToExpected, ici, scaledBrier, ctd, auc, netBenefit } = validationScores(cohort()(1), 24, {
    replicates: 0,
  });
  assert(slope!.low < 1 && 1 < slope!.high && slope!.low < slope!.value);
  assert(observedToExpected!.low! < 1 && 1 < observedToExpected!.high!);
  assert(ici! < .03 && scaledBrier! > 0 && ctd.value! > .6 && auc.value! > .65);
  assert(netBenefit.model! > Math.max(0, netBenefit.treatAll!));
});

Deno.test("validationScores(): predictions brought together by a factor have the slope divided by it; a shift leaves it", () => {
  const predict = cohort();
  const [right, close, shifted] = [predict(1), predict(.5), predict(1, .4)].map((predictions) =>
    validationScores(predictions, 24, { replicates: 0 })
  );
  assertAlmostEquals(close!.slope!.value, right!.slope!.value / .5, 1e-6);
  assertAlmostEquals(shifted!.slope!.value, right!.slope!.value, 1e-6);
  assert(shifted!.observedToExpected!.high! < right!.observedToExpected!.high!);
  assertEquals([close!.ctd.value, shifted!.ctd.value], [right!.ctd.value, right!.ctd.value]);
});

Deno.test("validationScores(): one Kaplan-Meier survival for everybody has a scaled Brier score of 0 and no slope", () => {
  const predictions = cohort(200)(1);
  const { survival: s } = kaplanMeierAt(kaplanMeier(predictions), 24)!;
  const { scaledBrier, slope, predicted, observedToExpected, ctd } = validationScores(
    { ...predictions, survival: predictions.survival.map(() => [s]) },
    24,
    { replicates: 0 },
  );
  assertEquals([scaledBrier, slope, ctd.value], [0, null, .5]);
  assertAlmostEquals(predicted, s);
  assertAlmostEquals(observedToExpected!.value, 1);
});

Deno.test("validationScores(): Ctd is that of all patients, or within folds where several models predicted", () => {
  const predictions = cohort(60)(1);
  const folds = predictions.months.map((_, i) => i % 3);
  const all = validationScores(predictions, 24, { replicates: 50 });
  assertEquals(all.ctd.value, concordance(predictions).value);
  assert(all.ctd.interval!.low < all.ctd.value! && all.ctd.value! < all.ctd.interval!.high);
  const within = validationScores(predictions, 24, { folds, replicates: 0 });
  assert(within.ctd.comparable < all.ctd.comparable && within.auc.comparable < all.auc.comparable);
});

Deno.test("validationScores(): nobody followed to the time, and a time outside of the curves", () => {
  const early = { times: [24], survival: [[.4], [.6]], months: [5, 9], event: [1, 0] };
  const { observed, observedToExpected, scaledBrier, ici } = validationScores(early, 24, { replicates: 0 });
  assertEquals([observed, observedToExpected, scaledBrier, ici], [null, null, null, null]);
  assertThrows(() => validationScores(early, 30), InputError, "30");
});

Deno.test("validationScores(): at a threshold fixed beforehand treating everybody is worth something; at the own share nothing", () => {
  const predictions = cohort(200)(1);
  const scores = (threshold?: number) =>
    validationScores(predictions, 24, { replicates: 0, ...threshold !== undefined && { threshold } }).netBenefit;
  assertAlmostEquals(scores().treatAll!, 0);
  const fixed = scores(.3);
  assertEquals(fixed.threshold, .3);
  const { survival } = kaplanMeierAt(kaplanMeier(predictions), 24)!;
  assertAlmostEquals(fixed.treatAll!, 1 - survival - survival * .3 / .7);
  assertThrows(() => scores(1), InputError, "not 1");
});

Deno.test("validationScores(): models of folds at other levels do not draw the slope towards 0", () => {
  const predictions = cohort(300)(1);
  const folds = predictions.months.map((_, i) => i % 5);
  const moved = {
    ...predictions,
    survival: predictions.survival.map(([s], i) => [Math.exp(Math.log(s!) * Math.exp(.8 * (folds[i]! - 2)))]),
  };
  const slopes = [predictions, moved].map((one) => validationScores(one, 24, { folds, replicates: 0 }).slope!.value);
  assertAlmostEquals(slopes[0]!, slopes[1]!, 1e-6);
  assert(validationScores(moved, 24, { replicates: 0 }).slope!.value < slopes[0]! - .2);
});

Deno.test("validationScores(): everybody and nobody dead have a ratio without an interval", () => {
  const of = (event: number[]) =>
    validationScores(
      { times: [24], survival: [[.2], [.4], [.6], [.8]], months: event.map((e) => e ? 9 : 24), event },
      24,
      {
        replicates: 0,
      },
    );
  const [all, none] = [of([1, 1, 1, 1]), of([0, 0, 0, 0])];
  assertEquals(all.observedToExpected, { value: 2, low: null, high: null });
  assertEquals(none.observedToExpected, { value: 0, low: null, high: null });
  assertEquals(none.observed, { survival: 1, low: null, high: null });
});

Deno.test("validationScores(): Ctd in another reading", () => {
  const predictions = cohort(60)(1);
  const tied = { ...predictions, survival: predictions.survival.map(([s]) => [Math.round(4 * s!) / 4]) };
  const { ctd } = validationScores(tied, 24, { variant: "antolini", replicates: 0 });
  assertEquals(ctd.value, concordance(tied, { variant: "antolini" }).value);
  assert(ctd.value !== concordance(tied).value);
});
