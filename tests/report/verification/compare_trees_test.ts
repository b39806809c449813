import { assertEquals } from "@std/assert";
import { profileTolerances } from "@ctsurv/report/mod.ts";
import { compareTrees } from "@ctsurv/report/verification/_compare_trees.ts";
import { describeDifference } from "@ctsurv/report/verification/difference.ts";

const tolerances = profileTolerances("smoke");

/** What moved, without the file. */
function moved(reference: unknown, found: unknown): string[] {
  return compareTrees(reference, found, tolerances).differences.map((one) =>
    describeDifference({ file: "", ...one }).slice(2)
  );
}

Deno.test("compareTrees() judges each number of an ablation by what it is", () => {
  const result = (change: number) => ({
    comparisons: [{
      rival: "average_pooling",
      byPatient: { difference: 0.1 + change, low: 0, high: 0.2, level: 0.95, p: 0.3, replicates: 2000 },
      byFold: {
        difference: 0.1 + change,
        standardError: 0.05,
        statistic: 2 * (1 + 10 * change),
        degreesOfFreedom: 9,
        p: 0.2,
      },
    }],
    seeds: [{ seed: 0, pooled: 0.6 + change, folds: [{ fold: 1, ctd: 0.5 + change }] }],
    attended: [{ model: "self_attention", entropy: 0.9, onTumour: { patients: 9, attended: 0.4 + change } }],
  });
  assertEquals(moved(result(0), result(0.01)), []);
  assertEquals(moved(result(0), result(0.25)), [
    "comparisons average_pooling, byPatient difference: 0.100 -> 0.350 (tolerance 0.06)",
    "comparisons average_pooling, byFold difference: 0.100 -> 0.350 (tolerance 0.2)",
    "seeds seed 0, pooled Ctd: 0.600 -> 0.850 (tolerance 0.06)",
    "attended self_attention, onTumour attended: 0.400 -> 0.650 (tolerance 0.02)",
  ]);
});

Deno.test("compareTrees() tells models of one title apart", () => {
  const result = (first: number, second: number) => ({
    models: [{ model: "plain", name: "VGG16", pooled: first }, { model: "tuned", name: "VGG16", pooled: second }],
  });
  assertEquals(moved(result(0.6, 0.7), result(0.6, 0.7)), []);
  assertEquals(moved(result(0.6, 0.7), result(0.7, 0.7)), ["plain, pooled Ctd: 0.600 -> 0.700 (tolerance 0.06)"]);
});

Deno.test("compareTrees() compares what it does not know: whole numbers as they are, others as shares", () => {
  assertEquals(moved({ count: 7, length: 100.5 }, { count: 7, length: 104.5 }), []);
  assertEquals(moved({ count: 7, length: 100.5 }, { count: 8, length: 120.5 }), [
    "count: 7 -> 8",
    "length: 100.500 -> 120.500 (tolerance 0.05)",
  ]);
});

Deno.test("compareTrees() holds a number in place of none, another type and another length for differences", () => {
  assertEquals(moved({ pooled: null, p: 0.5 }, { pooled: 0.5, p: "0.5" }), [
    "pooled Ctd: null -> 0.5",
    'p: 0.5 -> "0.5"',
  ]);
  assertEquals(moved({ survival: [1, 0.9] }, { survival: [1] }), ["survival at month 1: missing"]);
  assertEquals(moved({ list: [1] }, { list: { a: 1 } }), ['list: "[1]" -> "{\\"a\\":1}"']);
});

Deno.test("compareTrees() takes texts apart into words, which stay, and numbers, which may move", () => {
  const text = (text: string) => ({ rows: [{ Model: "A", "Ctd, pooled": text }] });
  assertEquals(moved(text("0.62 [0.55, 0.69]"), text("0.65 [0.58, 0.72]")), []);
  assertEquals(moved(text("0.62 [0.55, 0.69]"), text("0.62 [0.55, 0.99]")).length, 1);
  assertEquals(moved(text("0.62 ± 0.55"), text("0.62 [0.55]")).length, 1);
  assertEquals(moved(text("0.01"), text("−0.01")), []);
  // Of columns that are not the training's affair, nothing may.
  const other = (paper: number, cost: string) => ({ rows: [{ Model: "A", "Paper (reported)": paper, GMAC: cost }] });
  assertEquals(moved(other(0.507, "0.70"), other(0.508, "0.71")).length, 2);
});
