import { assert, assertEquals, assertThrows } from "@std/assert";
import { InputError } from "@ctsurv/base/mod.ts";
import { evaluatePredictions, type SurvivalPredictions } from "@ctsurv/survival/mod.ts";
import { randomCohort } from "../random_cohort.ts";

const curve = [.9, .5];
const degenerate: Readonly<Record<string, Omit<SurvivalPredictions, "times">>> = {
  "nobody": { months: [], event: [], survival: [] },
  "one death": { months: [3], event: [1], survival: [curve] },
  "one censored patient": { months: [3], event: [0], survival: [curve] },
  "all censored": { months: [3, 4, 5], event: [0, 0, 0], survival: Array(3).fill(curve) },
  "all dead at once": { months: [3, 3, 3], event: [1, 1, 1], survival: Array(3).fill(curve) },
  "all at time 0": { months: [0, 0], event: [1, 0], survival: [curve, curve] },
  "all beyond the curves": { months: [90, 80], event: [1, 0], survival: [curve, [.8, .4]] },
  "certain of everything": { months: [3, 90], event: [1, 0], survival: [[0, 0], [1, 1]] },
};

for (const [name, cohort] of Object.entries(degenerate)) {
  Deno.test(`evaluatePredictions() of ${name} has values or says that there are none`, () => {
    const evaluation = evaluatePredictions({ times: [6, 12], ...cohort });
    const { value, comparable } = evaluation.ctd.pre.risk;
    assertEquals(value === null, comparable === 0);
    const all = [
      value,
      evaluation.uno.value,
      evaluation.auc.mean,
      ...evaluation.auc.auc,
      ...evaluation.brier.ipcw.values,
      ...evaluation.brier.administrative.values,
    ];
    for (const score of all) assert(score === null || (score >= 0 && score <= 1), `${all}`);
  });
}

Deno.test("evaluatePredictions() keeps concordances and AUC within 0 and 1 on random cohorts", () => {
  for (let seed = 0; seed < 40; seed++) {
    const { ctd, uno, auc, interval } = evaluatePredictions(randomCohort(seed));
    for (
      const score of [ctd.pre.risk.value, ctd.post.adj_antolini.value, uno.value, ...auc.auc, interval?.low ?? null]
    ) {
      assert(score === null || (score >= 0 && score <= 1));
    }
  }
});

Deno.test("evaluatePredictions() refuses a horizon outside of the curves", () => {
  const cohort = { times: [6, 12], ...degenerate["one death"]! };
  for (const horizon of [0, 13, NaN]) {
    assertThrows(() => evaluatePredictions(cohort, { horizon }), InputError, `not ${horizon}`);
  }
});
