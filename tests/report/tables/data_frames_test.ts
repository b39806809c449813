import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { createRequire } from "node:module";
import { InputError } from "@ctsurv/base/mod.ts";
import type { ClinicalRecord } from "@ctsurv/cohort/table/mod.ts";
import { clinicalFrame, frameTable, jupyterDisplay, resultsFrame, toDataFrame } from "@ctsurv/report/mod.ts";
import { sampleResult } from "../samples.ts";

const isDanfoLoaded = () =>
  Object.keys(createRequire(import.meta.url).cache).some((path) => path.includes("danfojs-node"));
const wasLoaded = isDanfoLoaded();

/** How a notebook shows a frame. */
const shown = (frame: unknown) => (frame as { [jupyterDisplay](): Record<string, string> })[jupyterDisplay]();

/** danfo's type of values has no null, its frames have. */
const valuesOf = (frame: { readonly values: unknown }) => frame.values;

const record = (patient: string, survivalDays: number, dead: boolean, stage: string | null): ClinicalRecord => ({
  patient,
  age: stage === null ? null : 60.5,
  tStage: "2",
  nStage: "0",
  mStage: "0",
  overallStage: stage,
  histology: "nos",
  gender: "female",
  survivalDays,
  dead,
});
const cohort = {
  patients: [
    { record: record("A", 30.4375, true, "I") },
    { record: record("B", 36 * 30.4375, true, "II") },
    { record: record("C", 24 * 30.4375, false, "I") },
    { record: record("D", 12 * 30.4375, false, null) },
  ],
};

Deno.test("danfo.js is loaded with the first frame, not with report/mod.ts", async () => {
  assert(!wasLoaded);
  await toDataFrame([]);
  assert(isDanfoLoaded());
});

Deno.test("toDataFrame() groups as danfo does", async () => {
  const frame = await toDataFrame([{ stage: "II", months: 10 }, { stage: "III", months: 4 }, {
    stage: "III",
    months: 6,
  }]);
  const means = frame.groupby(["stage"]).col(["months"]).mean();
  assertEquals(means.values, [["II", 10], ["III", 5]]);
});

Deno.test("toDataFrame() makes a missing number NaN, which no group takes for 0, and keeps a missing text null", async () => {
  const frame = await toDataFrame([{ stage: "II", months: null }, { stage: null, months: 4 }, { stage: "II" }, {
    stage: "II",
    months: 6,
    late: 1,
  }]);
  assertEquals(frame.columns, ["stage", "months", "late"]);
  assertEquals(valuesOf(frame), [["II", NaN, NaN], [null, 4, NaN], ["II", NaN, NaN], ["II", 6, 1]]);
  assertEquals(valuesOf(frame.groupby(["stage"]).col(["months"]).mean()), [["II", NaN], [null, 4]]);
  assertEquals(frame.dropNa({ axis: 1 })!.values, [["II", 6, 1]]);
});

Deno.test("toDataFrame() refuses a column that would hide a method of the frame", async () => {
  await assertRejects(() => toDataFrame([{ model: "a", mean: 0.6, size: 224 }]), InputError, "mean, size");
});

Deno.test("clinicalFrame() has a row per patient, and ends follow-up at 24 months", async () => {
  const frame = await clinicalFrame(cohort);
  const columns = ["patient", "age", "sex", "stage", "histology", "survivalMonths", "dead"];
  assertEquals(frame.columns, [...columns, "followUpMonths", "event", "outcome"]);
  assertEquals(valuesOf(frame), [
    ["A", 60.5, "female", "I", "nos", 1, 1, 1, 1, "died within 24 months"],
    ["B", 60.5, "female", "II", "nos", 36, 1, 24, 0, "alive at 24 months"],
    ["C", 60.5, "female", "I", "nos", 24, 0, 24, 0, "alive at 24 months"],
    ["D", NaN, "female", null, "nos", 12, 0, 12, 0, "lost to follow-up"],
  ]);
  const byStage = frame.groupby(["stage"]).agg({ patient: "count", event: "sum" });
  assertEquals(valuesOf(byStage), [["I", 2, 1], ["II", 1, 0], [null, 1, 0]]);
});

Deno.test("clinicalFrame() refuses a negative survival time", async () => {
  await assertRejects(() => clinicalFrame({ patients: [{ record: record("A", -1, true, "I") }] }), InputError, "-1");
});

Deno.test("resultsFrame() has a row per model, and NaN for what was not computed", async () => {
  const result = sampleResult();
  const [first] = result.models;
  const undefinedCtd = { ...first!, mean: null, pooled: { value: null, interval: [null, null] as [null, null] } };
  const frame = await resultsFrame({ ...result, models: [...result.models, { ...undefinedCtd, seconds: 12 }] });
  assertEquals(frame.shape, [4, 26]);
  assertEquals(frame["model"].values, ["efficientnet_b0", "average_pooling", "not_in_paper", "efficientnet_b0"]);
  assertEquals(frame["ctdMean"].values, [...result.models.map(({ mean }) => mean), NaN]);
  assertEquals(frame["ctdLow"].values, [0.55, 0.55, 0.55, NaN]);
  assertEquals(frame["ctdWithinFolds"].values, [0.64, NaN, NaN, 0.64]);
  assertEquals(frame["auc24High"].values, [0.73, NaN, NaN, 0.73]);
  assertEquals(frame["aggregation"].values, ["gated", null, null, "gated"]);
  assertEquals(frame["slices"].values, ["6", "6", "6", "6"]);
  assertEquals(frame["folds"].values, [10, 10, 10, 10]);
  assertEquals(frame["seconds"].values, [NaN, NaN, NaN, 12]);
});

Deno.test("notebooks show a frame, a group and a series as tables", async () => {
  const frame = await toDataFrame([{ stage: "I <b>", months: 10 }, { stage: "II", months: 4.25 }, {
    stage: "II",
    months: null,
  }]);
  assertEquals(shown(frame)["text/plain"], "stage  months\nI <b>   10.00\nII       4.25\nII          –");
  assertStringIncludes(shown(frame)["text/html"]!, '<td style="text-align: left">I &lt;b&gt;</td>');
  const counts = frame.groupby(["stage"]).col(["months"]).count();
  assertEquals(shown(counts)["text/plain"], "stage  months_count\nI <b>             1\nII                2");
  assertEquals(shown(frame["stage"].valueCounts())["text/plain"], "\nI <b>  1\nII     2");
});

Deno.test("frameTable() shows the first 60 rows and says so", async () => {
  const rows = (count: number) => toDataFrame(Array.from({ length: count }, (_, slice) => ({ slice })));
  const { text } = frameTable(await rows(61), "Slices");
  assert(text.startsWith("Slices. The first 60 of 61 rows\n\nslice\n    0\n"));
  assert(text.endsWith("\n   59"));
  assertEquals(frameTable(await rows(60)).text.split("\n").length, 61);
});
