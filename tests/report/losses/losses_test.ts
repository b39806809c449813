import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { InputError } from "@ctsurv/base/mod.ts";
import {
  type BatchSizeRow,
  batchSizesTable,
  type LossesResult,
  lossesTable,
  type LossRow,
  readLosses,
  saysBatchSizes,
  saysLosses,
  writeLosses,
} from "@ctsurv/report/mod.ts";
import { inFolder } from "../../support/in_folder.ts";
import { multiverse } from "../samples.ts";

const entry = { value: .64, interval: { low: .57, high: .71 }, comparable: 320 };
const difference = (value: number, half = .02) => {
  return { difference: value, low: value - half, high: value + half, level: .95, p: .02, replicates: 2000 };
};

function row(loss: LossRow["loss"], value: number | null, pHolm: number | null): LossRow {
  const less = value === null ? null : difference(value);
  return { loss, ctd: entry, mean: .63, difference: less, pHolm, auc: entry, brier: .21, ici: null, messages: [] };
}

function batch(batchSize: number, isAll: boolean, value: number | null): BatchSizeRow {
  const less = value === null ? null : difference(value);
  return {
    batchSize,
    isAll,
    epochs: 25,
    steps: 550,
    ctd: entry,
    difference: less,
    lastLoss: 1,
    equalHazards: batchSize / 5,
  };
}

const result: LossesResult = {
  kind: "losses",
  cohort: { name: "made-up", hash: "f00d", patients: 96, events: 58 },
  profile: "workshop",
  model: "efficientnet_b0",
  name: "EfficientNetB0",
  protocol: "workshop",
  rows: [row("deephit", null, null), row("cox", .05, .04), row("mtlr", -.05, .2), row("pc-hazard", null, null)],
  batchSizes: [batch(4, false, null), batch(16, false, .01), batch(96, true, -.06)],
  provenance: multiverse.provenance,
};

Deno.test("losses.json is read as it was written, and something else is refused", () =>
  inFolder(async (dir) => {
    const path = join(dir, "losses.json");
    await writeLosses(path, result);
    assertEquals(await readLosses(path), result);
    await Deno.writeTextFile(path, JSON.stringify({ ...result, rows: [{ ...result.rows[0], loss: "hinge" }] }));
    await assertRejects(() => readLosses(path), InputError, "does not hold the results of a comparison of losses");
  }));

Deno.test("lossesTable() and batchSizesTable(): signed differences, and a dash where there is none", () => {
  const lines = lossesTable(result).csv.split(/\r\n/);
  assertStringIncludes(lines[1]!, 'DeepHit,"0.640 [0.570, 0.710]",,,,');
  assertStringIncludes(lines[2]!, "+0.050 [0.030, 0.070]");
  assertStringIncludes(lines[3]!, "-0.050 [-0.070, -0.030]");
  const sizes = batchSizesTable(result).text;
  for (const said of ["all patients", "-0.060 [-0.080, -0.040]", "with that of equal hazards"]) {
    assertStringIncludes(sizes, said);
  }
});

Deno.test("saysLosses() names what is told apart and on which side, and does not call the others equal", () => {
  const said = saysLosses(result);
  assertStringIncludes(said, "Of 2 other losses, 1 is told apart");
  assertStringIncludes(
    said,
    "Cox (DeepSurv) is ahead by 0.050 [0.030, 0.070], p 0.040. For MTLR the data leave it open.",
  );
  assert(!said.includes("PC-hazard"));
  const open = saysLosses({
    ...result,
    rows: [row("deephit", null, null), row("cox", .05, .4), row("mtlr", -.01, .4)],
  });
  assertStringIncludes(open, "none is told apart");
  assertStringIncludes(open, "the differences are from -0.010 to 0.050");
  const two = saysLosses({
    ...result,
    rows: [row("deephit", null, null), row("cox", .05, .01), row("mtlr", -.05, .01)],
  });
  assertStringIncludes(two, "2 are told apart");
  assertStringIncludes(two, "MTLR is behind by 0.050 [0.030, 0.070]");
  assert(!two.includes("leave it open"));
  assertStringIncludes(saysLosses({ ...result, rows: [row("deephit", null, null)] }), "No other loss can be compared");
  assertEquals(saysLosses({ ...result, rows: [] }), "No loss was compared.");
});

Deno.test("saysBatchSizes() says what equal hazards cost, and which sizes differ; nothing where there is one", () => {
  const said = saysBatchSizes(result);
  assertStringIncludes(said, "with 3 patients at most: equal hazards cost 0.800 there, and 19.200 with the whole fold");
  assertStringIncludes(said, "16 and 25 epochs 0.010 [-0.010, 0.030]");
  assertStringIncludes(said, "1 interval of 2 excludes 0.");
  const without = saysBatchSizes({ ...result, batchSizes: result.batchSizes.map((row) => ({ ...row, isAll: false })) });
  assertEquals(without.includes("whole fold"), false);
  assertEquals(saysBatchSizes({ ...result, batchSizes: [] }), "");
});
