import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { InputError } from "@ctsurv/base/mod.ts";
import {
  type ExplanationResult,
  explanationTable,
  readAggregation,
  readExplanation,
  saysPointing,
  saysSanity,
  saysSliceOrder,
  writeExplanation,
} from "@ctsurv/report/mod.ts";
import { inFolder } from "../../support/in_folder.ts";

const committed = new URL("../../../outputs/phantom-lung1-smoke/aggregation.json", import.meta.url).pathname;
const { cohort, provenance } = await readAggregation(committed);

const mean = (value: number, half: number) => ({ value, low: value - half, high: value + half, level: 0.95 });
const pointing = { patients: 80, slices: 110, hits: 0.4, chance: 0.1, excess: mean(0.3, 0.1) };
const similar = (value: number) => ({ patients: 96, correlation: mean(value, 0.1), absolute: mean(value / 2, 0.1) });
const effect = (value: number, half: number) => ({ attended: 1 + value, random: 1, difference: mean(value, half) });

const result: ExplanationResult = {
  kind: "explanation",
  cohort,
  profile: "workshop",
  protocol: "workshop",
  model: "efficientnet_b0",
  months: 24,
  tolerance: 15,
  pointing,
  control: { cohort: "null", pointing, difference: { patients: 80, difference: mean(0.02, 0.1) } },
  sanity: [
    { check: "seed", similarity: similar(0.7) },
    { check: "head", similarity: similar(0) },
    { check: "backbone", similarity: similar(0.65) },
    { check: "outcomes", similarity: null },
  ],
  order: { patients: 96, deletion: effect(0.5, 0.2), insertion: effect(-0.3, 0.1) },
  provenance,
};

Deno.test("readExplanation() reads what writeExplanation() wrote, and refuses other files and shares above 1", () =>
  inFolder(async (dir) => {
    const path = join(dir, "explanation.json");
    await writeExplanation(path, result);
    assertEquals(await readExplanation(path), result);
    await Deno.writeTextFile(path, JSON.stringify({ ...result, pointing: { ...pointing, hits: 1.5 } }));
    await assertRejects(
      () => readExplanation(path),
      InputError,
      "does not hold the results of a study of explanations",
    );
    await assertRejects(() => readExplanation(committed), InputError, "does not hold");
  }));

Deno.test("explanationTable() has a line for each number, with its interval and what is expected of it", () => {
  const { text } = explanationTable(result, "Maps");
  assertStringIncludes(text, "Hits, less those of the control");
  assertStringIncludes(text, "0.300 [0.200, 0.400]");
  assertEquals(text.split("\n").length, 3 + 3 + 4 + 2);
  const { control: _, ...alone } = result;
  assertEquals(explanationTable(alone, "Maps").text.includes("control"), false);
});

Deno.test("saysPointing() gives the tumour to survival only where the control points there less", () => {
  const beside = (value: number, half: number) => ({ patients: 80, difference: mean(value, half) });
  assertStringIncludes(saysPointing(pointing, beside(0.2, 0.1)), "is 20.0 points [10.0, 30.0]: survival taught it to.");
  assertStringIncludes(saysPointing(pointing, beside(0.02, 0.1)), "the two are not told apart");
  assertStringIncludes(saysPointing(pointing, beside(-0.2, 0.1)), "the control hits oftener.");
  assertStringIncludes(saysPointing(pointing), "There is no control");
  assertStringIncludes(saysPointing(pointing, null), "cannot be compared");
  assertStringIncludes(saysPointing({ ...pointing, excess: mean(-0.2, 0.1) }), "they point elsewhere");
  assertStringIncludes(saysPointing({ ...pointing, excess: mean(0.05, 0.1) }), "it is not shown that they point");
  for (const excess of [mean(-0.2, 0.1), mean(0.05, 0.1)]) {
    const said = saysPointing({ ...pointing, excess }, beside(0.2, 0.1));
    assertStringIncludes(said, "the maps hit oftener than the control's");
    assertEquals(said.includes("taught"), false);
  }
  assertStringIncludes(saysPointing(null), "not known");
});

Deno.test("saysSanity() passes a map that lies below that of another seed, and no other", () => {
  const [head, backbone, outcomes] = saysSanity(result.sanity) as [string, string, string];
  assertEquals(
    head,
    "With a head drawn at random the rank correlation of the maps is 0.00 [-0.10, 0.10], against 0.70 [0.60, 0.80] where " +
      "only the seed of the training is another: the map changes, as it must.",
  );
  assertStringIncludes(backbone, "it is not shown that the map changes");
  assertStringIncludes(outcomes, "cannot be compared");
});

Deno.test("saysSliceOrder() lets attention find the slices only where deletion and insertion both show it", () => {
  assertStringIncludes(saysSliceOrder(result.order), "Attention finds the slices that the risk rests on.");
  assertStringIncludes(
    saysSliceOrder({ ...result.order!, insertion: effect(-0.1, 0.2) }),
    "It is not shown that attention",
  );
  assertStringIncludes(saysSliceOrder(null), "every patient has one");
});
