import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import oracle from "../../fixtures/multiplicity.json" with { type: "json" };
import { InputError } from "@ctsurv/base/mod.ts";
import { LUNG1_EXCLUSIONS, parseClinical } from "@ctsurv/cohort/table/mod.ts";
import { normalQuantile } from "@ctsurv/survival/_math.ts";
import { censorAt, daysToMonths, detectableDifference, holm } from "@ctsurv/survival/mod.ts";
import { sharedData } from "../../support/shared_data.ts";

Deno.test("holm() agrees with statsmodels", () => {
  for (const { p, adjusted } of oracle.holm) {
    holm(p).forEach((value, i) => assertAlmostEquals(value!, adjusted[i]!, 1e-12));
  }
});

Deno.test("holm() leaves comparisons that are undefined out of the count", () => {
  assertEquals(holm([.01, null, .2]), [.02, null, .2]);
  assertEquals(holm([]), []);
  assertThrows(() => holm([.5, 1.2]), InputError, "not 1.2");
  assertThrows(() => holm([NaN]), InputError, "not NaN");
});

Deno.test("normalQuantile() agrees with SciPy", () => {
  for (const [p, z] of oracle.normal) assertAlmostEquals(normalQuantile(p!), z!, 1e-9);
  assertEquals([normalQuantile(0), normalQuantile(1)], [NaN, NaN]);
});

/** Months of `patients`, of whom 60 % die within 24 months, one after the other. */
function cohort(patients: number) {
  const months = Array.from({ length: patients }, (_, i) => Math.min(24, 40 * (1 + i) / patients));
  return { months, event: months.map((own) => own < 24 ? 1 : 0) };
}

Deno.test("detectableDifference() halves with four times as many patients, and grows with power and comparisons", () => {
  const of = (patients: number, options = {}) =>
    detectableDifference(cohort(patients), { correlation: .6, simulations: 300, ...options })!;
  const small = of(50), large = of(200);
  assert(small / large > 1.7 && small / large < 2.4, `${small} ${large}`);
  // The same simulations: only the factor of normal quantiles changes.
  assertAlmostEquals(of(50, { power: .9 }) / small, (1.959964 + 1.281552) / (1.959964 + .841621), 1e-5);
  assertAlmostEquals(of(50, { level: .05 / 7 }) / small, (2.690110 + .841621) / (1.959964 + .841621), 1e-5);
  const folds = cohort(50).months.map((_, i) => i % 5);
  assert(of(50, { folds }) > small, "pairs within folds say less than all pairs");
  assertEquals(of(50), small);
});

Deno.test("detectableDifference() is null without pairs, and refuses what cannot be", () => {
  assertEquals(detectableDifference({ months: [24, 24], event: [0, 0] }, { correlation: .5, simulations: 5 }), null);
  const refused = (options: Parameters<typeof detectableDifference>[1], message: string) =>
    assertThrows(() => detectableDifference(cohort(20), options), InputError, message);
  refused({ correlation: 1 }, "not 1");
  refused({ correlation: .1, ctd: .7 }, "from 0.345");
  refused({ correlation: .5, power: 1 }, "got 1 and 0.05");
});

const table = sharedData("lung1/NSCLC-Radiomics-Lung1.clinical-version3-Oct-2019.csv");

Deno.test({
  name: "detectableDifference() of LUNG1's 415 patients is what an independent simulation found",
  ignore: table === undefined,
  async fn() {
    const excluded = new Set(LUNG1_EXCLUSIONS.map(({ patient }) => patient));
    const followed = parseClinical(await Deno.readTextFile(table!), table!)
      .filter(({ patient }) => !excluded.has(patient))
      .map(({ survivalDays, dead }) => censorAt({ months: daysToMonths(survivalDays), event: dead ? 1 : 0 }, 24));
    const outcomes = { months: followed.map(({ months }) => months), event: followed.map(({ event }) => event) };
    [[.3, .065], [.6, .048], [.9, .026]].forEach(([correlation, expected]) => {
      // Of 300 simulations each, a standard deviation has an error of 4 %.
      const found = detectableDifference(outcomes, { correlation: correlation!, simulations: 300 })!;
      assert(Math.abs(found / expected! - 1) < .12, `${correlation}: ${found}, ${expected}`);
    });
  },
});
