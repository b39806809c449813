import { assert, assertEquals, assertNotEquals, assertRejects } from "@std/assert";
import { join } from "node:path";
import { InputError } from "@ctsurv/base/mod.ts";
import { ensurePhantom, openCohort, phantomLung1 } from "@ctsurv/cohort/mod.ts";
import { activationExtractor, extractActivations, type ScannedPatient, takeView } from "@ctsurv/features/mod.ts";
import { preprocessCached, thresholdLungs } from "@ctsurv/imaging/mod.ts";
import { efficientNetB0, finalBlockNames, seededBackbone } from "@ctsurv/nn/mod.ts";
import {
  fineTuner,
  type FineTuning,
  loadModel,
  modelPredictor,
  saveModel,
  trainModel,
  type TrainModelOptions,
} from "@ctsurv/training/mod.ts";
import { engineUnderTest } from "../../support/engine_under_test.ts";
import { copyOfParameters } from "../fine_tuning/final_blocks.ts";
import { quickly } from "../patients.ts";

const engine = engineUnderTest;
const backbone = await seededBackbone(efficientNetB0, engine);
const [siemens, xio] = phantomLung1.scanners;
/** Coarse, so that a patient takes milliseconds. */
const coarse = {
  patients: 3,
  overrides: { matrix: 64, scanners: [{ ...siemens, sliceSpacing: 9 }, { ...xio!, sliceSpacing: 9 }] as const },
};
const trainedOn = { cohort: "phantom", patients: 3, events: 2, profile: "smoke", epochs: 2, segmenter: "threshold" };

let folder = "";
let patients: readonly ScannedPatient[] = [];
Deno.test.beforeAll(async () => {
  folder = await Deno.makeTempDir();
  await ensurePhantom("phantom-lung1", join(folder, "cohort"), coarse);
  ({ patients } = await openCohort(join(folder, "cohort")));
});
Deno.test.afterAll(() => Deno.remove(folder, { recursive: true }));

function optionsOf(fineTuning: FineTuning): TrainModelOptions {
  return {
    ...quickly,
    epochs: 2,
    backbone,
    view: { kind: "slice", slices: 3, size: 224 },
    shape: { layers: 2, width: 20 },
    fineTuning,
    scaleFeatures: true,
    loss: { tail: false },
    segmenter: thresholdLungs,
    cache: join(folder, "cache"),
  };
}

/** What a saved model says of the first patient, from its scan. */
async function predictSaved(path: string) {
  const model = await loadModel(path, engine);
  const { id, image } = patients[0]!;
  const prepared = await preprocessCached(image, join(folder, "cache", "slices"), {
    segmenter: thresholdLungs,
    where: id,
  });
  const predictor = await modelPredictor(engine, model);
  const prediction = await predictor.predict(id, takeView(prepared, model.view));
  await predictor.dispose();
  return prediction;
}

Deno.test("trainModel() with the final block: a saved model predicts what the trained one did, bit by bit", async () => {
  const options = optionsOf("final-block");
  const { model, losses } = await trainModel(engine, patients, options);
  assert(losses.every(Number.isFinite));
  assertEquals(Object.keys(model.finalBlock!), finalBlockNames(efficientNetB0));
  const own = copyOfParameters(backbone);
  for (const [name, { data }] of Object.entries(model.finalBlock!)) assertNotEquals(data, own.get(name), name);

  const extractor = await activationExtractor(engine, backbone);
  const cohort = await extractActivations(patients, { ...options, extractor });
  const tuner = fineTuner(engine, backbone, model.shape, options);
  const { head, finalBlock } = model;
  const [before] = await tuner.predict({ head, finalBlock: finalBlock! }, [cohort.patients[0]!]);
  for (const part of [extractor, tuner]) await part.dispose();

  const path = join(folder, "tuned.safetensors");
  await saveModel(path, { ...model, trainedOn });
  assertEquals(await predictSaved(path), before);
  // The block, beside a head that is small here: 1,129,392 numbers.
  assert((await Deno.stat(path)).size > 4 * 1_129_392);
});

Deno.test("trainModel() with the final layer is another model, and saves no block", async () => {
  const { model } = await trainModel(engine, patients, optionsOf("final-layer"));
  assertEquals(model.finalBlock, undefined);
  assertEquals([model.tail, model.shape], [false, { layers: 2, width: 20 }]);
  const path = join(folder, "frozen.safetensors");
  await saveModel(path, { ...model, trainedOn });
  const { survival } = await predictSaved(path);
  assertEquals([survival.length, survival[0], survival[24]], [25, 1, 0]);
});

Deno.test("trainModel() refuses a cohort in which nobody died", async () => {
  const alive = patients.map((patient) => ({ ...patient, record: { ...patient.record, dead: false } }));
  for (const fineTuning of ["final-layer", "final-block"] as const) {
    await assertRejects(
      () => trainModel(engine, alive, optionsOf(fineTuning)),
      InputError,
      "None of the 3 patients died",
    );
  }
});
