import { assert, assertEquals, assertNotEquals, assertRejects, assertThrows } from "@std/assert";
import { join } from "node:path";
import { InputError } from "@ctsurv/base/mod.ts";
import { featureExtractor } from "@ctsurv/features/mod.ts";
import { alexNet, efficientNetB0 } from "@ctsurv/nn/mod.ts";
import { readMultiverse } from "@ctsurv/report/mod.ts";
import { findChanges, knownEffect, multiverseChanges, protocol, runMultiverse } from "@ctsurv/study/mod.ts";
import { cohortProof } from "@ctsurv/study/multiverse/_cohort_proofs.ts";
import { softAttention, trainingSettings } from "@ctsurv/study/protocol/settings.ts";
import { pairedBootstrap } from "@ctsurv/survival/mod.ts";
import { toSurvivalPredictions } from "@ctsurv/training/mod.ts";
import { openCrudeStudy, writeCrudeCohort } from "../support/crude_cohort.ts";
import { inFolder } from "../support/in_folder.ts";

let dir = "";

Deno.test.beforeAll(async () => {
  dir = await Deno.makeTempDir();
  await writeCrudeCohort(join(dir, "cohort"));
});
Deno.test.afterAll(() => Deno.remove(dir, { recursive: true }));

/** AlexNet's study of nine crude chests, under the protocol workshop. */
const open = (outputs: string) => openCrudeStudy(dir, { outputs });

Deno.test("runMultiverse(): rows that move, rows proven to do nothing, rows that cannot be had; a second run reads them", async () => {
  const study = await open("whole");
  const changes = ["attention=linear", "ctd=antolini", "interior", "lungs=r231", "foldSeed"];
  const told: string[] = [];
  const { result } = await runMultiverse(study, { model: "alexnet", changes, onRow: ({ name }) => told.push(name) });
  assertEquals(result.rows.map(({ name, effect }) => [name, effect]), [
    ["attention=linear", "moved"],
    ["ctd=antolini", "none"],
    ["interior=drop", "none"],
    ["foldSeed=43", "moved"],
  ]);
  assertEquals(told.length, 5);
  assertEquals(result.missing.map(({ name }) => name), ["lungs=r231"]);
  assertEquals(result.rows[2]!.note, "the same slices, features and months of all 9 patients");
  assertEquals(result.rows[0]!.headline, "gated");
  assertEquals(await readMultiverse(join(study.folder, "multiverse_alexnet.json")), result);
  for (const extension of ["md", "csv"]) await Deno.stat(join(study.folder, `multiverse_alexnet.${extension}`));
  await Deno.stat(join(study.folder, "figures", "multiverse_alexnet.svg"));

  // Within the same folds the difference is that of the paired bootstrap.
  const features = await study.features("alexnet");
  const headline = await study.crossValidate(features);
  const linear = await study.crossValidate(features, { aggregation: { kind: "linear" } });
  const folds = headline.predictions.map(({ fold }) => fold);
  const [a, b] = [linear, headline].map(({ predictions }) => toSurvivalPredictions(predictions));
  assertEquals(result.rows[0]!.difference, pairedBootstrap(a!, b!, { folds }));
  assertEquals(result.rows[0]!.ctd.value, linear.ctdWithinFolds.pre.risk.value);
  assertEquals(result.rows[1]!.ctd.value, headline.ctdWithinFolds.pre.antolini.value);

  const kept = join(study.folder, "multiverse", "cross_validation");
  const long = new Date("2020-01-01");
  for await (const { name } of Deno.readDir(kept)) await Deno.utime(join(kept, name), long, long);
  const again = await runMultiverse(study, { model: "alexnet", changes });
  assertEquals(again.result, result);
  for await (const { name } of Deno.readDir(kept)) assertEquals((await Deno.stat(join(kept, name))).mtime, long, name);
  await study.segmenter.dispose();
});

Deno.test("runMultiverse(): a row that equals the headline to the last bit, for no reason, is refused", async () => {
  const study = await open("silent");
  await runMultiverse(study, { model: "alexnet", changes: ["attention=linear"] });
  const kept = (slug: string) => join(study.folder, "multiverse", "cross_validation", `${slug}.json`);
  const row = JSON.parse(await Deno.readTextFile(kept("alexnet-attention-linear")));
  const headline = JSON.parse(await Deno.readTextFile(kept("alexnet")));
  await Deno.writeTextFile(
    kept("alexnet-attention-linear"),
    JSON.stringify({ ...headline, provenance: row.provenance }),
  );
  await assertRejects(
    () => runMultiverse(study, { model: "alexnet", changes: ["attention=linear"] }),
    InputError,
    "attention=linear changes nothing",
  );
  // The table is there all the same, without the row.
  const { rows, missing } = await readMultiverse(join(study.folder, "multiverse_alexnet.json"));
  assertEquals([rows.length, missing.map(({ name }) => name)], [0, ["attention=linear"]]);
  await study.segmenter.dispose();
});

Deno.test("runMultiverse(): after scans were replaced, or left out, a second run in the folder is as one in a new folder", () =>
  inFolder(async (folder) => {
    await writeCrudeCohort(join(folder, "cohort"));
    const run = async (outputs: string) => {
      const study = await openCrudeStudy(folder, { outputs });
      const { result } = await runMultiverse(study, { model: "alexnet", changes: ["attention=linear"] });
      await study.segmenter.dispose();
      return { ...result, folder: study.folder };
    };
    const before = await run("one");
    const image = (patient: string) => join(folder, "cohort", "images", `${patient}.nii.gz`);
    const [first, last] = await Promise.all(["P0", "P8"].map((patient) => Deno.readFile(image(patient))));
    await Deno.writeFile(image("P0"), last!);
    await Deno.writeFile(image("P8"), first!);
    const swapped = await run("one");
    assertEquals(swapped, { ...await run("new"), folder: swapped.folder });
    assertNotEquals(swapped.rows, before.rows);
    await Deno.writeTextFile(image("P4"), "no scan");
    const fewer = await run("one");
    assertEquals([fewer.cohort.patients, ...fewer.rows.map(({ patients }) => patients)], [8, 8]);
    // Those of versions that did not write it may be of any scans.
    const kept = join(fewer.folder, "multiverse", "cross_validation", "alexnet.json");
    const { scans, ...record } = JSON.parse(await Deno.readTextFile(kept));
    assertEquals(typeof scans, "string");
    await Deno.writeTextFile(kept, JSON.stringify({ ...record, mean: .125 }));
    assertEquals(await run("one"), fewer);
  }));

Deno.test("runMultiverse(): attention has no effect on a row with its own aggregation, and nothing is refused", async () => {
  const study = await open("own-aggregation");
  const changes = ["attention", "attentionWidth"];
  const { result } = await runMultiverse(study, { model: "average_pooling", changes });
  assertEquals(new Set(result.rows.map(({ effect }) => effect)), new Set(["none"]));
  assertEquals(result.rows[0]!.note, "the row has an aggregation of its own, average");
  await study.segmenter.dispose();
});

Deno.test("runMultiverse(): another ctd is trained for where it chooses the epoch, and two that choose the same are said", async () => {
  const study = await openCrudeStudy(dir, { outputs: "validated", set: "selection=validation" });
  const { result } = await runMultiverse(study, { model: "alexnet", changes: ["ctd"] });
  assertEquals(result.rows.length, 4);
  const kept = Array.from(Deno.readDirSync(join(study.folder, "multiverse", "cross_validation")), ({ name }) => name);
  assertEquals(kept.length, 5);
  for (const { effect, note } of result.rows) {
    assertEquals(note, effect === "moved" ? undefined : "both choose the same epoch in every fold");
  }
  await study.segmenter.dispose();
});

Deno.test("runMultiverse(): a model without images, a row that there is not, and the headline's own value are refused", async () => {
  const study = await open("refused");
  await assertRejects(() => runMultiverse(study, { model: "clinical" }), InputError, "has no images");
  await assertRejects(() => runMultiverse(study, { changes: ["attention=hard"] }), InputError, "choose gated");
  await assertRejects(() => runMultiverse(study, { changes: ["attention=gated"] }), InputError, "already");
  await study.segmenter.dispose();
});

Deno.test("multiverseChanges(): every other word of every choice, some numbers, and nothing that is the headline's", () => {
  const base = protocol("paper");
  const names = multiverseChanges(base).map(({ name }) => name);
  for (
    const choice of [
      ...["months", "initialisation", "deephit", "attention", "ranking", "ties", "tail", "interior", "interpolation"],
      ...["lungs", "intensities", "readout", "lastBatch", "trunkMode", "sliceOrder", "seed"],
    ]
  ) assert(names.some((name) => name.startsWith(`${choice}=`)), choice);
  for (const { choice, value } of multiverseChanges(base)) assertNotEquals(base.choices[choice], value);
  assertEquals(findChanges(["seed"], base).map(({ name }) => name), ["seed=43", "seed=44"]);
  assertEquals(findChanges(["sigma=1"], base), [{ name: "sigma=1", choice: "sigma", value: 1 }]);
  assertThrows(() => findChanges(["seed=42"], base), InputError, "The headline has seed=42 already");
});

// What knownEffect() says, proven.

const about = (name: "workshop" | "paper", architecture = efficientNetB0, trained = false) => ({
  architecture,
  trained,
  choices: protocol(name).choices,
});

Deno.test("readout=penultimate has no effect on EfficientNet-B0: the input of its last layer is its features, to the last bit", async () => {
  const study = await open("readout");
  const { backbone, view } = await study.features("efficientnet_b0");
  const { stack } = await study.slicesOf("P0", view);
  const [pooled, penultimate] = await Promise.all((["features", "penultimate"] as const).map(async (at) => {
    const extractor = await featureExtractor(study.engine, backbone, view, { at });
    const features = await extractor.extract(stack.data as Float32Array);
    await extractor.dispose();
    return features;
  }));
  assertEquals(penultimate, pooled);
  assertEquals(knownEffect({ choice: "readout", value: "penultimate" }, about("workshop"))?.effect, "none");
  // AlexNet's has 4096 numbers.
  assertEquals(knownEffect({ choice: "readout", value: "penultimate" }, about("workshop", alexNet)), undefined);
  await study.segmenter.dispose();
});

Deno.test("scaleFeatures=all has no effect on features of untrained networks, which workshop scales anyway", () => {
  const { choices } = protocol("workshop");
  const settings = (scaleFeatures: "all" | "none" | "untrained", trained: boolean) =>
    trainingSettings({ ...choices, scaleFeatures }, { trained });
  assertEquals(settings("all", false), settings("untrained", false));
  assertNotEquals(settings("all", true), settings("untrained", true));
  assertEquals(knownEffect({ choice: "scaleFeatures", value: "all" }, about("workshop"))?.effect, "none");
  assertEquals(knownEffect({ choice: "scaleFeatures", value: "none" }, about("workshop")), undefined);
  assertEquals(knownEffect({ choice: "scaleFeatures", value: "all" }, about("workshop", alexNet, true)), undefined);
  assertEquals(
    knownEffect({ choice: "scaleFeatures", value: "untrained" }, about("paper", alexNet, true))?.effect,
    "none",
  );
});

Deno.test("attentionWidth has no effect on linear attention, which has no hidden layer", () => {
  const { choices } = protocol("paper", { attention: "linear" });
  assertEquals(softAttention({ ...choices, attentionWidth: 7 }), softAttention(choices));
  const known = { ...about("paper"), choices };
  assertEquals(knownEffect({ choice: "attentionWidth", value: 7 }, known)?.effect, "none");
  assertEquals(knownEffect({ choice: "attentionWidth", value: 7 }, about("paper")), undefined);
});

Deno.test("ctd leaves predictions as they are, unless it chooses the epoch", () => {
  const known = (selection: "last" | "validation") =>
    knownEffect({ choice: "ctd", value: "antolini" }, {
      ...about("workshop"),
      choices: protocol("workshop", { selection }).choices,
    });
  assertEquals(known("last"), { effect: "none", note: "the same predictions, read otherwise" });
  assertEquals(known("validation"), undefined);
});

Deno.test("attention and attentionWidth have no effect on a row with its own aggregation, whatever it is", () => {
  for (const aggregation of [{ kind: "average" }, { kind: "self-attention" }] as const) {
    const known = { ...about("paper"), aggregation };
    assertEquals(knownEffect({ choice: "attention", value: "linear" }, known)?.effect, "none");
    assertEquals(knownEffect({ choice: "attentionWidth", value: 7 }, known)?.effect, "none");
    assertEquals(knownEffect({ choice: "dropout", value: 0 }, known), undefined);
  }
});

Deno.test("a choice of which nothing is known must move the predictions", () => {
  for (const change of multiverseChanges(protocol("workshop"))) {
    const known = knownEffect(change, about("workshop"))?.effect;
    const silent = change.choice === "ctd" || change.name === "readout=penultimate" ||
      change.name === "scaleFeatures=all";
    assertEquals(known, silent ? "none" : change.choice === "sliceOrder" ? "rounding" : undefined, change.name);
  }
});

Deno.test("cohortProof(): a choice cannot matter where the patients leave nothing to choose, and only there", () => {
  const { choices } = protocol("workshop");
  const patient = (months: number, event: 0 | 1, slices = 2) => ({
    id: `${months}`,
    followUp: { months, event },
    slices,
    features: new Float32Array(slices),
  });
  const deaths = [patient(3.4, 1), patient(7.7, 1), patient(12.2, 1), patient(20.5, 1)];
  const cohort = [...deaths, patient(24, 0), patient(24, 0)];
  const proof = (name: string, patients = cohort, folds = 2, headline = patients) => {
    const [change] = findChanges([name], protocol("workshop"));
    const own = { ...choices, [change!.choice]: change!.value };
    return cohortProof(change!, { patients, headline, own, choices, folds });
  };
  assertEquals(proof("labels=lab"), "all 6 patients have the same bin under both");
  assertEquals(proof("labels=lab", [...cohort, patient(9.5, 0)]), undefined); // censored in the month: bins 8 and 9
  assertEquals(proof("labels=lab", [...cohort, patient(11, 1)]), undefined); // died at a whole month: bins 10 and 11
  assert(proof("ties=censored")?.startsWith("no death shares its bin"));
  assertEquals(proof("ties=censored", [...cohort, patient(23.5, 1)]), undefined);
  // At whole months every death has another bin, which PC-hazard, Cox and the cross-entropy do not look at.
  const whole = [patient(3, 1), patient(7, 1), patient(24, 0)];
  const labels = findChanges(["labels=lab"], protocol("workshop"))[0]!;
  for (const loss of ["deephit", "logistic-hazard", "mtlr", "pc-hazard", "cox", "cross-entropy"] as const) {
    const given = { ...choices, loss };
    const trainedOn = {
      patients: whole,
      headline: whole,
      own: { ...given, labels: "lab" },
      choices: given,
      folds: 2,
    } as const;
    const known = ["pc-hazard", "cox", "cross-entropy"].includes(loss);
    assertEquals(
      cohortProof(labels, trainedOn),
      known ? "all 3 patients have the same outcome under both" : undefined,
      loss,
    );
  }
  // Of six in two folds, three are trained on; of 16, eight.
  assertEquals(proof("lastBatch=drop"), undefined);
  const sixteen = Array.from({ length: 16 }, (_, i) => patient(i + 1.5, i % 2 === 0 ? 1 : 0));
  assertEquals(proof("lastBatch=drop", sixteen), "every fold trains on whole batches of 4");
  assertEquals(
    proof("attention=linear", [patient(3, 1, 1), patient(5, 1, 1)]),
    "attention over one vector a patient is 1",
  );
  assertEquals(
    proof("attentionWidth=32", [patient(3, 1, 1), patient(5, 1, 1)]),
    "attention over one vector a patient is 1",
  );
  assertEquals([proof("attention=linear"), proof("attentionWidth=32")], [undefined, undefined]);
  assertEquals(
    proof("interior=drop", [...cohort], 2, cohort),
    "the same slices, features and months of all 6 patients",
  );
  assertEquals(
    proof("interior=drop", cohort.map((one) => ({ ...one, features: Float32Array.of(1, 2) })), 2, cohort),
    undefined,
  );
});
