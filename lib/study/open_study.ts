import { join } from "node:path";
import { tumourSlices } from "@ctsurv/analysis/mod.ts";
import { InputError } from "@ctsurv/base/mod.ts";
import { type PhantomLaw, readPhantomRisk, readTumour } from "@ctsurv/cohort/mod.ts";
import type { HostTensor } from "@ctsurv/engine/mod.ts";
import { viewFor } from "@ctsurv/features/mod.ts";
import type { SurvivalHead } from "@ctsurv/nn/mod.ts";
import { provenance } from "@ctsurv/report/mod.ts";
import { bestReachableCtd } from "@ctsurv/survival/mod.ts";
import { assembleFolds, headTrainer, keepTrainings } from "@ctsurv/training/mod.ts";
import { displayAs } from "./_facts.ts";
import { latestBackbone } from "./_latest_backbone.ts";
import { studyTable } from "./_study_table.ts";
import { type Environment, openEngine, openLungs, readEnvironment } from "./environment.ts";
import { findProfile, requireFolds } from "./profile.ts";
import type { Choices } from "./protocol/choices.ts";
import { findProtocol, protocolSuffix } from "./protocol/find_protocol.ts";
import { monthRule } from "./protocol/settings.ts";
import { seenSlices, type TumourSlices } from "./seen_slices.ts";
import { openSelectedCohort, outputsFolder } from "./selected_cohort.ts";
import { studyFeatures } from "./study_features.ts";
import { keptHeads, runFolds, shapeFor, trainingFor, withHeads } from "./study_trainer.ts";
import { studyProgress } from "./study_progress.ts";

import type { Study } from "./study.ts";

/** Options of {@linkcode openStudy}. */
export interface OpenStudyOptions {
  /** The cohort where the environment names none. @default {"phantom-lung1"} */
  readonly builtIn?: "phantom-lung1" | "phantom-claro";
  /**
   * What the survival of a phantom cohort depends on; `"null"` is the control, in which nothing can be learnt. Scans,
   * slices and features are the same under each law. A cohort that is no phantom is refused.
   *
   * @default {what `CTSURV_PHANTOM_LAW` says, for built-in cohorts; the cohort's own, for others}
   */
  readonly law?: PhantomLaw;
  /**
   * Whether its patients will be dealt into the profile's folds. A cohort that a model of another one predicts is not, and
   * may have few patients.
   *
   * @default {true}
   */
  readonly needsFolds?: boolean;
  /** A study that shares its engine, lungs, progress and folder of results with this one. */
  readonly beside?: Study;
  /** Selects all the rest. @default {what the process's variables say} */
  readonly environment?: Environment;
  /** Where slices and features are kept between runs. @default {"../data/cache"} */
  readonly cache?: string;
  /** Where built-in cohorts are kept between runs. @default {"../data/cohorts"} */
  readonly cohorts?: string;
  /** Where results go. @default {a folder of the cohort, profile and protocol among the outputs} */
  readonly folder?: string;
}

/**
 * Opens the study that the environment selects: profile, cohort, engine, lungs. A cohort with too few patients for the
 * profile's folds is refused here, before hours of work are done, unless it needs none.
 *
 * @throws {InputError} If the environment names something that is not there, or there are too few patients or deaths.
 */
export async function openStudy({
  builtIn = "phantom-lung1",
  law,
  needsFolds = true,
  beside,
  environment = beside?.environment ?? readEnvironment(),
  cache = beside?.cache ?? join("..", "data", "cache"),
  cohorts,
  folder: wanted,
}: OpenStudyOptions = {}): Promise<Study> {
  const profile = findProfile(undefined, environment);
  const protocol = findProtocol(profile.name, environment);
  const { choices } = protocol;
  const progress = beside?.progress ?? studyProgress(environment);
  const patients = profile.phantomPatients[builtIn === "phantom-lung1" ? "lung1" : "claro"];
  const cohort = await openSelectedCohort({
    builtIn,
    law,
    patients,
    progress,
    environment,
    known: beside?.cohort,
    ...cohorts !== undefined && { folder: cohorts },
  });
  if (needsFolds) requireFolds(cohort, profile, monthRule(choices));
  const engine = beside?.engine ?? await openEngine(environment);
  const segmenter = beside?.protocol.choices.lungs === choices.lungs
    ? beside.segmenter
    : await openLungs(engine, choices.lungs, environment);
  const name = profile.name + protocolSuffix(profile.name, environment);
  const folder = wanted ?? beside?.folder ?? outputsFolder(cohort.name, name, environment);
  const trainings = environment.trainings === "none" ? undefined : environment.trainings ?? join(cache, "trainings");
  const training = { profile, protocol, engine, progress, trainings };
  const settings = { engine, segmenter, cache, progress, choices, manifest: cohort.manifest };
  const backboneOf = beside?.backboneOf ?? latestBackbone();
  const patientOf = (id: string) => cohort.patients.find((patient) => patient.id === id)!;

  return {
    environment,
    profile,
    protocol,
    cohort,
    engine,
    segmenter,
    progress,
    cache,
    trainings,
    folder,
    backboneOf,
    async features(name, { weights = profile.weights, patients, ...view } = {}) {
      // The profile's kind already is what the environment says; a kind that a notebook asks for goes before that.
      const backbone = await backboneOf(name, engine, { weights, weightsFolder: environment.weightsFolder });
      const { architecture } = backbone;
      const wanted = patients && new Set(patients);
      return await studyFeatures(cohort.patients.filter(({ id }) => !wanted || wanted.has(id)), {
        ...settings,
        measuredOn: cohort.patients,
        backbone,
        view: { ...viewFor(architecture, profile), ...view },
      });
    },
    async everySlice({ backbone, view }, patient) {
      const all = { ...settings, backbone, view: { ...view, slices: "all" } } as const;
      return (await studyFeatures([patientOf(patient)], all)).patients[0]!;
    },
    slicesOf: (patient, view) => seenSlices(cohort, patientOf(patient), view, { segmenter, cache, choices }),
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
    crossValidate: (features, { onFold, onHead, trainingPatients, ...options } = {}) =>
      withHeads(training, features, options, async (trainer, patients, title) => {
        const onTrained = (fold: number, trained: unknown) => onHead?.(fold, trained as SurvivalHead<HostTensor>);
        const outcomes = await runFolds(training, trainer, patients, {
          ...title,
          ...trainingPatients !== undefined && { trainingPatients },
          ...onFold && { onFold },
          ...onHead && choices.tune === "final-layer" && { onTrained },
        });
        return assembleFolds(outcomes, patients.map(({ id }) => id), { variant: choices.ctd });
      }),
    async train(features, options = {}) {
      refuseFinalBlock(choices);
      const given = trainingFor(training, features, options);
      const shape = shapeFor(training, features, options);
      const { kept } = keptHeads(training, shape, given);
      const trainer = keepTrainings(headTrainer(engine, shape, given), kept);
      progress.start("Epochs", given.epochs);
      try {
        const trained = await trainer.train(features.patients, () => progress.tick());
        const done = `${given.epochs} epochs on ${features.patients.length} patients`;
        progress.done(trained.divergence === undefined ? done : `${done}; ${trained.divergence}`);
        return trained;
      } finally {
        await trainer.dispose();
      }
    },
    async predict(head, features, options = {}) {
      const shape = shapeFor(training, features, options);
      const predictor = headTrainer(engine, shape, trainingFor(training, features, options));
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
        lungs: weights.kind === "none" || weights.kind === "external" ? "none" : segmenter.name,
        cohort: { name: cohort.name, hash: cohort.hash },
        profile: profile.name,
        protocol: { name: protocol.name, choices: { ...choices } },
        seeds: { training: profile.seed, folds: profile.foldSeed },
      }),
    save: (name, figure) => figure.save(join(folder, "figures", `${name}.svg`)).then(() => figure),
    ...displayAs(studyTable({ profile, protocol, cohort, engine })),
  };
}

/** One head for all patients, such as for a transfer, is a head alone. */
function refuseFinalBlock({ tune }: Choices): void {
  if (tune === "final-layer") return;
  throw new InputError(
    "A study trains one head for all patients on a frozen backbone only: choose tune=final-layer. Cross-validation and " +
      "`ctsurv fit` train the final block too",
  );
}
