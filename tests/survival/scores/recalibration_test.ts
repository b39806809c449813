import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { InputError } from "@ctsurv/base/mod.ts";
import {
  concordance,
  kaplanMeier,
  kaplanMeierAt,
  recalibrate,
  type SurvivalPredictions,
} from "@ctsurv/survival/mod.ts";
import { lcg } from "../lcg.ts";

/** 120 patients in four folds whose survival is predicted too low. */
function pessimistic(): SurvivalPredictions & { readonly folds: readonly string[] } {
  const below = lcg(3);
  const patients = Array.from({ length: 120 }, () => ({ hazard: .01 + below(50) / 1000, u: (1 + below(999)) / 1000 }));
  const months = patients.map(({ hazard, u }) => Math.min(24, -Math.log(u) / hazard));
  return {
    times: [6, 12, 24],
    survival: patients.map(({ hazard }) => [6, 12, 24].map((t) => Math.exp(-2.5 * hazard * t))),
    months,
    event: months.map((t) => t < 24 ? 1 : 0),
    folds: patients.map((_, i) => `${i % 4 + 1}`),
  };
}
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

Deno.test("recalibrate(): the shift brings the others' mean to their Kaplan-Meier, and keeps the order in a fold", () => {
  const { folds, ...predictions } = pessimistic();
  const { folds: found, predictions: after } = recalibrate(predictions, folds, 24);
  for (const { fold, observed, hazardRatio, predicted, patients } of found) {
    const others = folds.flatMap((own, i) => own === fold ? [] : [i]);
    assertEquals(patients, 30);
    assertAlmostEquals(predicted, mean(others.map((i) => predictions.survival[i]![2]!)), 1e-12);
    assertAlmostEquals(mean(others.map((i) => predictions.survival[i]![2]! ** hazardRatio!)), observed, 1e-12);
    const { months, event } = predictions;
    const km = kaplanMeierAt(
      kaplanMeier({ months: others.map((i) => months[i]!), event: others.map((i) => event[i]!) }),
      24,
    );
    assertEquals(observed, km!.survival);
    const own = (p: SurvivalPredictions): SurvivalPredictions => {
      const members = folds.flatMap((name, i) => name === fold ? [i] : []);
      const take = <T>(values: ArrayLike<T>) => members.map((i) => values[i]!);
      return { ...p, survival: take(p.survival), months: take(p.months), event: take(p.event) };
    };
    assertEquals(concordance(own(after)), concordance(own(predictions)));
  }
  const observed = kaplanMeierAt(kaplanMeier(predictions), 24)!.survival;
  const distance = (p: SurvivalPredictions) => Math.abs(mean(p.survival.map((curve) => curve[2]!)) - observed);
  assert(distance(predictions) > .2 && distance(after) < .02, `${distance(predictions)}, ${distance(after)}`);
});

Deno.test("recalibrate(): no outcome of a fold enters its own recalibration", () => {
  const { folds, ...predictions } = pessimistic();
  const event = Array.from(predictions.event, (died, i) => folds[i] === "2" ? 0 : died);
  for (const method of ["shift", "isotonic"] as const) {
    const [before, after] = [predictions, { ...predictions, event }].map((one) =>
      recalibrate(one, folds, 24, { method })
    );
    const curves = (fold: string, { predictions }: NonNullable<typeof before>) =>
      predictions.survival.filter((_, i) => folds[i] === fold).map((curve) => Array.from(curve));
    assertEquals(curves("2", before!), curves("2", after!));
    assert(JSON.stringify(curves("1", before!)) !== JSON.stringify(curves("1", after!)));
  }
});

Deno.test("recalibrate(): isotonic curves end at the time, never rise, and stay probabilities where S is 0 or 1", () => {
  const { folds, ...predictions } = pessimistic();
  const survival = [...predictions.survival];
  [survival[0], survival[1]] = [[1, 1, 1], [.5, .2, 0]];
  const { predictions: { times, survival: after } } = recalibrate({ ...predictions, survival }, folds, 12, {
    method: "isotonic",
  });
  assertEquals(times, [6, 12]);
  for (const curve of after) {
    assertEquals(curve.length, 2);
    assert(1 >= curve[0]! && curve[0]! >= curve[1]! && curve[1]! >= 0, `${curve[0]}, ${curve[1]}`);
  }
  // A patient with S = 1 has no shape to keep: half of the deaths by 12 months are before 6.
  assertAlmostEquals(1 - after[0]![0]!, (1 - after[0]![1]!) / 2, 1e-12);
});

Deno.test("recalibrate(): a time between two of the grid is added to it", () => {
  const { folds, ...predictions } = pessimistic();
  const { predictions: { times, survival }, folds: [first] } = recalibrate(predictions, folds, 9);
  assertEquals(times, [6, 9, 12, 24]);
  const [six, twelve] = predictions.survival[0]! as [number, number];
  assertAlmostEquals(survival[0]![1]!, ((six + twelve) / 2) ** first!.hazardRatio!, 1e-12);
});

Deno.test("recalibrate() refuses one fold, other folds that were not followed so far, and survival that no shift gives", () => {
  const { folds, ...predictions } = pessimistic();
  const refused = (change: Partial<SurvivalPredictions>, fold: readonly string[], message: string) =>
    assertThrows(() => recalibrate({ ...predictions, ...change }, fold, 24), InputError, message);
  refused({}, folds.map(() => "1"), "two or more folds");
  refused({}, folds.slice(1), "119 folds");
  refused(
    { months: Array.from(predictions.months, (t) => t / 2), event: folds.map(() => 0) },
    folds,
    "no patient of the other folds was followed",
  );
  refused({ event: folds.map(() => 0) }, folds, "Fold 1 cannot be shifted: 1 of the other folds' patients survive");
  refused({ survival: folds.map(() => [1, 1, 1]) }, folds, "no common factor");
});
