import { assertEquals } from "@std/assert";
import { join } from "node:path";
import { paper } from "@ctsurv/analysis/mod.ts";
import { modelResult, provenance, readTable1, updateTable1, writeCrossValidation } from "@ctsurv/report/mod.ts";
import { concordanceTable, ctdWithinFolds, holm, horizonScores, pairedBootstrap } from "@ctsurv/survival/mod.ts";
import { toSurvivalPredictions } from "@ctsurv/training/mod.ts";
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

Deno.test("updateTable1() keeps the rows of others, replaces its own, and has them in the paper's order", () =>
  inFolder(async (dir) => {
    const path = join(dir, "table1.json");
    const volume = { ...b0, model: "r3d_18" };
    assertEquals(await updateTable1(path, { ...result, models: [volume, unknown] }), {
      ...result,
      models: [volume, unknown],
    });
    const changed = { ...volume, mean: 0.25 };
    const all = await updateTable1(path, { ...result, models: [changed, average, b0] });
    assertEquals(all.models, [changed, average, b0, unknown]);
    assertEquals(await readTable1(path), all);
  }));

Deno.test("updateTable1() loses no row to another job that writes at the same time", () =>
  inFolder(async (dir) => {
    const path = join(dir, "table1.json");
    const result = sampleResult();
    const models = ["efficientnet_b0", "average_pooling", "vgg16", "alexnet"];
    const jobs = models.map((model) => updateTable1(path, { ...result, models: [{ ...result.models[0]!, model }] }));
    await Promise.all(jobs);
    assertEquals((await readTable1(path)).models.map(({ model }) => model).toSorted(), models.toSorted());
    assertEquals(Array.from(Deno.readDirSync(dir), ({ name }) => name), ["table1.json"]);
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
    assertEquals(names((await updateTable1(path, one)).models), ["average_pooling", "efficientnet_b0"]);
  }));

/** Writes the details of a made-up cross-validation, of 24 patients in three folds. */
async function writePredictions(folder: string, model: string, survival: (patient: number) => number, folds = 3) {
  const predictions = Array.from({ length: 24 }, (_, i) => ({
    id: `P${i}`,
    survival: Float64Array.of(1, survival(i)),
    attention: new Float32Array(),
    fold: 1 + i % folds,
    months: 1 + i / 2,
    event: 1 as const,
  }));
  const { months, event } = toSurvivalPredictions(predictions);
  const all = { times: [0, 1], survival: predictions.map((one) => one.survival), months, event };
  await writeCrossValidation(folder, model, {
    folds: [{ fold: 1, patients: 24, events: 24, ctd: concordanceTable(all).pre.risk, losses: [] }],
    mean: null,
    stdSample: null,
    stdPopulation: null,
    pooled: concordanceTable(all),
    interval: null,
    predictions,
    provenance: row.provenance,
  });
  return all;
}

Deno.test("updateTable1() drops rows of another protocol; a file of 0.1.0, which names none, was made as workshop is", () =>
  inFolder(async (folder) => {
    const path = join(folder, "table1.json");
    const result = sampleResult();
    const [average, b0] = ["average_pooling", "efficientnet_b0"].map((model) => ({ ...result.models[0]!, model }));
    const update = async (model: typeof average, protocol?: string) => {
      const { models } = await updateTable1(path, { ...result, ...protocol && { protocol }, models: [model!] });
      return models.map(({ model }) => model).toSorted();
    };
    assertEquals(await update(average), ["average_pooling"]);
    assertEquals(await update(b0, "workshop"), ["average_pooling", "efficientnet_b0"]);
    assertEquals(await update(average, "paper"), ["average_pooling"]);
    assertEquals(await update(b0, "paper, seed=7"), ["efficientnet_b0"]);
    assertEquals((await readTable1(path)).protocol, "paper, seed=7");
  }));

Deno.test("modelResult() takes the pooled Ctd of the variant that is asked for", () => {
  const run = { folds: [], mean: null, stdSample: null, stdPopulation: null, pooled, interval: null };
  assertEquals(modelResult(run, { ...row, variant: "lab" }).pooled.value, pooled.pre.lab.value);
  assertEquals(modelResult(run, { ...row, variant: "authors" }).pooled.value, pooled.pre.authors!.value);
});

Deno.test("updateTable1() compares the proposal with each row on file, within folds and with Holm's p", () =>
  inFolder(async (dir) => {
    const path = join(dir, "table1.json");
    const proposal = await writePredictions(dir, "efficientnet_b0", (i) => i / 30);
    const pooling = await writePredictions(dir, "average_pooling", (i) => (7 * i % 24) / 30);
    const vit = await writePredictions(dir, "vit_b_16", (i) => (5 * i % 24) / 30);
    await writePredictions(dir, "vgg16", (i) => i / 30, 2);
    await writePredictions(dir, "efficientnet_b0_seeded", (i) => (11 * i % 24) / 30);
    const named = (model: string) => ({ ...average, model });
    assertEquals((await updateTable1(path, { ...result, models: [named("average_pooling")] })).comparisons, undefined);
    const { models: _, ...facts } = result;
    const others = ["efficientnet_b0_seeded", "vit_b_16", "vgg16"].map(named);
    const all = await updateTable1(path, { ...facts, models: [b0, ...others] });
    assertEquals(all.models.at(-1)!.model, "efficientnet_b0_seeded");
    // VGG16 was tested in other folds, and the paper has no row of seeded weights.
    assertEquals(all.comparisons!.map(({ model }) => model), ["average_pooling", "vit_b_16"]);
    const folds = Array.from({ length: 24 }, (_, i) => 1 + i % 3);
    [pooling, vit].forEach((other, i) => {
      const expected = pairedBootstrap(proposal, other, { folds })!;
      const { difference, low, high, p } = all.comparisons![i]!;
      assertEquals({ difference, low, high, p }, {
        difference: expected.difference,
        low: expected.low,
        high: expected.high,
        p: expected.p,
      });
    });
    assertEquals(all.comparisons!.map(({ pHolm }) => pHolm), holm(all.comparisons!.map(({ p }) => p)));
    assertEquals(all.detectable!.map(({ correlation }) => correlation), [.3, .6, .9]);
    // Another row keeps those that it is not about.
    await Deno.remove(join(dir, "cross_validation", "vit_b_16.json"));
    const kept = await updateTable1(path, { ...facts, models: [named("average_pooling")] });
    assertEquals(kept.comparisons, all.comparisons);
    assertEquals(await readTable1(path), kept);
  }));

Deno.test("modelResult() keeps Ctd within folds, the scores at 24 months and the aggregation", () => {
  const cohort = { times: [0, 24], survival: [[1, .2], [1, .9]], months: [5, 24], event: [1, 0] };
  const since = {
    ctdWithinFolds: ctdWithinFolds(cohort, [1, 1], { replicates: 0 }),
    atHorizon: horizonScores(cohort, [1, 1], { replicates: 0 }),
    constantLoss: 1.8,
  };
  const nothing = { folds: [], mean: null, stdSample: null, stdPopulation: null, pooled, interval: null };
  const made = modelResult({ ...nothing, ...since }, { ...row, aggregation: "average" });
  assertEquals([made.ctdWithinFolds, made.atHorizon, made.constantLoss, made.aggregation], [
    since.ctdWithinFolds,
    since.atHorizon,
    1.8,
    "average",
  ]);
});

Deno.test("updateTable1() drops rows of other scans of the same patients, and keeps rows that do not say theirs", () =>
  inFolder(async (dir) => {
    const path = join(dir, "table1.json");
    const of = (model: string, scans?: string) => ({ ...average, model, ...scans !== undefined && { scans } });
    const add = async (...models: typeof result.models) =>
      names((await updateTable1(path, { ...result, models })).models);
    await add(of("vgg16"), of("alexnet", "old"), of("vit_b_16", "old"), of("external"));
    assertEquals(await add(of("external")), ["vgg16", "alexnet", "vit_b_16", "external"].toSorted(inPaper));
    assertEquals(await add(of("alexnet", "new")), ["vgg16", "alexnet", "external"].toSorted(inPaper));
    assertEquals(await add(of("vit_b_16", "new")), ["vgg16", "alexnet", "vit_b_16", "external"].toSorted(inPaper));
  }));

Deno.test("updateTable1() drops the comparisons with a proposal of other scans", () =>
  inFolder(async (dir) => {
    const path = join(dir, "table1.json");
    await writePredictions(dir, "efficientnet_b0", (i) => 1 / (1 + i));
    await writePredictions(dir, "vgg16", (i) => 1 / (2 + i % 5));
    const of = (model: string, scans: string) => ({ ...average, model, scans });
    const both = [of("efficientnet_b0", "old"), of("vgg16", "old")];
    assertEquals((await updateTable1(path, { ...result, models: both })).comparisons!.length, 1);
    const { models, comparisons, detectable } = await updateTable1(path, { ...result, models: [of("vgg16", "new")] });
    assertEquals([names(models), comparisons, detectable], [["vgg16"], undefined, undefined]);
  }));

/** As `paper.table1` has them, and others last. */
function inPaper(a: string, b: string): number {
  const order = paper.table1.map(({ model }) => model as string);
  const place = (model: string) => order.includes(model) ? order.indexOf(model) : order.length;
  return place(a) - place(b);
}
