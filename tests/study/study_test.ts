import { assert, assertEquals, assertNotEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { InputError } from "@ctsurv/base/mod.ts";
import { ensurePhantom, importCohort } from "@ctsurv/cohort/mod.ts";
import { writeDicomSeries } from "@ctsurv/imaging/mod.ts";
import { coxCeiling, jupyterDisplay, readCrossValidation, readTable1, readTable2 } from "@ctsurv/report/mod.ts";
import type { PlainDeepHit } from "@ctsurv/nn/mod.ts";
import { checkSameRun, coxRow, openStudy, openTransfer, saveRow, saveTransfer, showTable1 } from "@ctsurv/study/mod.ts";
import { pairedBootstrap } from "@ctsurv/survival/mod.ts";
import { toSurvivalPredictions } from "@ctsurv/training/mod.ts";
import { openCrudeStudy, writeCrudeCohort } from "../support/crude_cohort.ts";
import { environmentOf } from "../support/environment_of.ts";
import { folderContents } from "../support/folder_contents.ts";
import { inFolder } from "../support/in_folder.ts";
import { coarse } from "../support/make_coarse_cohort.ts";
import { crudeChest } from "../support/test_volume.ts";

/**
 * A cohort of crude chests whose DICOM files lie in one folder, as a flat export leaves them.
 *
 * @param days Of everybody's death. @default {some months each, and every third is alive}
 */
async function flatCohort(dir: string, patients: number, days?: readonly number[]): Promise<string> {
  const images = join(dir, "images");
  const rows = ["PatientID,Survival.time,deadstatus.event"];
  for (let i = 0; i < patients; i++) {
    const { hu, shape, affine } = crudeChest({ lung: 45 + i });
    await writeDicomSeries(images, { hu: Int16Array.from(hu), shape, affine }, { dialect: "xio", patientId: `P${i}` });
    rows.push(days ? `P${i},${days[i]},1` : `P${i},${100 + 90 * i},${i % 3 === 2 ? 0 : 1}`);
  }
  await Deno.writeTextFile(join(dir, "table.csv"), rows.join("\n") + "\n");
  const output = join(dir, "cohort");
  await importCohort({ images, clinical: join(dir, "table.csv"), output });
  return output;
}

/** The smoke profile on a cohort, with everything that is written in one folder. */
const smokeOn = (dir: string, cohorts: Readonly<Record<string, string>>) => ({
  environment: environmentOf({
    CTSURV_PROFILE: "smoke",
    CTSURV_LUNGS: "threshold",
    CTSURV_ENGINE: "onnx",
    CTSURV_OUTPUTS: join(dir, "outputs"),
    ...cohorts,
  }),
  cache: join(dir, "cache"),
});

let dir = "";
Deno.test.beforeAll(async () => {
  dir = await Deno.makeTempDir();
  await flatCohort(dir, 6);
});
Deno.test.afterAll(() => Deno.remove(dir, { recursive: true }));

const open = () => openStudy(smokeOn(dir, { CTSURV_COHORT: join(dir, "cohort") }));

Deno.test("a study reads each patient's own series where all share a folder of DICOM, as slices and as volumes", async () => {
  const study = await open();
  assertEquals(study.cohort.patients.length, 6);
  const slices = { kind: "slice", slices: 2, size: 224 } as const;
  const [first, second] = await Promise.all(["P0", "P5"].map((id) => study.slicesOf(id, slices)));
  assertEquals(first!.stack.shape, [2, 224, 224]);
  assert(first!.stack.data.some((x, i) => x !== second!.stack.data[i]), "two patients, one scan");
  assertEquals(first!.tumour, undefined);
  const volume = await study.slicesOf("P0", { kind: "volume", slices: 4, size: 56 });
  assertEquals(volume.stack.shape, [4, 56, 56]);
  assertEquals(volume.kept, first!.kept);
});

Deno.test("a study keeps a model as files: row, predictions, details, and finds the same run again", async () => {
  const study = await open();
  const features = await study.features("efficientnet_b0");
  assertEquals([features.patients.length, features.view.slices, features.weights.kind], [6, 3, "phantom"]);
  assertStringIncludes(features[jupyterDisplay]()["text/plain"]!, "Left out");
  const validation = await study.crossValidate(features);
  assertStringIncludes(await checkSameRun(study, "efficientnet_b0", validation), "nothing to compare with");
  const row = await saveRow(study, "efficientnet_b0", features, validation);
  assertEquals(row.name, "EfficientNetB0 + soft attention");
  assertEquals(await checkSameRun(study, "efficientnet_b0", validation), "Every prediction equals the one on file");

  const other = await study.crossValidate(features, { seed: 1, aggregation: { kind: "average" } });
  await saveRow(study, "average_pooling", features, other);
  await assertRejects(() => checkSameRun(study, "efficientnet_b0", other), InputError, "run notebook 2 again");
  const { all, rows } = await showTable1(study, ["average_pooling"]);
  // Rows of the same features have the same ceiling; with fewer deaths than two in a training fold there is none.
  const ceiling = await coxRow(study, features).then(coxCeiling, () => undefined);
  assertEquals(all.models.map(({ coxOnFeatures }) => coxOnFeatures), [ceiling, ceiling]);
  assertEquals([all.models.length, rows.map(({ model }) => model)], [2, ["average_pooling"]]);
  assertEquals((await readTable1(join(study.folder, "table1.json"))).cohort.patients, 6);
  const seeded = await study.features("efficientnet_b0", { weights: "seeded" });
  const again = await study.crossValidate(seeded);
  const named = await saveRow(
    study,
    "efficientnet_b0_seeded",
    seeded,
    again,
    "EfficientNetB0, seeded + soft attention",
  );
  assertEquals([named.weights.kind, named.name], ["seeded", "EfficientNetB0, seeded + soft attention"]);
  const both = (await readTable1(join(study.folder, "table1.json"))).models;
  assertEquals(both.map(({ weights }) => weights.kind).sort(), ["phantom", "phantom", "seeded"]);
  const details = await readCrossValidation(study.folder, "average_pooling");
  assertEquals(details.folds.map(({ fold }) => fold), [1, 2, 3]);
  assertEquals(details.provenance.seeds, { training: 42, folds: 42 });
});

Deno.test("a study says where training diverged: in its progress, in the validation and in what it keeps", async () => {
  const shown: string[] = [];
  const progress = { start() {}, tick() {}, done: (summary = "") => void shown.push(summary) };
  const study = await openStudy({ beside: { ...await open(), progress } });
  const features = await study.features("efficientnet_b0");
  const { messages } = await study.crossValidate(features);
  assertEquals(messages, undefined);
  assert(!shown.some((summary) => summary.includes("diverged")), shown.join("\n"));
  const validation = await study.crossValidate(features, { learningRate: 1 });
  assertStringIncludes(shown.at(-1)!, "3 folds of 3 epochs; Fold 1 of 3: training diverged: the loss went from ");
  await saveRow(study, "diverged", features, validation);
  assertEquals((await readCrossValidation(study.folder, "diverged")).messages, validation.messages);
  const { divergence } = await study.train(features, { learningRate: 1 });
  assertStringIncludes(shown.at(-1)!, divergence!);
});

Deno.test("a study of another law has the same slices and features, from the cache, and its own survival", () =>
  inFolder(async (folder) => {
    const cohort = join(folder, "phantom");
    await ensurePhantom("phantom-lung1", cohort, { patients: 12, overrides: coarse });
    const tissue = await openStudy(smokeOn(folder, { CTSURV_COHORT: cohort }));
    const features = await tissue.features("alexnet");
    const kept = Object.keys(await folderContents(tissue.cache));
    assert(kept.length >= 2 * features.patients.length);
    for (const law of ["size", "null"] as const) {
      const study = await openStudy({ law, beside: tissue });
      assertEquals(study.cohort.name, `phantom-lung1-${law}`);
      const same = await study.features("alexnet");
      assertEquals(
        same.patients.map((patient) => patient.features),
        features.patients.map((patient) => patient.features),
      );
      assertEquals(Object.keys(await folderContents(tissue.cache)), kept);
      assert(same.patients.some(({ followUp }, i) => followUp.months !== features.patients[i]!.followUp.months));
      assertEquals(await study.tumours(same), await tissue.tumours(features));
      assertEquals(await study.bestReachableCtd(same) === 0.5, law === "null");
    }
    const real = await open();
    await assertRejects(() => openStudy({ law: "null", beside: real }), InputError, "is no phantom cohort");
  }));

Deno.test("a transfer has its studies share engine, lungs and folder, and is kept as Table 2", async () => {
  const cohort = join(dir, "cohort");
  const { source, target } = await openTransfer(smokeOn(dir, { CTSURV_COHORT: cohort, CTSURV_TARGET_COHORT: cohort }));
  assert(source.engine === target.engine && source.segmenter === target.segmenter);
  assertEquals(target.folder, source.folder);
  const features = await source.features("efficientnet_b0");
  const head = await source.train(features, { epochs: 1 });
  const asItIs = await target.predict(head.parameters, features);
  assertEquals(asItIs.map(({ id, months }) => [id, months > 0]), features.patients.map(({ id }) => [id, true]));
  const newHead = await target.crossValidate(features, { epochs: 1 });
  const fineTuned = await target.crossValidate(features, { epochs: 1, start: head.parameters });
  const [a, b] = [fineTuned, newHead].map(({ predictions }) => toSurvivalPredictions(predictions));
  const found = { newHead, fineTuned, asItIs, difference: pairedBootstrap(a!, b!, { replicates: 50 }) };
  await saveTransfer({ source, sourceFeatures: features, target, targetFeatures: features, ...found });
  const { rows } = await readTable2(join(source.folder, "table2.json"));
  assertEquals(rows.map(({ start }) => start), ["new", "source", "source, as it is"]);
});

Deno.test("a study trains and applies DeepHit of other layers than the paper's ten where it is asked to", async () => {
  const study = await open();
  const features = await study.features("efficientnet_b0");
  for (const [layers, options] of [[10, {}], [2, { layers: 2 }]] as const) {
    const { parameters } = await study.train(features, { ...options, epochs: 1 });
    const { hidden } = parameters.survival as PlainDeepHit<unknown>;
    assertEquals(hidden.length, layers);
    assertEquals((await study.predict(parameters, features, options)).length, features.patients.length);
  }
});

Deno.test("openStudy() and openTransfer() refuse too few patients before anything is computed", () =>
  inFolder(async (few) => {
    const cohort = await flatCohort(few, 2);
    const started = performance.now();
    const refusal = "has too few patients for 3 folds: 2, of whom 2 died";
    await assertRejects(() => openStudy(smokeOn(few, { CTSURV_COHORT: cohort })), InputError, refusal);
    // The target is looked at before the source's phantoms are made.
    await assertRejects(() => openTransfer(smokeOn(few, { CTSURV_TARGET_COHORT: cohort })), InputError, refusal);
    await assertRejects(() => openTransfer(smokeOn(few, { CTSURV_COHORT: cohort })), InputError, refusal);
    assert(performance.now() - started < 5000);
    assertEquals(await Deno.stat(join(few, "cache")).catch(() => "none"), "none");
  }));

Deno.test("openTransfer() counts deaths by the protocol's months: a death at 740 days is one by the authors' rule alone", () =>
  inFolder(async (late) => {
    const cohort = await flatCohort(late, 6, [740, 740, 900, 900, 900, 900]);
    const options = smokeOn(late, { CTSURV_COHORT: cohort, CTSURV_TARGET_COHORT: cohort });
    await assertRejects(() => openTransfer(options), InputError, "of whom 0 died");
    const authors = { ...options.environment, set: ["months=authors"] };
    const { target } = await openTransfer({ ...options, environment: authors });
    assertEquals(target.protocol.choices.months, "authors");
  }));

Deno.test("saveRow() in the folder of scans that were replaced is as in a new folder: Cox on the features, and the rows", () =>
  inFolder(async (folder) => {
    await writeCrudeCohort(join(folder, "cohort"), { patients: 18 });
    const save = async (outputs: string, model: string) => {
      const study = await openCrudeStudy(folder, { outputs });
      const features = await study.features("alexnet");
      const row = await saveRow(study, model, features, await study.crossValidate(features));
      await study.segmenter.dispose();
      return { row, rows: (await readTable1(join(study.folder, "table1.json"))).models.map(({ model }) => model) };
    };
    const { row: before } = await save("one", "vgg16");
    assert(before.coxOnFeatures, "the cohort has too few deaths to tell");
    const image = (patient: string) => join(folder, "cohort", "images", `${patient}.nii.gz`);
    for (const [a, b] of [["P0", "P17"], ["P1", "P14"], ["P2", "P13"]] as const) {
      const [first, second] = await Promise.all([a, b].map((patient) => Deno.readFile(image(patient))));
      await Deno.writeFile(image(a), second!);
      await Deno.writeFile(image(b), first!);
    }
    const [again, fresh] = [await save("one", "alexnet"), await save("new", "alexnet")];
    assertEquals(again.row, fresh.row);
    assertNotEquals(again.row.scans, before.scans);
    assertNotEquals(again.row.coxOnFeatures, before.coxOnFeatures);
    assertEquals(again.rows, ["alexnet"]);
  }));

Deno.test("openStudy() names the profile, the weights or the engine that the environment has wrong", async () => {
  const cohort = join(dir, "cohort");
  for (
    const [name, value, message] of [
      ["CTSURV_PROFILE", "fast", 'Unknown profile "fast" (CTSURV_PROFILE)'],
      ["CTSURV_WEIGHTS", "frozen", 'Unknown weights "frozen" (CTSURV_WEIGHTS)'],
      ["CTSURV_ENGINE", "abacus", 'Unknown engine "abacus" (CTSURV_ENGINE)'],
    ] as const
  ) {
    const options = smokeOn(dir, { CTSURV_COHORT: cohort, [name]: value });
    await assertRejects(() => openStudy(options), InputError, message);
  }
});
