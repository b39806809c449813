import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import oracle from "../../fixtures/concordance.json" with { type: "json" };
import { createRandom, InputError } from "@ctsurv/base/mod.ts";
import {
  concordance,
  concordanceByDefinition,
  concordanceTable,
  type CtdLookup,
  type CtdVariant,
  type SurvivalPredictions,
} from "@ctsurv/survival/mod.ts";
import { lcg } from "../lcg.ts";
import { randomCohort } from "../random_cohort.ts";
import { pairScores } from "./pair_scores.ts";

const variants: readonly CtdVariant[] = ["antolini", "adj_antolini", "risk", "lab"];
const lookups: readonly CtdLookup[] = ["pre", "post"];
const all = lookups.flatMap((lookup) => [...variants, "authors" as const].map((variant) => ({ lookup, variant })));

/** survival.md 2.5; `expected` is [concordant, comparable] in the order of `variants`, or one pair for all. */
interface Example extends SurvivalPredictions {
  readonly name: string;
  readonly lookup?: CtdLookup;
  readonly expected: readonly (readonly [number, number])[];
}

const four = { times: [1, 2, 3, 4], months: [1, 2, 3, 4], event: [1, 1, 1, 1] };
const risingRisk = [[.4, .3, .2, .1], [.6, .4, .3, .2], [.8, .6, .4, .3], [.9, .8, .6, .4]];
const late = { times: [1, 2], months: [.5, 1.5, 9], event: [1, 1, 0], survival: [[.5, .45], [.6, .4], [.55, .42]] };
const three = { times: [1, 2], survival: [[.5, .4], [.9, .8], [.7, .3]] };
const tied = { times: [1, 2], months: [1, 1, 2] };
const examples: readonly Example[] = [
  { name: "V1, perfect order", ...four, survival: risingRisk, expected: [[6, 6]] },
  { name: "V2, reversed", ...four, survival: risingRisk.toReversed(), expected: [[0, 6]] },
  {
    name: "V3, one curve for all",
    ...four,
    survival: Array(4).fill([.9, .7, .5, .3]),
    expected: [[0, 6], [3, 6], [3, 6], [0, 6]],
  },
  {
    name: "V4, crossing curves",
    times: [1, 2, 3, 4],
    months: [1, 2, 2.5, 3, 4],
    event: [1, 1, 0, 1, 0],
    survival: [[.7, .6, .5, .4], [.8, .5, .3, .2], [.6, .55, .45, .35], [.95, .58, .52, .1], [.75, .65, .2, .15]],
    expected: [[6, 8]],
  },
  { name: "V5a", ...tied, event: [1, 0, 1], survival: three.survival, expected: [[2, 2], [3, 3], [2, 2], [1, 1]] },
  {
    name: "V5b",
    ...tied,
    event: [1, 0, 1],
    survival: [[.9, .8], [.5, .4], [.7, .3]],
    expected: [[0, 2], [0, 3], [0, 2], [0, 1]],
  },
  {
    name: "V6a, equal curves of deaths at one time",
    ...tied,
    event: [1, 1, 0],
    survival: [[.5, .4], [.5, .4], [.7, .6]],
    expected: [[2, 2], [4, 4], [2, 2], [2, 2]],
  },
  {
    name: "V6b, different curves",
    ...tied,
    event: [1, 1, 0],
    survival: [[.5, .4], [.6, .4], [.7, .6]],
    expected: [[2, 2], [3, 4], [2, 2], [2, 2]],
  },
  { name: "V8, before and after the grid, post", ...late, lookup: "post", expected: [[2, 3]] },
  { name: "V8, before and after the grid, pre", ...late, lookup: "pre", expected: [[3, 3]] },
  { name: "V9a, one patient", times: [1, 2], survival: [[.5, .4]], months: [1], event: [1], expected: [[0, 0]] },
  { name: "V9b, no deaths", ...three, months: [1, 2, 3], event: [0, 0, 0], expected: [[0, 0]] },
  { name: "V9c, the last one dies", ...three, months: [1, 2, 3], event: [0, 0, 1], expected: [[0, 0]] },
  {
    name: "V9d, all die at once",
    ...three,
    months: [2, 2, 2],
    event: [1, 1, 1],
    expected: [[0, 0], [3, 6], [0, 0], [0, 0]],
  },
  { name: "V9e", ...three, months: [1, 2, 3], event: [1, 0, 0], expected: [[2, 2]] },
];

for (const { name, lookup = "post", expected, ...predictions } of examples) {
  Deno.test(`concordance() of the worked example ${name}`, () => {
    variants.forEach((variant, i) => {
      const [concordant, comparable] = expected[i] ?? expected[0]!;
      const value = comparable === 0 ? null : concordant / comparable;
      assertEquals(concordance(predictions, { variant, lookup }), { value, concordant, comparable }, variant);
    });
  });
}

/** The cohorts of tests/oracles/concordance.py: few distinct times and survivals, hence many ties. */
function cohort(seed: number): SurvivalPredictions {
  const below = lcg(seed);
  const patients = 1 + below(14), columns = 1 + below(5);
  let t = below(3);
  const times = Array.from({ length: columns }, () => (t += 1 + below(3)) / 2);
  const deaths = below(5);
  const months: number[] = [], event: number[] = [], survival: number[][] = [];
  for (let i = 0; i < patients; i++) {
    months.push(below(2 * t + 3) / 4);
    event.push(Number(below(4) < deaths));
    survival.push(Array.from({ length: columns }, () => below(9) / 8).sort((a, b) => b - a));
  }
  return { times, months, event, survival };
}

Deno.test("concordance() agrees with pycox, and with plain loops where pycox has no such variant", () => {
  let defined = 0;
  oracle.forEach((row, seed) => {
    const table = concordanceTable(cohort(seed));
    const [antoliniPre, antoliniPost, adjustedPre, adjustedPost, loopsPre, loopsPost] = row;
    const ours = [table.pre.antolini, table.post.antolini, table.pre.adj_antolini, table.post.adj_antolini];
    [antoliniPre, antoliniPost, adjustedPre, adjustedPost].forEach((theirs, i) => {
      const { value } = ours[i]!;
      if (typeof theirs === "number") {
        assert(value !== null);
        assertAlmostEquals(value, theirs, 1e-11, `cohort ${seed}`);
        defined++;
      } else assertEquals(value, null, `cohort ${seed}`);
    });
    for (const [{ risk, lab }, loops] of [[table.pre, loopsPre], [table.post, loopsPost]] as const) {
      assertEquals([2 * risk.concordant, risk.comparable, lab.concordant, lab.comparable], loops as number[]);
    }
  });
  assert(oracle.length === 400 && defined > 1000);
});

Deno.test("concordance() is exactly its definition, whatever the ties and censorings", () => {
  let tied = 0, censoredWithDeath = 0, beyondGrid = 0;
  for (let seed = 0; seed < 300; seed++) {
    for (const predictions of [cohort(seed), continuous(1 + seed % 50, seed), randomCohort(seed)]) {
      const defined = concordanceByDefinition(predictions);
      assertEquals(concordance(predictions), defined, `cohort ${seed}`);
      assertEquals(concordanceTable(predictions).pre.risk, defined, `cohort ${seed}`);
      const { times, months, event } = predictions;
      if (defined.concordant % 1 !== 0) tied++;
      const deaths = new Set(Array.from(months).filter((_, i) => event[i] === 1));
      if (Array.from(months).some((t, i) => event[i] === 0 && deaths.has(t))) censoredWithDeath++;
      if (Array.from(deaths).some((t) => t > times[times.length - 1]!)) beyondGrid++;
    }
  }
  assert(Math.min(tied, censoredWithDeath, beyondGrid) > 100, `${[tied, censoredWithDeath, beyondGrid]}`);
});

Deno.test("concordance() in every reading counts exactly what comparing every pair adds up to", () => {
  for (let seed = 0; seed < 300; seed++) {
    const predictions = seed % 2 === 0 ? cohort(seed) : continuous(1 + seed % 50, seed);
    for (const options of all) {
      let doubled = 0, comparable = 0;
      for (const anchor of pairScores(predictions, options)) {
        anchor.comparable.forEach((one) => comparable += one);
        anchor.doubled.forEach((score) => doubled += score);
      }
      const counted = concordance(predictions, options);
      assertEquals([counted.concordant, counted.comparable], [doubled / 2, comparable], `cohort ${seed}`);
    }
  }
});

Deno.test("concordanceTable() holds every variant under both lookups", () => {
  const predictions = cohort(4);
  const table = concordanceTable(predictions);
  for (const { lookup, variant } of all) {
    assertEquals(table[lookup][variant], concordance(predictions, { lookup, variant }));
  }
});

/** `patients` continuous follow-ups with survival that carries some signal. */
function continuous(patients: number, seed: number): SurvivalPredictions {
  const random = createRandom(seed, "continuous");
  const risk = Array.from({ length: patients }, () => random.normal());
  const months = risk.map((r) => Math.min(24, -20 * Math.exp(-r / 2) * Math.log(1 - random.uniform())));
  return {
    times: [6, 12, 18, 24],
    months,
    event: months.map((m) => Number(m < 24 && random.uniform() < 0.8)),
    survival: risk.map((r) => {
      const slope = Math.exp(r / 2 + random.normal() / 2) / 24;
      return [6, 12, 18, 24].map((t) => Math.exp(-slope * t));
    }),
  };
}

Deno.test("concordance() does not depend on the order of the patients", () => {
  const predictions = continuous(60, 1);
  const order = createRandom(2).shuffle(Array.from({ length: 60 }, (_, i) => i));
  const shuffled = {
    times: predictions.times,
    months: order.map((i) => predictions.months[i]!),
    event: order.map((i) => predictions.event[i]!),
    survival: order.map((i) => predictions.survival[i]!),
  };
  assertEquals(concordanceTable(shuffled), concordanceTable(predictions));
});

Deno.test("concordance() of the opposite predictions is one minus, where nothing is tied", () => {
  const predictions = continuous(60, 3);
  const survival = predictions.survival.map((row) => Array.from(row, (s) => 1 - s));
  for (const options of all.filter(({ variant }) => variant !== "authors")) {
    const { value } = concordance(predictions, options);
    const opposite = concordance({ ...predictions, survival }, options);
    assert(value !== null && value > 0.55);
    assertAlmostEquals(opposite.value!, 1 - value, 1e-12);
  }
});

Deno.test("concordance() of a perfect and of a constant model: 1 and chance", () => {
  const { times, months, event } = continuous(60, 4);
  const ranked = Array.from(months, (m) => [m / 100]);
  const perfect = { times: [12], months, event, survival: ranked };
  assertEquals(concordance(perfect).value, 1);
  const constant = { times, months, event, survival: Array(60).fill([.9, .7, .5, .3]) };
  assertEquals(concordance(constant).value, .5);
  assertEquals(concordance(constant, { variant: "antolini" }).value, 0);
});

Deno.test("concordance() ties survivals within 1e-8 for risk only", () => {
  const predictions = { times: [1], months: [1, 2], event: [1, 0], survival: [[.5], [.5 + 5e-9]] };
  const value = (variant: CtdVariant) => concordance(predictions, { variant }).value;
  assertEquals([value("risk"), value("antolini"), value("adj_antolini"), value("lab")], [.5, 1, 1, 1]);
});

Deno.test("concordance() under lab compares across the intervals of the grid only", () => {
  const predictions = { times: [6, 12], months: [2, 6, 7, 13], event: [1, 1, 1, 0], survival: Array(4).fill([.9, .5]) };
  for (const lookup of lookups) assertEquals(concordance(predictions, { variant: "lab", lookup }).comparable, 5);
});

Deno.test("concordance() refuses predictions that are not whole", () => {
  const good = { times: [1, 2], months: [1, 2], event: [1, 0], survival: [[.5, .4], [.6, .5]] };
  const refused = (change: Partial<SurvivalPredictions>, message: string) =>
    assertThrows(() => concordance({ ...good, ...change }), InputError, message);
  assertEquals(concordance(good).value, 1);
  refused({ months: [1] }, "2 curves, 1 months, 2 events");
  refused({ times: [], survival: [[], []] }, "at least one is needed");
  refused({ times: [2, 1] }, "must increase; got 2, 1");
  refused({ times: [1, 1] }, "must increase");
  refused({ survival: [[.5, .4], [.6]] }, "Patient 2 of 2: 1 survival probabilities for 2 times");
  refused({ survival: [[.5, NaN], [.6, .5]] }, "Patient 1 of 2: a survival probability is not finite");
  refused({ months: [1, NaN] }, "Patient 2 of 2: NaN is not a number of months");
  refused({ event: [2, 0] }, "Patient 1 of 2: the event is 2, not 0 or 1");
});
