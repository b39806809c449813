/** One step in a process of its own: `main.ts` starts it with the step, the number of patients and a folder. */
import { join } from "node:path";
import { cpuUsage } from "node:process";
import { peakMemory, writeAtomic } from "@ctsurv/base/mod.ts";
import { importCohort, openCohort } from "@ctsurv/cohort/mod.ts";
import { onnxEngine } from "@ctsurv/engine/mod.ts";
import { extractFeatures, sliceQueue } from "@ctsurv/features/mod.ts";
import { type Backbone, backbones } from "@ctsurv/nn/mod.ts";
import { modelResult, provenance, updateTable1, writeCrossValidation } from "@ctsurv/report/mod.ts";
import { compareWithinFolds, readCrossValidation } from "@ctsurv/report/results/cross_validation.ts";
import { deepHitShape, protocols, softAttention, trainingSettings } from "@ctsurv/study/mod.ts";
import {
  calibrationIndex,
  concordanceInterval,
  detectableDifference,
  evaluatePredictions,
  HORIZON_MONTHS,
} from "@ctsurv/survival/mod.ts";
import {
  assembleFolds,
  keepTrainings,
  parallelHeadTrainer,
  stratifiedFolds,
  toSurvivalPredictions,
  type Trainer,
} from "@ctsurv/training/mod.ts";
import type { TrainingPatient } from "@ctsurv/features/mod.ts";
import {
  FEATURES,
  FOLDS,
  madeUpFolds,
  madeUpPatients,
  SLICES,
  tinyLungs,
  tinySettings,
  writeCohortToImport,
  writeDicomToImport,
} from "./made_up.ts";
import type { GrowthStep, StepTaken } from "./steps.ts";

/** Prepares a step; what it gives back is measured. */
type Prepare = (patients: number, folder: string) => Promise<() => unknown> | (() => unknown);

const weights = { kind: "seeded", seed: 1, sha256: "growth" } as const;
/** What the cache asks of a backbone: nothing runs here. */
const backbone: Backbone = { architecture: backbones.efficientnet_b0!, parameters: {}, source: weights };
const cohortOf = (folder: string) => join(folder, "cohort");

const steps: Readonly<Record<GrowthStep, Prepare>> = {
  async import(patients, folder) {
    await writeCohortToImport(folder, patients);
    const [images, clinical] = [join(folder, "images"), join(folder, "clinical.csv")];
    return () => importCohort({ images, clinical, output: cohortOf(folder), name: "made up" });
  },
  async dicom(patients, folder) {
    await writeCohortToImport(folder, patients);
    await writeDicomToImport(folder, patients);
    const [images, clinical] = [join(folder, "dicom"), join(folder, "clinical.csv")];
    return () => importCohort({ images, clinical, output: join(folder, "of dicom"), name: "made up" });
  },
  open: (_, folder) => () => openCohort(cohortOf(folder)),
  async slices(_, folder) {
    const { patients } = await openCohort(cohortOf(folder));
    const options = { segmenter: tinyLungs, folder: join(folder, "cache", "slices"), settings: tinySettings };
    await sliceQueue(patients.slice(0, 1), options).next();
    return async () => {
      const queue = sliceQueue(patients, options);
      for (const _ of patients) await queue.next();
    };
  },
  async features(_, folder) {
    const { patients } = await openCohort(cohortOf(folder));
    const extractor = { extract: () => Promise.resolve(new Float32Array(SLICES * FEATURES).fill(1)) };
    const view = { kind: "slice", slices: "all", size: tinySettings.size } as const;
    const cache = join(folder, "cache");
    const options = { extractor, backbone, view, segmenter: tinyLungs, cache, settings: tinySettings };
    await extractFeatures(patients.slice(0, 1), options);
    return () => extractFeatures(patients, options);
  },
  folds(patients) {
    const events = madeUpFolds(patients).flatMap(({ predictions }) => predictions.map(({ event }) => event));
    return () => stratifiedFolds(events, { folds: FOLDS });
  },
  kept(patients, folder) {
    const cohort = madeUpPatients(patients);
    const none: Trainer<TrainingPatient, null> = {
      train: () => Promise.resolve({ parameters: null, losses: [1] }),
      predict: () => Promise.resolve([]),
      dispose: () => Promise.resolve(),
    };
    const trainer = keepTrainings(none, { folder: join(folder, "trainings"), identity: { began: Date.now() } });
    return async () => {
      for (let fold = 1; fold <= FOLDS; fold++) {
        await trainer.train(cohort.filter((_, i) => i % FOLDS !== fold - 1), undefined, { fold });
      }
    };
  },
  epoch(patients) {
    const cohort = madeUpPatients(patients);
    const { paper } = protocols;
    const shape = { backboneFeatures: FEATURES, aggregation: softAttention(paper), ...deepHitShape(paper) };
    const settings = { epochs: 1, ...trainingSettings(paper, { trained: true }) };
    const trainer = parallelHeadTrainer(onnxEngine({ threads: 1 }), shape, { ...settings, threads: 2 });
    return () => trainer.train(cohort);
  },
  ctd(patients) {
    const predictions = pooled(patients);
    return () => concordanceInterval(predictions);
  },
  scores(patients) {
    const folds = madeUpFolds(patients);
    const ids = folds.flatMap(({ predictions }) => predictions.map(({ id }) => id));
    return () => assembleFolds(folds, ids);
  },
  evaluate(patients) {
    const predictions = pooled(patients);
    return () => evaluatePredictions(predictions);
  },
  calibration(patients) {
    const predictions = pooled(patients);
    return () => calibrationIndex(predictions, HORIZON_MONTHS);
  },
  compare(patients) {
    const [first, second] = [1, 2].map((seed) => {
      const all = madeUpFolds(patients, seed).flatMap(({ predictions }) => predictions);
      return { predictions: all };
    });
    const { months, event } = toSurvivalPredictions(first!.predictions);
    const folds = first!.predictions.map(({ fold }) => fold);
    return () => [
      compareWithinFolds(first!, second!),
      detectableDifference({ months, event }, { correlation: .6, folds }),
    ];
  },
  async save(patients, folder) {
    const folds = madeUpFolds(patients);
    const predictions = folds.flatMap((fold) => fold.predictions);
    // Scores are another step: those of few patients serve.
    const few = madeUpFolds(100);
    const scored = assembleFolds(few, few.flatMap((fold) => fold.predictions.map(({ id }) => id)));
    const validation = { ...scored, folds: folds.map(({ result }) => result), predictions };
    const seeds = { training: 1, folds: 1 };
    const cohort = { name: "made up", hash: "none" };
    const record = await provenance({
      ...{ engine: "onnx", provider: "none", lungs: tinyLungs.name, profile: "paper", cohort, seeds },
      weights: { kind: weights.kind, hash: weights.sha256 },
    });
    const view = { kind: "slice", slices: "all", size: 224 } as const;
    const made = {
      model: "efficientnet_b0",
      name: "made up",
      weights: record.weights as { kind: "seeded"; hash: string },
    };
    return async () => {
      await writeCrossValidation(folder, made.model, { ...validation, provenance: record });
      await readCrossValidation(folder, made.model);
      await updateTable1(join(folder, "table1.json"), {
        kind: "table1",
        cohort: { ...cohort, patients, events: 1, bestReachableCtd: null },
        profile: "paper",
        models: [modelResult(validation, { ...made, view })],
      });
    };
  },
};

function pooled(patients: number) {
  return toSurvivalPredictions(madeUpFolds(patients).flatMap(({ predictions }) => predictions));
}

const [step, patients, folder, output] = Deno.args as [GrowthStep, string, string, string];
const run = await steps[step](Number(patients), folder);
const megabytes = async () => await peakMemory() ?? 0;
const [memory, cpu, started] = [await megabytes(), cpuUsage(), performance.now()];
await run();
const { user, system } = cpuUsage(cpu);
const taken: StepTaken = {
  cpuSeconds: round((user + system) / 1e6),
  wallSeconds: round((performance.now() - started) / 1000),
  megabytes: Math.round((await megabytes() - memory) / 2 ** 20),
};
await writeAtomic(output, JSON.stringify(taken));
Deno.exit(0);

/** To a hundredth. */
function round(seconds: number): number {
  return Math.round(100 * seconds) / 100;
}
