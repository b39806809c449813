import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { InputError } from "@ctsurv/base/mod.ts";
import { multiverseFigure, multiverseTable, readMultiverse, writeMultiverse } from "@ctsurv/report/mod.ts";
import { inFolder } from "../../support/in_folder.ts";
import { multiverse } from "../samples.ts";

Deno.test("writeMultiverse() writes what readMultiverse() reads, and refuses what is no result", () =>
  inFolder(async (dir) => {
    const path = join(dir, "multiverse.json");
    await writeMultiverse(path, multiverse);
    assertEquals(await readMultiverse(path), multiverse);
    await assertRejects(() =>
      writeMultiverse(path, { ...multiverse, headline: { ...multiverse.headline, mean: Number.NaN } })
    );
    await Deno.writeTextFile(path, JSON.stringify({ ...multiverse, kind: "table1" }));
    await assertRejects(() => readMultiverse(path), InputError, "does not hold the results of a multiverse");
  }));

Deno.test("multiverseTable(): the headline first, signed differences, and why something is missing", () => {
  const { markdown, csv } = multiverseTable(multiverse);
  const [, first, second, , , months] = csv.split(/\r\n/);
  assertEquals(first, 'headline,,80,"0.620 [0.550, 0.690]",,,');
  assertEquals(second, 'initialisation: xavier,looks-linear,80,"0.540 [0.500, 0.700]","-0.080 [-0.130, -0.030]",0.2,');
  assertEquals(months, "months: authors,30.4375,80,,,,");
  assertStringIncludes(csv, "+0.020");
  assertStringIncludes(markdown, "not computed: lungs=r231 (no weights)");
});

Deno.test("multiverseFigure(): a line for each choice with an effect, the largest gain first, and no markup from names", () => {
  const { svg, description } = multiverseFigure(multiverse);
  assertEquals(description, "attention: linear (gated): 0.020; initialisation: xavier (looks-linear): -0.080");
  assert(!svg.includes("readout") && !svg.includes("months"));
});
