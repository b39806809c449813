import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { createRandom } from "@ctsurv/base/mod.ts";

const draws = 40_000;
const many = (draw: () => number) => Array.from({ length: draws }, draw);

function meanAndDeviation(values: readonly number[]): [number, number] {
  const mean = values.reduce((a, b) => a + b) / values.length;
  return [mean, Math.sqrt(values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / values.length)];
}

/** Pearson's chi-square of counts that should be equal. */
function chiSquare(counts: readonly number[]): number {
  const expected = counts.reduce((a, b) => a + b) / counts.length;
  return counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
}

Deno.test("createRandom(): uniform() is in [0, 1) and uniform", () => {
  const { uniform } = createRandom(1, "uniform");
  const values = many(uniform);
  assert(values.every((x) => x >= 0 && x < 1));
  const counts = Array<number>(100).fill(0);
  values.forEach((x) => counts[Math.floor(100 * x)]!++);
  // 99 degrees of freedom: mean 99, standard deviation 14.
  assert(chiSquare(counts) < 160, `${chiSquare(counts)}`);
  // As are pairs of neighbours, of which a poor generator makes stripes.
  const squares = Array<number>(100).fill(0);
  for (let i = 1; i < draws; i += 2) squares[10 * Math.floor(10 * values[i - 1]!) + Math.floor(10 * values[i]!)]!++;
  assert(chiSquare(squares) < 160, `${chiSquare(squares)}`);
});

Deno.test("createRandom(): normal() has mean 0, deviation 1 and a normal's tails", () => {
  const { normal } = createRandom(1, "normal");
  const values = many(normal);
  const [mean, deviation] = meanAndDeviation(values);
  assertAlmostEquals(mean, 0, 0.02);
  assertAlmostEquals(deviation, 1, 0.015);
  const beyond = (z: number) => values.filter((x) => Math.abs(x) > z).length / draws;
  assertAlmostEquals(beyond(1), 0.3173, 0.01);
  assertAlmostEquals(beyond(2), 0.0455, 0.005);
  assertAlmostEquals(beyond(3), 0.0027, 0.0012);
  // The two halves of a pair are independent.
  const products = Array.from({ length: draws / 2 }, (_, i) => values[2 * i]! * values[2 * i + 1]!);
  assertAlmostEquals(meanAndDeviation(products)[0], 0, 0.03);
});

Deno.test("createRandom(): integer() takes both ends, and all between equally often", () => {
  const { integer } = createRandom(1, "integer");
  const counts = new Map<number, number>();
  many(() => integer(-2, 4)).forEach((x) => counts.set(x, (counts.get(x) ?? 0) + 1));
  assertEquals([...counts.keys()].sort((a, b) => a - b), [-2, -1, 0, 1, 2, 3, 4]);
  // 6 degrees of freedom.
  assert(chiSquare([...counts.values()]) < 25);
  assertEquals(integer(5, 5), 5);
});

Deno.test("createRandom(): between() is uniform from low to high", () => {
  const { between } = createRandom(1, "between");
  const values = many(() => between(-3, 5));
  assert(values.every((x) => x >= -3 && x < 5));
  const [mean, deviation] = meanAndDeviation(values);
  assertAlmostEquals(mean, 1, 0.05);
  assertAlmostEquals(deviation, 8 / Math.sqrt(12), 0.03);
});

Deno.test("createRandom(): shuffle() permutes in place, each order equally often", () => {
  const { shuffle } = createRandom(1, "shuffle");
  const counts = new Map<string, number>();
  for (let i = 0; i < 6000; i++) {
    const values = ["a", "b", "c"];
    assertEquals(shuffle(values), values);
    counts.set(values.join(""), (counts.get(values.join("")) ?? 0) + 1);
  }
  assertEquals([...counts.keys()].sort(), ["abc", "acb", "bac", "bca", "cab", "cba"]);
  // 5 degrees of freedom.
  assert(chiSquare([...counts.values()]) < 22);
  const typed = shuffle(Int32Array.from({ length: 50 }, (_, i) => i));
  assertEquals([...typed].sort((a, b) => a - b), Array.from({ length: 50 }, (_, i) => i));
  assertEquals([shuffle([]), shuffle([7])], [[], [7]]);
});

Deno.test("createRandom(): streams of other names or seeds tell nothing of each other", () => {
  const streams = [[42], [43], [42, "a"], [42, "b"], [42, "a", 1], [42, "a", 2], [42, "a/1/"]] as const;
  const drawn = streams.map(([seed, ...names]) => many(createRandom(seed, ...names).normal));
  for (let a = 0; a < drawn.length; a++) {
    for (let b = 0; b < a; b++) {
      const products = drawn[a]!.map((x, i) => x * drawn[b]![i]!);
      // Deviation of a correlation: 0.005.
      assertAlmostEquals(meanAndDeviation(products)[0], 0, 0.025, `${streams[a]} and ${streams[b]}`);
    }
  }
});

Deno.test("createRandom(): a stream is the same again, whatever others are drawn", () => {
  const alone = createRandom(42, "a");
  const expected = Array.from({ length: 5 }, alone.uniform);
  const [again, other] = [createRandom(42, "a"), createRandom(42, "b")];
  const interleaved = expected.map(() => {
    other.normal();
    return again.uniform();
  });
  assertEquals(interleaved, expected);
});

Deno.test("createRandom(): first values, which phantoms and seeded weights hang on", () => {
  const random = createRandom(42, "phantom", 7);
  const values = [random.uniform(), random.normal(), random.normal(), random.integer(0, 999), random.between(6, 40)];
  assertEquals(values, [0.07456362322371479, 0.44664677406170344, -0.8499457409938299, 308, 22.377227138713607]);
});
