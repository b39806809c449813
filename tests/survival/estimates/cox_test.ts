import { assert, assertAlmostEquals, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import oracle from "../../fixtures/cox.json" with { type: "json" };
import { InputError } from "@ctsurv/base/mod.ts";
import { coxSurvival, fitCox, hazardRatios } from "@ctsurv/survival/mod.ts";

function assertNumbers(actual: ArrayLike<number>, expected: readonly number[], tolerance: number): void {
  assertEquals(actual.length, expected.length);
  expected.forEach((wanted, k) => assertAlmostEquals(actual[k]!, wanted, tolerance));
}

oracle.cases.forEach(({ lifelines, sksurv, ...patients }, i) => {
  const { covariates, months } = patients;
  const distinct = new Set(months).size;

  Deno.test(`fitCox() agrees with lifelines on table ${i + 1}: ${months.length} patients, ${distinct} times`, () => {
    const model = fitCox(patients);
    assertNumbers(model.coefficients, lifelines.coefficients, 1e-8);
    assertNumbers(model.standardErrors, lifelines.standardErrors, 1e-8);
    hazardRatios(model).forEach(({ ratio, low, high }, k) => {
      assertAlmostEquals(Math.log(ratio), lifelines.coefficients[k]!, 1e-8);
      assertNumbers([low, high], lifelines.intervals[k]!, 1e-7);
    });
    assertAlmostEquals(model.logLikelihood, lifelines.logLikelihood, 1e-8);
    assertAlmostEquals(2 * (model.logLikelihood - model.nullLogLikelihood), lifelines.likelihoodRatio, 1e-8);
    lifelines.survival.forEach((curve, patient) => {
      assertNumbers(coxSurvival(model, covariates[patient]!, oracle.times), curve, 1e-8);
    });
  });

  for (const { ridge, coefficients, survival } of sksurv) {
    Deno.test(`fitCox() agrees with scikit-survival on table ${i + 1}, ridge ${ridge}`, () => {
      const model = fitCox(patients, { ridge });
      assertNumbers(model.coefficients, coefficients, 1e-7);
      survival.forEach((curve, patient) => {
        assertNumbers(coxSurvival(model, covariates[patient]!, oracle.times), curve, 1e-7);
      });
    });
  }
});

Deno.test("fitCox() of two patients with a ridge solves 1 / (1 + e^b) = ridge b", () => {
  const model = fitCox({ covariates: [[1], [0]], months: [1, 2], event: [1, 0] }, { ridge: 0.5 });
  const [b] = model.coefficients as unknown as [number];
  assertAlmostEquals(1 / (1 + Math.exp(b)), 0.5 * b, 1e-9);
});

Deno.test("fitCox() does not depend on the order of patients, nor on where a covariate has its 0", () => {
  const { covariates, months, event } = oracle.cases[1]!;
  const model = fitCox({ covariates, months, event });
  const shifted = fitCox({
    covariates: covariates.map(([x, ...others]) => [x! + 1000, ...others]).toReversed(),
    months: months.toReversed(),
    event: event.toReversed(),
  });
  assertNumbers(shifted.coefficients, [...model.coefficients], 1e-9);
  const [x, ...others] = covariates[0]!;
  assertNumbers(
    coxSurvival(shifted, [x! + 1000, ...others], oracle.times),
    [...coxSurvival(model, covariates[0]!, oracle.times)],
    1e-9,
  );
});

Deno.test("coxSurvival() is 1 before the first death, falls at a death's own month, and stays after the last", () => {
  const model = fitCox({ covariates: [[0], [1], [0], [1]], months: [3, 5, 8, 9], event: [1, 1, 0, 0] });
  const [before, at, last, later] = coxSurvival(model, [0], [2.99, 3, 5, 100]) as unknown as number[];
  assertEquals(before, 1);
  assert(at! < 1 && last! < at!);
  assertEquals(later, last);
});

Deno.test("fitCox() names the covariate that separates the dead, and fits it with a ridge", () => {
  const patients = { covariates: [[1, 3], [1, 5], [0, 4], [0, 2]], months: [1, 2, 3, 4], event: [1, 1, 0, 0] };
  const names = ["smoker", "age"];
  assertThrows(() => fitCox(patients, { names }), InputError, "the coefficient of smoker grows without limit");
  assert(fitCox(patients, { names, ridge: 0.1 }).coefficients[0]! > 0);
});

Deno.test("fitCox() names a covariate that follows from others", () => {
  const patients = { covariates: [[1, -2], [0, 0], [2, -4], [1, -2]], months: [1, 2, 3, 4], event: [1, 1, 1, 0] };
  assertThrows(() => fitCox(patients, { names: ["a", "b"] }), InputError, "tell the effect of b");
  assertThrows(() => fitCox({ ...patients, covariates: [[3], [3], [3], [3]] }), InputError, "covariate 1");
});

/** Sixty patients of two stages and both sexes; who died is given by the test. */
const sixty = (died: (stage: number, sex: number, i: number) => boolean) => {
  const rows = Array.from({ length: 60 }, (_, i) => [i % 3 === 0 ? 1 : 0, i % 3 === 1 ? 1 : 0, i % 2]);
  return {
    covariates: rows,
    months: rows.map((_, i) => 1 + (i * 37) % 60),
    event: rows.map(([a, b, sex], i) => Number(died(a ? 2 : b ? 3 : 1, sex!, i))),
  };
};
const names = ["stage II", "stage III", "sex male"];
const failure = (patients: ReturnType<typeof sixty>, options = {}) =>
  assertThrows(() => fitCox(patients, { names, ...options }), InputError).message;

Deno.test("fitCox() says which patients all lived, of a level, of the others, and of the reference", () => {
  const { message: one } = { message: failure(sixty((stage, _, i) => stage !== 3 && i % 4 < 2)) };
  assertStringIncludes(one, "the coefficient of stage III grows without limit");
  assertStringIncludes(one, "(separation): none of the 20 patients with stage III died. Leave it out, or use a ridge");
  assertStringIncludes(
    failure(sixty((_, sex, i) => sex === 1 && i % 4 < 2)),
    "none of the 30 patients without it died",
  );
  const reference = failure(sixty((stage, _, i) => stage !== 1 && i % 4 < 2), { ridgeName: "--ridge 1" });
  assertStringIncludes(reference, "the coefficients of stage II and stage III grow without limit");
  assertStringIncludes(reference, "none of the 20 patients with none of them died. Leave them out, or use --ridge 1");
  const fitted = fitCox(sixty((stage, _, i) => stage !== 3 && i % 4 < 2), { ridge: 1 });
  assert(fitted.coefficients.every(Number.isFinite));
});

Deno.test("fitCox() says from what a covariate follows, and when there are too few deaths", () => {
  const { covariates, ...outcomes } = sixty((_, sex, i) => i % 5 === 0 || sex === 1 && i % 7 === 0);
  const message = failure({ covariates: covariates.map(([a, b]) => [a!, b!, a! + b!]), ...outcomes });
  assertStringIncludes(message, "the effect of sex male from that of the other covariates (collinearity)");
  assertStringIncludes(message, "it follows from stage II and stage III. Leave it out");
  const constant = failure({ covariates: covariates.map(([a, b]) => [a!, b!, 7]), ...outcomes });
  assertStringIncludes(
    constant,
    "effect of sex male from that of the other covariates (collinearity): it is constant.",
  );
  const few = failure(sixty((_, sex, i) => sex === 1 && i < 4));
  assertStringIncludes(few, "there are too few deaths, 2 for 3 covariates where ten for each are usual");
  assert(!failure(sixty((stage, _, i) => stage !== 3 && i % 4 < 2)).includes("too few"));
});

Deno.test("fitCox() refuses what it cannot be fitted to", () => {
  const patients = { covariates: [[1], [2]], months: [1, 2], event: [1, 0] };
  assertThrows(() => fitCox({ ...patients, event: [0, 0] }), InputError, "none of 2 died");
  assertThrows(() => fitCox({ ...patients, covariates: [[1], [NaN]] }), InputError, "Patient 2 of 2");
  assertThrows(() => fitCox({ ...patients, covariates: [[1]] }), InputError, "covariates of 1 patients");
  assertThrows(() => fitCox(patients, { ridge: -1 }), InputError, "not -1");
});
