import { assertEquals, assertRejects } from "@std/assert";
import { join } from "node:path";
import { InputError } from "@ctsurv/base/mod.ts";
import { readAggregation, writeAggregation } from "@ctsurv/report/mod.ts";
import { inFolder } from "../../support/in_folder.ts";

const committed = new URL("../../../outputs/phantom-lung1-smoke/aggregation.json", import.meta.url).pathname;

Deno.test("readAggregation() reads what notebook 3 wrote, and writeAggregation() writes the same", () =>
  inFolder(async (dir) => {
    const result = await readAggregation(committed);
    assertEquals(result.comparisons.map(({ rival }) => rival), ["self_attention", "average_pooling"]);
    const path = join(dir, "aggregation.json");
    await writeAggregation(path, result);
    assertEquals(await Deno.readTextFile(path), await Deno.readTextFile(committed));
  }));

Deno.test("readAggregation() has null where a test is undefined, and refuses what no comparison can be", () =>
  inFolder(async (dir) => {
    const { comparisons: [first], ...rest } = await readAggregation(committed);
    const path = join(dir, "aggregation.json");
    const same = { difference: 0, standardError: 0, statistic: NaN, degreesOfFreedom: 2, p: NaN };
    await writeAggregation(path, { ...rest, comparisons: [{ ...first!, byFold: same }] });
    const { comparisons: [undefinedTest] } = await readAggregation(path);
    assertEquals(undefinedTest!.byFold, { ...same, statistic: null, p: null });

    await Deno.writeTextFile(path, JSON.stringify({ ...rest, seeds: [{ seed: 1, pooled: 1.5, folds: [] }] }));
    await assertRejects(() => readAggregation(path), InputError, "does not hold the results of a comparison");
    await assertRejects(() => readAggregation(join(dir, "none.json")), InputError, "Cannot read the results");
  }));
