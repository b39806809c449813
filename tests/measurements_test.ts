import { assertAlmostEquals, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { fileURLToPath } from "node:url";
import { InputError } from "@ctsurv/base/mod.ts";
import { growthOf, type GrowthRecord, SIZES } from "../bench/growth/steps.ts";
import { growthTable } from "../bench/growth/table.ts";
import { type Attempt, sumAttempts } from "../bench/protocol/attempts.ts";
import { type Comparison, comparisonTable, wholeProtocol } from "../bench/protocol/pytorch/comparison.ts";
import { readRecords } from "../bench/protocol/records.ts";
import { chosenStages, OUTPUT, stageNames, toWhole } from "../bench/protocol/stages.ts";
import { putBetween, stagesTable } from "../bench/protocol/table.ts";

const root = fileURLToPath(new URL("../", import.meta.url));
const read = (path: string) => Deno.readTextFile(root + path);
const records = await readRecords(root + OUTPUT);

/** What is in the page, if it is what the records make of it. */
async function agrees(page: string, name: string, table: string): Promise<void> {
  const text = await read(page);
  assertEquals(putBetween(text, name, table), text, `${page} is older than its records: run the bench with --table`);
}

Deno.test("docs/LUNG1.md has the stages of outputs/protocol", async () => {
  const table = stagesTable(records);
  await agrees("docs/LUNG1.md", "protocol", table);
  for (const record of records) {
    const row = table.split("\n").find((line) => line.startsWith(`| ${record.stage} `))!;
    // What was not run on all patients and folds never stands there as if it had been.
    assertEquals(row.includes("measured") && !row.includes("extrapolated"), toWhole(record) === 1, row);
    assertEquals(record.cpuSeconds > 0 && record.peakMegabytes > 0 && record.attempts >= 1, true, record.stage);
  }
});

Deno.test("docs/LUNG1.md has the comparison with PyTorch of outputs/protocol", async () => {
  await agrees("docs/LUNG1.md", "pytorch", comparisonTable(JSON.parse(await read(`${OUTPUT}/pytorch.json`))));
});

Deno.test("docs/COHORTS.md has the growth of outputs/growth, and no step grows with the square of the cohort", async () => {
  const record: GrowthRecord = JSON.parse(await read("outputs/growth/growth.json"));
  await agrees("docs/COHORTS.md", "growth", growthTable(record));
  for (const [step, taken] of Object.entries(record.steps)) {
    const { time, memory } = growthOf(taken);
    assertEquals([(time ?? 0) < 1.3, (memory ?? 0) < 1.3], [true, true], step);
  }
});

Deno.test("stages are chosen by name and by kind, in the order in which they need each other", () => {
  assertEquals(chosenStages("folds-alexnet, slices"), ["slices", "folds-alexnet"]);
  assertEquals(chosenStages("features").length, 6);
  assertEquals(chosenStages(undefined), stageNames);
  assertThrows(() => chosenStages("feature"), InputError, 'there is no stage "feature"');
});

Deno.test("a stage that was killed counts with all its attempts; few patients and folds are extrapolated", () => {
  const attempt = (began: number, cpuSeconds: number, peakMegabytes: number): Attempt => ({
    ...{ began, cpuSeconds, peakMegabytes, wallSeconds: 2 * cpuSeconds, bytesBefore: began },
    load: { start: began, end: began + .5 },
  });
  assertEquals(sumAttempts([attempt(1, 10, 300), attempt(2, 5, 200)]), {
    ...{ cpuSeconds: 15, peakMegabytes: 300, wallSeconds: 30, bytesBefore: 1 },
    load: { start: 1, end: 2.5 },
  });
  assertEquals(toWhole({ patients: 415, folds: 10 }), 1);
  assertEquals(toWhole({ patients: 83, folds: null }), 5);
  assertEquals(toWhole({ patients: 83, folds: 2 }), 25);
});

Deno.test("growth has an exponent where there is enough to tell", () => {
  const [smaller, larger] = SIZES.slice(-2) as [number, number];
  const taken = (cpuSeconds: number, megabytes: number) => ({ cpuSeconds, megabytes, wallSeconds: 1 });
  const { time, memory } = growthOf({ [smaller]: taken(1, 5), [larger]: taken(100, 500) });
  assertAlmostEquals(time!, 2);
  assertEquals(memory, null);
});

Deno.test("the whole protocol is every patient, fold and epoch of what was compared", () => {
  const usage = (cpuSeconds: number) => ({ cpuSeconds, wallSeconds: cpuSeconds, peakMegabytes: 1 });
  const stage = (stage: string, ours: number, theirs: number) => ({
    stage,
    slices: null,
    ours: usage(ours),
    pytorch: usage(theirs),
  });
  const comparison = {
    patients: 41.5,
    folds: 5,
    epochs: 100,
    stages: [stage("slices", 2, 4), stage("features-alexnet", 1, 2), stage("folds-alexnet", 3, 6)],
    uncached: [{ backbone: "alexnet", patients: 4, ...usage(.4) }],
  } as unknown as Comparison;
  const { ours, cached, uncached } = wholeProtocol(comparison);
  assertAlmostEquals(ours, 10 * (2 + 1) + 20 * 3);
  assertAlmostEquals(cached, 2 * ours);
  // A tenth of a second for each of nine tenths of the patients, in 10 folds of 100 epochs; and the slices.
  assertAlmostEquals(uncached, .1 * 415 * 9 * 100 + 10 * 4);
  assertStringIncludes(comparisonTable(comparison), "| 2.0 × ");
});

Deno.test("a page without a place for a table is refused", () => {
  assertThrows(() => putBetween("nothing", "growth", "table"), InputError, "<!-- growth: begin -->");
});
