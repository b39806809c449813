import { assertEquals } from "@std/assert";
import { join } from "node:path";
import { modelResult, provenance, readTable1, updateTable1 } from "@ctsurv/report/mod.ts";
import { concordanceTable } from "@ctsurv/survival/mod.ts";
import { inFolder } from "../../support/in_folder.ts";
import { sampleResult } from "../samples.ts";

const row = {
  model: "efficientnet_b0",
  name: "B0",
  weights: { kind: "seeded", hash: "abc" },
  view: { kind: "slice", slices: "all", size: 224 },
  provenance: await provenance({
    engine: "onnx",
    provider: "cpu",
    weights: { kind: "seeded", hash: "abc" },
    lungs: "U-Net",
    cohort: { name: "made-up", hash: "def" },
    profile: "smoke",
    seeds: { folds: 42 },
  }),
} as const;
const pooled = concordanceTable({ times: [0, 1], survival: [[1, 0.5], [1, 0.6]], months: [0.5, 1], event: [1, 0] });

Deno.test("modelResult() counts folds from 1 and takes the primary Ctd", () => {
  const result = modelResult({
    folds: [
      { fold: 1, patients: 1, events: 1, ctd: { value: null } },
      { fold: 2, patients: 1, events: 0, ctd: { value: 0.25 } },
    ],
    mean: 0.25,
    stdSample: null,
    stdPopulation: 0,
    pooled,
    interval: { low: 0.1, high: 0.9, level: 0.95, replicates: 10 },
  }, row);
  assertEquals(result, {
    ...row,
    folds: [{ fold: 1, patients: 1, events: 1, ctd: null }, { fold: 2, patients: 1, events: 0, ctd: 0.25 }],
    mean: 0.25,
    stdSample: null,
    stdPopulation: 0,
    pooled: { value: 1, interval: [0.1, 0.9] },
  });
});

Deno.test("modelResult() has no interval where there is none", () => {
  const nothing = { folds: [], mean: null, stdSample: null, stdPopulation: null, pooled, interval: null };
  assertEquals(modelResult(nothing, row).pooled.interval, [null, null]);
});

const result = sampleResult();
const [b0, average, unknown] = result.models as [
  typeof result.models[0],
  typeof result.models[0],
  typeof result.models[0],
];
const names = (models: typeof result.models) => models.map(({ model }) => model);

Deno.test("updateTable1() keeps the rows of others, replaces its own, and orders them from the paper's best", () =>
  inFolder(async (dir) => {
    const path = join(dir, "table1.json");
    const volume = { ...b0, model: "r3d_18" };
    assertEquals(await updateTable1(path, { ...result, models: [volume, unknown] }), {
      ...result,
      models: [volume, unknown],
    });
    const changed = { ...volume, mean: 0.25 };
    const all = await updateTable1(path, { ...result, models: [changed, average, b0] });
    assertEquals(all.models, [b0, average, changed, unknown]);
    assertEquals(await readTable1(path), all);
  }));

Deno.test("updateTable1() drops rows of another cohort or profile, and a file of something else", () =>
  inFolder(async (dir) => {
    const path = join(dir, "table1.json");
    await Deno.writeTextFile(path, "{}");
    const one = { ...result, models: [b0] };
    const others = [{ ...one, profile: "paper" }, { ...one, cohort: { ...one.cohort, hash: "1" } }, {
      ...one,
      cohort: { ...one.cohort, patients: 79 },
    }];
    for (const other of others) {
      await updateTable1(path, { ...result, models: [average] });
      assertEquals(names((await updateTable1(path, other)).models), ["efficientnet_b0"]);
    }
    await updateTable1(path, { ...result, models: [average] });
    assertEquals(names((await updateTable1(path, one)).models), ["efficientnet_b0", "average_pooling"]);
  }));
