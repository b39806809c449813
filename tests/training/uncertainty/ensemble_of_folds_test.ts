import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { InputError } from "@ctsurv/base/mod.ts";
import type { LabelledPatient } from "@ctsurv/features/mod.ts";
import { concordanceByDefinition } from "@ctsurv/survival/mod.ts";
import { crossValidate, ensembleOfFolds, toSurvivalPredictions, type Trainer } from "@ctsurv/training/mod.ts";

type Patient = LabelledPatient & { readonly hazards: readonly number[] };

const patients: Patient[] = Array.from({ length: 18 }, (_, i) => ({
  id: `P${i}`,
  followUp: { months: 2 + (7 * i) % 23, event: i % 3 === 0 ? 0 : 1 },
  hazards: [.01 + .01 * ((5 * i) % 18), .01 + .01 * ((11 * i) % 18), .02 * (i % 9)],
}));

/** A "model" whose k-th seed knows the k-th hazard. */
function seeded(k: number): Trainer<Patient, null> {
  return {
    train: () => Promise.resolve({ parameters: null, losses: [k + 1, k] }),
    predict: (_, tested) =>
      Promise.resolve(tested.map(({ id, hazards }) => ({
        id,
        survival: Float64Array.from({ length: 25 }, (_, month) => Math.exp(-hazards[k]! * month)),
        attention: Float32Array.of(k / 2, 1 - k / 2),
      }))),
    dispose: () => Promise.resolve(),
  };
}

const options = { folds: 3, foldSeed: 42 };
const members = await Promise.all([0, 1, 2].map((k) => crossValidate(seeded(k), patients, options)));

Deno.test("ensembleOfFolds() takes each patient's mean curve and attention, and scores them fold by fold", () => {
  const { validation, curves } = ensembleOfFolds(members);
  validation.predictions.forEach(({ id, survival, attention, fold }, i) => {
    const { hazards } = patients[i]!;
    assertEquals([id, fold], [patients[i]!.id, members[0]!.predictions[i]!.fold]);
    survival.forEach((value, month) =>
      assertAlmostEquals(value, hazards.reduce((sum, hazard) => sum + Math.exp(-hazard * month) / 3, 0), 1e-12)
    );
    assertEquals([...attention], [.5, .5]);
    assertEquals(curves[i]!.length, 3);
  });
  for (const { fold, ctd, losses } of validation.folds) {
    const tested = validation.predictions.filter((one) => one.fold === fold);
    assertEquals(ctd.value, concordanceByDefinition(toSurvivalPredictions(tested)).value);
    assertEquals(losses, [2, 1]);
  }
});

Deno.test("ensembleOfFolds() of the same cross-validation twice is that cross-validation", () => {
  const [first] = members;
  const { folds, ctdWithinFolds, atHorizon, pooled } = ensembleOfFolds([first!, first!]).validation;
  assertEquals({ folds, ctdWithinFolds, atHorizon, pooled }, {
    folds: first!.folds,
    ctdWithinFolds: first!.ctdWithinFolds,
    atHorizon: first!.atHorizon,
    pooled: first!.pooled,
  });
});

Deno.test("ensembleOfFolds() refuses one member, and members of other folds", async () => {
  assertThrows(() => ensembleOfFolds(members.slice(0, 1)), InputError, "at least two cross-validations, not 1");
  const dealt = await crossValidate(seeded(1), patients, { folds: 3, foldSeed: 1 });
  assertThrows(() => ensembleOfFolds([members[0]!, dealt]), InputError, "other patients or folds");
});
