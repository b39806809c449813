import { assertEquals, assertNotEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { InputError } from "@ctsurv/base/mod.ts";
import { readTable2, table2, type Table2Result, table2Row, writeTable2 } from "@ctsurv/report/mod.ts";
import { concordanceTable, ctdWithinFolds, horizonScores } from "@ctsurv/survival/mod.ts";
import { inFolder } from "../../support/in_folder.ts";
import { sampleResult } from "../samples.ts";

const result: Table2Result = {
  kind: "table2",
  source: { name: "one", hash: "a", patients: 96, events: 59 },
  target: { name: "other", hash: "b", patients: 32, events: 18, bestReachableCtd: 0.93 },
  profile: "workshop",
  rows: [
    { start: "new", pooled: 0.6, interval: [0.5, 0.7], mean: 0.81, stdSample: 0.17 },
    { start: "source", pooled: 0.72, interval: [0.61, 0.83], mean: 0.88, stdSample: null },
    { start: "source, as it is", pooled: null, interval: [null, null], mean: null, stdSample: null },
  ],
  difference: { difference: 0.12, low: 0.01, high: 0.23, level: 0.95, p: 0.04, replicates: 2000 },
};

Deno.test("table2() keeps the paper's numbers in a column of their own, and shows none that was not computed", () => {
  const { markdown } = table2(result);
  assertStringIncludes(markdown, "Computed on other (32 patients, 18 deaths) after one (96, 59), profile workshop");
  const cells = markdown.split("\n").filter((line) => line.startsWith("| trained")).map((line) =>
    line.split("|").slice(2, -1).map((cell) => cell.trim())
  );
  assertEquals(cells, [
    ["–", "0.600 [0.500, 0.700]", "0.810 ± 0.170", "–", "0.503"],
    ["–", "0.720 [0.610, 0.830]", "0.880 ± –", "–", "0.579"],
    ["–", "–", "–", "–", "–"],
  ]);
});

Deno.test("table2Row() takes Ctd within folds and the AUC, and table2() shows them before and after the pooled", () =>
  inFolder(async (dir) => {
    const cohort = {
      times: [0, 24],
      survival: [[1, .2], [1, .9], [1, .5], [1, .6]],
      months: [5, 24, 9, 24],
      event: [1, 0, 1, 0],
    };
    const row = table2Row("new", {
      pooled: concordanceTable(cohort),
      interval: null,
      ctdWithinFolds: ctdWithinFolds(cohort, [1, 1, 2, 2], { replicates: 0 }),
      atHorizon: horizonScores(cohort, [1, 1, 2, 2], { replicates: 0 }),
    });
    const path = join(dir, "table2.json");
    await writeTable2(path, { ...result, rows: [row], differenceWithinFolds: null });
    const read = await readTable2(path);
    assertEquals(read.rows, [row]);
    assertEquals(
      table2(read).csv.split("\r\n")[1],
      'trained on the target alone,"1.000 [–, –]","1.000 [–, –]",,"1.000 [–, –]",0.503',
    );
  }));

Deno.test("table2Row() pools in the reading that its interval is of, and table2() names it where it is not the usual one", () => {
  // Two died in one month at curves that tie: the authors' reading counts such pairs otherwise.
  const predictions = {
    times: [0, 24],
    survival: [[1, .5], [1, .5], [1, .2], [1, .9]],
    months: [3, 8, 12, 24],
    event: [1, 1, 1, 0],
  };
  const pooled = concordanceTable(predictions);
  const row = table2Row("new", { pooled, interval: null }, { variant: "authors" });
  assertEquals(row.pooled, pooled.pre.authors!.value);
  assertNotEquals(row.pooled, pooled.pre.risk.value);
  assertEquals(table2Row("new", { pooled, interval: null }).pooled, pooled.pre.risk.value);
  const provenance = sampleResult().models[0]!.provenance!;
  const protocol = { name: "ascent", choices: { ctd: "authors" } };
  const of = (choices: { ctd: string }) =>
    table2({ ...result, provenance: { ...provenance, protocol: { ...protocol, choices } } }).text;
  assertStringIncludes(of({ ctd: "authors" }), "pooled and mean Ctd in the reading authors");
  assertEquals(of({ ctd: "risk" }).includes("reading"), false);
});

Deno.test("readTable2() reads what writeTable2() wrote, and refuses anything else by its file", () =>
  inFolder(async (dir) => {
    const path = join(dir, "table2.json");
    await writeTable2(path, result);
    assertEquals(await readTable2(path), result);
    await Deno.writeTextFile(path, JSON.stringify({ ...result, rows: [{ ...result.rows[0], pooled: 1.2 }] }));
    await assertRejects(() => readTable2(path), InputError, "does not hold the results of a Table 2");
    await assertRejects(() => readTable2(join(dir, "none.json")), InputError, "Cannot read the results");
  }));
