import { assert, assertAlmostEquals, assertEquals, assertNotEquals } from "@std/assert";
import { createRandom } from "@ctsurv/base/mod.ts";
import type { LabelledPatient } from "@ctsurv/features/mod.ts";
import { fitCox } from "@ctsurv/survival/mod.ts";
import { coxSurvival } from "@ctsurv/survival/mod.ts";
import {
  assembleFolds,
  ctdSummaries,
  nullDistribution,
  permuteOutcomes,
  type Trainer,
  trainFolds,
} from "@ctsurv/training/mod.ts";

/** Patients with one covariate, which raises the hazard by `effect`. */
type Measured = LabelledPatient & { readonly x: readonly number[] };

function cohort(count: number, effect: number, seed: number): Measured[] {
  const random = createRandom(seed, "measured");
  return Array.from({ length: count }, (_, i) => {
    const x = Array.from({ length: 4 }, () => random.normal());
    const death = -Math.log(1 - random.uniform()) * 26 * Math.exp(-effect * x[0]!);
    const event = death < 24 ? 1 as const : 0 as const;
    return { id: `P${i}`, x, followUp: { months: Math.min(death, 24), event } };
  });
}

const months = Array.from({ length: 25 }, (_, month) => month);
const cox: Trainer<Measured, ReturnType<typeof fitCox>> = {
  train: (patients) =>
    Promise.resolve({
      parameters: fitCox({
        covariates: patients.map(({ x }) => [...x]),
        months: patients.map(({ followUp }) => followUp.months),
        event: patients.map(({ followUp }) => followUp.event),
      }),
      losses: [],
    }),
  predict: (model, patients) =>
    Promise.resolve(patients.map(({ id, x }) => ({
      id,
      survival: coxSurvival(model, [...x], months),
      attention: new Float32Array(),
    }))),
  dispose: () => Promise.resolve(),
};
const folds = { folds: 10, foldSeed: 42 };

async function chance(patients: readonly Measured[], permutations: number) {
  const permuted = [];
  for (let seed = 1; seed <= permutations; seed++) {
    permuted.push(ctdSummaries(await trainFolds(cox, permuteOutcomes(patients, seed), folds)));
  }
  return nullDistribution(ctdSummaries(await trainFolds(cox, patients, folds)), permuted);
}

Deno.test("chance lies at 0.5 within folds and for the mean of folds, and below it for the pooled Ctd", async () => {
  const { withinFolds, meanOfFolds, pooled } = await chance(cohort(60, 0, 1), 120);
  // A mean of 120 with a standard deviation of some 0.05 is certain to 0.005.
  assertAlmostEquals(withinFolds.mean!, 0.5, 0.02);
  assertAlmostEquals(meanOfFolds.mean!, 0.5, 0.02);
  assert(pooled.mean! < 0.48, `${pooled.mean}`);
  assert(withinFolds.p! > 0.05, `${withinFolds.p}`);
  assertEquals(withinFolds.permutations, 120);
});

Deno.test("a covariate that matters is beyond all permutations", async () => {
  const { withinFolds, pooled } = await chance(cohort(80, 1.2, 2), 40);
  assert(withinFolds.observed! > 0.65, `${withinFolds.observed}`);
  assertEquals([withinFolds.p, pooled.p], [1 / 41, 1 / 41]);
  assert(withinFolds.quantiles!["0.975"] < withinFolds.observed!);
});

Deno.test("permuteOutcomes() deals the same outcomes, in another order for each seed", () => {
  const patients = cohort(40, 0, 3);
  const of = (people: readonly LabelledPatient[]) => people.map(({ followUp }) => followUp);
  const [first, second] = [permuteOutcomes(patients, 1), permuteOutcomes(patients, 2)];
  assertEquals(first.map(({ id, x }) => [id, x]), patients.map(({ id, x }) => [id, x]));
  assertEquals(
    of(first).toSorted((a, b) => a.months - b.months),
    of(patients).toSorted((a, b) => a.months - b.months),
  );
  assertNotEquals(of(first), of(patients));
  assertNotEquals(of(first), of(second));
  assertEquals(of(first), of(permuteOutcomes(patients, 1)));
});

Deno.test("nullDistribution() by hand, with a permutation that had no pair to compare", () => {
  const alike = (ctd: number | null) => ({ withinFolds: ctd, meanOfFolds: ctd, pooled: ctd });
  const { withinFolds } = nullDistribution(alike(0.6), [0.4, 0.5, 0.6, 0.7, null].map(alike));
  assertEquals(withinFolds.permutations, 4);
  assertAlmostEquals(withinFolds.mean!, 0.55);
  assertAlmostEquals(withinFolds.std!, Math.sqrt((0.0225 + 0.0025 + 0.0025 + 0.0225) / 3));
  assertAlmostEquals(withinFolds.quantiles!["0.5"], 0.55);
  assertAlmostEquals(withinFolds.quantiles!["0.25"], 0.475);
  assertEquals(withinFolds.p, 3 / 5); // 0.6 and 0.7 are as high, and the observed one counts
  const none = nullDistribution(alike(null), []).pooled;
  assertEquals([none.mean, none.std, none.quantiles, none.p, none.permutations], [null, null, null, null, 0]);
});

Deno.test("ctdSummaries() are those of the assembled cross-validation", async () => {
  const patients = cohort(50, 0.5, 4);
  const outcomes = await trainFolds(cox, patients, folds);
  const { ctdWithinFolds, mean, pooled } = assembleFolds(outcomes, patients.map(({ id }) => id));
  assertEquals(ctdSummaries(outcomes), {
    withinFolds: ctdWithinFolds.pre.risk.value,
    meanOfFolds: mean,
    pooled: pooled.pre.risk.value,
  });
});
