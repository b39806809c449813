import { join, resolve } from "node:path";
import { tumourSlices } from "@ctsurv/analysis/mod.ts";
import type { Progress } from "@ctsurv/base/mod.ts";
import { type Cohort, openCohort, readPhantomRisk, readTumour } from "@ctsurv/cohort/mod.ts";
import type { Engine, HostTensor } from "@ctsurv/engine/mod.ts";
import { createBackbone, type LabelledPatient, type View, viewFor, type WeightsKind } from "@ctsurv/features/mod.ts";
import type { NetworkLungs } from "@ctsurv/lungs/mod.ts";
import { type AggregationChoice, findBackbone, type SurvivalHead } from "@ctsurv/nn/mod.ts";
import { type Displayable, type Figure, type Provenance, provenance, type Table } from "@ctsurv/report/mod.ts";
import { bestReachableCtd } from "@ctsurv/survival/mod.ts";
import {
  crossValidate,
  type CrossValidation,
  headTrainer,
  type HeadTrainerOptions,
  type OutOfFoldPrediction,
  parallelHeadTrainer,
  type TrainedHead,
} from "@ctsurv/training/mod.ts";
import { displayAs, factsTable } from "./_facts.ts";
import { type Environment, openEngine, openLungs, readEnvironment } from "./environment.ts";
import { findProfile, type Profile, requireFolds } from "./profile.ts";
import { type SeenSlices, seenSlices, type TumourSlices } from "./seen_slices.ts";
import { openSelectedCohort, outputsFolder } from "./selected_cohort.ts";
import { type StudyFeatures, studyFeatures } from "./study_features.ts";
import { studyProgress } from "./study_progress.ts";

/** How a head differs from the profile's. */
export interface StudyHeadOptions extends Partial<Omit<HeadTrainerOptions, "initialise">> {
  /** From slices to a patient. @default {gated attention} */
  readonly aggregation?: AggregationChoice;
  /** For progress. @default {the backbone and the aggregation} */
  readonly title?: string;
}

/** A prediction, and what happened to the patient. */
export type FollowedPrediction = Omit<OutOfFoldPrediction, "fold">;

/** A cohort under a profile, and everything that computes on it. A notebook shows both. */
export interface Study extends Displayable {
  /** What selected the study. */
  readonly environment: Environment;
  /** How much of the protocol is run. */
  readonly profile: Profile;
  /** The patients, with enough of them for the profile's folds. */
  readonly cohort: Cohort;
  /** Runs the networks. */
  readonly engine: Engine;
  /** Finds the lungs. */
  readonly segmenter: NetworkLungs;
  /** Shows how far long work has come. */
  readonly progress: Progress;
  /** Where slices and features are kept between runs. */
  readonly cache: string;
  /** Where results go. */
  readonly folder: string;

  /**
   * A frozen backbone, its view under the profile, and the features of all patients. `view` shows it more or less.
   * `weights` are of another kind than the study's, to compare the two.
   *
   * @throws {InputError} If its pretrained weights are asked for and missing, or no patient can be used.
   */
  features(backbone: string, view?: Partial<View>, weights?: WeightsKind): Promise<StudyFeatures>;
  /** The same for the one patient whom a notebook follows, with all slices, whatever the profile. */
  everySlice(features: StudyFeatures, patient: string): Promise<LabelledPatient & StudyFeatures["patients"][number]>;
  /** A patient's slices as the view shows them, and the tumour where it is known. */
  slicesOf(patient: string, view: View): Promise<SeenSlices>;
  /**
   * Where the tumour is known: by patient, first and last slice of each run of slices with tumour, counted from 0 among
   * those that the view shows. Of phantoms, and of patients with an outline such as that of a radiotherapy plan.
   */
  tumours(features: StudyFeatures): Promise<ReadonlyMap<string, TumourSlices>>;
  /**
   * Cross-validation with the profile's folds and training. Features of seeded and phantom weights are scaled to mean 0
   * and standard deviation 1 on the training patients; pretrained ones are taken as they are, as in the paper.
   */
  crossValidate(features: StudyFeatures, options?: StudyHeadOptions): Promise<CrossValidation>;
  /** One head, trained on all patients. */
  train(features: StudyFeatures, options?: StudyHeadOptions): Promise<TrainedHead>;
  /** The predictions of a trained head for patients whom it did not see. */
  predict(
    head: SurvivalHead<HostTensor>,
    features: StudyFeatures,
    options?: StudyHeadOptions,
  ): Promise<FollowedPrediction[]>;
  /** The Ctd of the curves that a phantom's deaths were drawn from; null for other cohorts. */
  bestReachableCtd(features: StudyFeatures): Promise<number | null>;
  /** How results of this study with these weights come to be. */
  provenance(weights: StudyFeatures["weights"]): Promise<Provenance & Displayable>;
  /** Saves a figure as `figures/<name>.svg` of the results, and gives it back. */
  save<Shown extends Figure>(name: string, figure: Shown): Promise<Shown>;
}

/** Options of {@linkcode openStudy}. */
export interface OpenStudyOptions {
  /** The cohort where the environment names none. @default {"phantom-lung1"} */
  readonly builtIn?: "phantom-lung1" | "phantom-claro";
  /** A study that shares its engine, lungs, progress and folder of results with this one. */
  readonly beside?: Study;
  /** Selects all the rest. @default {what the process's variables say} */
  readonly environment?: Environment;
  /** Where slices and features are kept between runs. @default {"../data/cache"} */
  readonly cache?: string;
}

/**
 * Opens the study that the environment selects: profile, cohort, engine, lungs. A cohort with too few patients for the
 * profile's folds is refused here, before hours of work are done.
 *
 * @throws {InputError} If the environment names something that is not there, or there are too few patients or deaths.
 */
export async function openStudy({
  builtIn = "phantom-lung1",
  beside,
  environment = beside?.environment ?? readEnvironment(),
  cache = beside?.cache ?? join("..", "data", "cache"),
}: OpenStudyOptions = {}): Promise<Study> {
  const profile = findProfile(undefined, environment);
  const progress = beside?.progress ?? studyProgress();
  const { lung1, claro } = profile.phantomPatients;
  const patients = builtIn === "phantom-lung1" ? lung1 : claro;
  const cohort = await openSelectedCohort({ builtIn, patients, progress, environment });
  requireFolds(cohort, profile);
  const engine = beside?.engine ?? await openEngine(environment);
  const segmenter = beside?.segmenter ?? await openLungs(engine, undefined, environment);
  const folder = beside?.folder ?? outputsFolder(cohort.name, profile.name, environment);
  const settings = { engine, segmenter, cache, progress };
  const optionsFor = ({ weights }: StudyFeatures, { aggregation: _, title: __, ...options }: StudyHeadOptions) => ({
    ...profile,
    scaleFeatures: weights.kind !== "pretrained",
    ...options,
  });
  const shapeFor = ({ backbone }: StudyFeatures, { aggregation = { kind: "gated" } }: StudyHeadOptions) => ({
    backboneFeatures: backbone.architecture.features,
    aggregation,
  });
  const patientOf = (id: string) => cohort.patients.find((patient) => patient.id === id)!;

  return {
    environment,
    profile,
    cohort,
    engine,
    segmenter,
    progress,
    cache,
    folder,
    async features(name, view, weights = profile.weights) {
      const architecture = findBackbone(name);
      // The profile's kind already is what the environment says; a kind that a notebook asks for goes before that.
      const backbone = await createBackbone(name, engine, { weights, weightsFolder: environment.weightsFolder });
      return await studyFeatures(cohort.patients, {
        ...settings,
        backbone,
        view: { ...viewFor(architecture, profile), ...view },
      });
    },
    async everySlice({ backbone, view }, patient) {
      const all = { ...settings, backbone, view: { ...view, slices: "all" } } as const;
      return (await studyFeatures([patientOf(patient)], all)).patients[0]!;
    },
    slicesOf: (patient, view) => seenSlices(cohort, patientOf(patient), view, { segmenter, cache }),
    async tumours({ slices }) {
      progress.start("Tumours", slices.length);
      const known = new Map<string, TumourSlices>();
      for (const { patient, ...facts } of slices) {
        const tumour = await readTumour(cohort, patientOf(patient));
        if (tumour) known.set(patient, tumourSlices(tumour, facts));
        progress.tick();
      }
      progress.done(`The tumour is known of ${known.size} of ${slices.length} patients`);
      return known;
    },
    async crossValidate(features, options = {}) {
      const shape = shapeFor(features, options);
      const trainer = parallelHeadTrainer(engine, shape, optionsFor(features, options));
      const { folds } = profile;
      const { epochs } = optionsFor(features, options);
      const title = options.title ?? `${features.backbone.architecture.title}, ${shape.aggregation.kind}`;
      progress.start(`${title}: epochs`, folds * epochs);
      const onEpoch = () => progress.tick();
      try {
        const validation = await crossValidate(trainer, features.patients, { ...profile, onEpoch });
        progress.done([`${title}: ${folds} folds of ${epochs} epochs`, ...validation.messages ?? []].join("; "));
        return validation;
      } finally {
        await trainer.dispose();
      }
    },
    async train(features, options = {}) {
      const training = optionsFor(features, options);
      const trainer = headTrainer(engine, shapeFor(features, options), training);
      progress.start("Epochs", training.epochs);
      try {
        const trained = await trainer.train(features.patients, () => progress.tick());
        const done = `${training.epochs} epochs on ${features.patients.length} patients`;
        progress.done(trained.divergence === undefined ? done : `${done}; ${trained.divergence}`);
        return trained;
      } finally {
        await trainer.dispose();
      }
    },
    async predict(head, features, options = {}) {
      const predictor = headTrainer(engine, shapeFor(features, options), optionsFor(features, options));
      const predictions = await predictor.predict(head, features.patients);
      await predictor.dispose();
      return predictions.map((prediction, i) => ({ ...prediction, ...features.patients[i]!.followUp }));
    },
    async bestReachableCtd({ patients }) {
      return cohort.manifest.phantom ? bestReachableCtd(await readPhantomRisk(cohort.dir), patients) : null;
    },
    provenance: (weights) =>
      provenance({
        engine: engine.name,
        provider: engine.description,
        weights,
        lungs: segmenter.name,
        cohort: { name: cohort.name, hash: cohort.hash },
        profile: profile.name,
        seeds: { training: profile.seed, folds: profile.foldSeed },
      }),
    async save(name, figure) {
      await figure.save(join(folder, "figures", `${name}.svg`));
      return figure;
    },
    ...displayAs(studyTable(profile, cohort, engine)),
  };
}

function studyTable(profile: Profile, { name, patients, excluded, manifest }: Cohort, engine: Engine): Table {
  return factsTable("Study", [
    ["Cohort", name],
    ["Patients", patients.length],
    ["Excluded", excluded.length],
    ["Source", manifest.source],
    ["Profile", profile.name],
    ["Slices of a patient", profile.slices],
    ["Folds", profile.folds],
    ["Epochs", profile.epochs],
    ["Patients in a batch", profile.batchSize],
    ["Learning rate", profile.learningRate],
    ["Weight decay", profile.weightDecay],
    ["Dropout", profile.dropout],
    ["Seeds (training, folds)", `${profile.seed}, ${profile.foldSeed}`],
    ["Weights that the profile asks for", profile.weights],
    ["Engine", `${engine.name}, ${engine.description}`],
  ]);
}

/** Two studies for a transfer, which share engine, lungs, progress and the source's folder of results. */
export interface TransferStudies {
  /** The cohort that is learnt from. */
  readonly source: Study;
  /** The cohort that is predicted. */
  readonly target: Study;
}

/**
 * Opens the source, as {@linkcode openStudy} does, and the target: the cohort that `CTSURV_TARGET_COHORT` names, or
 * phantom-claro. Cohorts that the environment names are checked before a built-in one is made.
 *
 * @throws {InputError} As {@linkcode openStudy} does, for either.
 */
export async function openTransfer(
  options: Pick<OpenStudyOptions, "environment" | "cache"> = {},
): Promise<TransferStudies> {
  const { environment = readEnvironment() } = options;
  const { cohort, targetCohort } = environment;
  for (const folder of [cohort, targetCohort]) {
    if (folder !== undefined) requireFolds(await openCohort(resolve(folder)), findProfile(undefined, environment));
  }
  const source = await openStudy(options);
  return { source, target: await openStudy({ builtIn: "phantom-claro", beside: source }) };
}
