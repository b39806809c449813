import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { createRandom } from "@ctsurv/base/mod.ts";
import { pairCounter, type PairWeights } from "@ctsurv/survival/concordance/_count_pairs.ts";
import type { CtdLookup, CtdVariant, SurvivalPredictions } from "@ctsurv/survival/mod.ts";
import { randomCohort } from "../random_cohort.ts";
import { pairScores } from "./pair_scores.ts";

const all = (["pre", "post"] as const satisfies CtdLookup[]).flatMap((lookup) =>
  (["risk", "antolini", "adj_antolini", "lab", "authors"] as const satisfies CtdVariant[]).map((variant) => ({
    lookup,
    variant,
  }))
);

/** w'Mw and w'Cw over the whole matrices. */
function everyPair(cohort: SurvivalPredictions, options: (typeof all)[number], { patient, anchor }: PairWeights) {
  let concordant = 0, comparable = 0;
  [...pairScores(cohort, options)].forEach((scores, i) => {
    const own = (patient?.[i] ?? 1) * (anchor?.[i] ?? 1);
    for (let j = 0; j < scores.comparable.length; j++) {
      const weight = own * (patient?.[j] ?? 1);
      concordant += weight * scores.doubled[j]! / 2;
      comparable += weight * scores.comparable[j]!;
    }
  });
  return { concordant, comparable };
}

Deno.test("pairCounter() with whole weights is exactly what every pair adds up to", () => {
  for (let seed = 0; seed < 200; seed++) {
    const cohort = randomCohort(seed);
    const random = createRandom(seed, "weights");
    const patient = Uint32Array.from(cohort.months, () => random.integer(0, 3));
    for (const options of all) {
      assertEquals(
        pairCounter(cohort, options)({ patient }),
        everyPair(cohort, options, { patient }),
        `cohort ${seed}`,
      );
    }
  }
});

Deno.test("pairCounter() weighs anchors, as inverse probabilities of censoring do", () => {
  for (let seed = 0; seed < 100; seed++) {
    const cohort = randomCohort(seed);
    const random = createRandom(seed, "weights");
    const anchor = Float64Array.from(cohort.months, () => random.between(0, 5));
    const [counted, added] = [pairCounter(cohort)({ anchor }), everyPair(cohort, all[0]!, { anchor })];
    assertAlmostEquals(counted.concordant, added.concordant, 1e-9);
    assertAlmostEquals(counted.comparable, added.comparable, 1e-9);
  }
});

Deno.test("pairCounter() counts 1500 patients over 24 months as comparing 2 million pairs does", () => {
  const random = createRandom(3, "many");
  const months = Array.from({ length: 1500 }, () => random.integer(0, 400) / 16);
  const cohort = {
    times: Array.from({ length: 24 }, (_, k) => k + 1),
    months,
    event: months.map(() => Number(random.uniform() < .7)),
    survival: months.map(() => {
      const rate = random.integer(1, 300) / 3000;
      return Array.from({ length: 24 }, (_, k) => Math.exp(-rate * (k + 1)));
    }),
  };
  for (const options of all) {
    const counted = pairCounter(cohort, options)();
    assertEquals(counted, everyPair(cohort, options, {}));
    assert(counted.comparable > 500_000);
  }
});

Deno.test("pairCounter() may be asked again, and patients of weight 0 are not there", () => {
  const cohort = randomCohort(7);
  const count = pairCounter(cohort);
  const whole = count();
  const half = count({ patient: cohort.months.map((_, i) => i % 2) });
  const odd = <T>(values: readonly T[]) => values.filter((_, i) => i % 2 === 1);
  const { times, months, event, survival } = cohort;
  assertEquals(half, pairCounter({ times, months: odd(months), event: odd(event), survival: odd(survival) })());
  assertEquals(count(), whole);
});
