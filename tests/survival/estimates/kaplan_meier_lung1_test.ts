import { assertAlmostEquals, assertEquals } from "@std/assert";
import lifelines from "../../fixtures/kaplan_meier_lung1.json" with { type: "json" };
import { type ClinicalRecord, LUNG1_EXCLUSIONS, parseClinical } from "@ctsurv/cohort/table/mod.ts";
import { stepAt } from "@ctsurv/survival/follow_up/predictions.ts";
import { atRisk, daysToMonths, kaplanMeier } from "@ctsurv/survival/mod.ts";
import { sharedData } from "../../support/shared_data.ts";

const table = sharedData("lung1/NSCLC-Radiomics-Lung1.clinical-version3-Oct-2019.csv");

/** Compares with tests/oracles/kaplan_meier_lung1.py. */
function assertLifelines(patients: readonly ClinicalRecord[], expected: typeof lifelines.all) {
  const outcomes = {
    months: patients.map(({ survivalDays }) => daysToMonths(survivalDays)),
    event: patients.map(({ dead }) => Number(dead)),
  };
  const { times } = lifelines;
  const curve = kaplanMeier(outcomes);
  assertEquals(patients.length, expected.patients);
  assertEquals(curve.deaths.reduce((sum, count) => sum + count, 0), expected.deaths);
  assertEquals(atRisk(outcomes, times), expected.atRisk);
  for (const name of ["survival", "low", "high"] as const) {
    times.forEach((time, k) =>
      assertAlmostEquals(stepAt(curve.times, curve[name], time), expected[name][k]!, 1e-9, `${name} at ${time}`)
    );
  }
  const half = curve.survival.findIndex((survival) => survival <= 0.5);
  assertAlmostEquals(curve.times[half]!, expected.medianMonths, 1e-9);
}

Deno.test({
  name: "kaplanMeier() of LUNG1's clinical table is lifelines', of the 422 patients and of the paper's 415",
  ignore: table === undefined,
  async fn() {
    const patients = parseClinical(await Deno.readTextFile(table!), table!);
    assertLifelines(patients, lifelines.all);
    const excluded = new Set(LUNG1_EXCLUSIONS.map(({ patient }) => patient));
    assertLifelines(patients.filter(({ patient }) => !excluded.has(patient)), lifelines.kept);
  },
});
