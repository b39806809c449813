import { InputError, type Progress } from "@ctsurv/base/mod.ts";
import type { Engine } from "@ctsurv/engine/mod.ts";
import {
  activationExtractor,
  extractActivations,
  extractFeatures,
  type ExtractOptions,
  featureExtractor,
  type LabelledPatient,
  type ScannedPatient,
  type SkippedPatient,
  type SliceFacts,
  type View,
} from "@ctsurv/features/mod.ts";
import { fineTuner, type FineTunerOptions } from "../fine_tuning/fine_tuner.ts";
import { headTrainer } from "../head_trainer.ts";
import type { Trained, Trainer } from "../trainer.ts";
import type { SurvivalModel } from "./survival_model.ts";

/** Options of {@linkcode trainModel}. */
export interface TrainModelOptions extends Omit<ExtractOptions, "settings">, FineTunerOptions {
  /** What differs from the usual preprocessing. @default {nothing} */
  readonly preprocessing?: NonNullable<SurvivalModel["preprocessing"]>;
  /** Which slices of a patient the backbone sees. */
  readonly view: View;
  /** Sizes and kinds of the head; fields that are left out have the paper's values. */
  readonly shape: SurvivalModel["shape"];
}

/** A patient whose scan was used, though what its files say of voxels or geometry is in doubt. */
export interface DoubtedPatient {
  /** The patient's name. */
  readonly patient: string;
  /** The `doubts` of {@linkcode readVolume}, which quality control flags; at least one. */
  readonly doubts: readonly string[];
}

/** A trained model, and its patients. */
export interface TrainedModel {
  /** The model; `saveModel` also needs `trainedOn`. */
  readonly model: Omit<SurvivalModel, "trainedOn">;
  /** [epochs]: mean loss of the batches. */
  readonly losses: readonly number[];
  /** Says that the training diverged and what to do; absent if it did not. */
  readonly divergence?: string;
  /** The patients on whom it was trained. */
  readonly patients: readonly LabelledPatient[];
  /** The patients who were left out. */
  readonly skipped: readonly SkippedPatient[];
  /** Those of the patients whose scans a person should look at. */
  readonly doubted: readonly DoubtedPatient[];
}

/**
 * Trains a model on a whole cohort: the head on features of the frozen backbone, or with `fineTuning: "final-block"`
 * the head together with the backbone's last block.
 *
 * @throws {InputError} If no patient can be used, none of them died, or the loss becomes NaN.
 */
export async function trainModel(
  engine: Engine,
  cohort: readonly ScannedPatient[],
  options: TrainModelOptions,
): Promise<TrainedModel> {
  const { backbone, view, shape, loss, preprocessing } = options;
  const { kind = "deephit", tail = true } = loss ?? {};
  const model = {
    backbone,
    view,
    shape,
    tail,
    ...kind !== "deephit" && { loss: kind },
    ...preprocessing && { preprocessing },
  };
  const settings = { ...preprocessing && { settings: preprocessing } };
  if (options.fineTuning === "final-block") {
    const extractor = await activationExtractor(engine, backbone, view);
    const { patients, skipped, slices } = await extractActivations(cohort, { ...options, ...settings, extractor });
    await extractor.dispose();
    const { parameters, ...trained } = await train(fineTuner(engine, backbone, shape, options), patients, options);
    return { model: { ...model, ...parameters }, ...trained, patients, skipped, doubted: doubtedAmong(slices) };
  }
  const extractor = await featureExtractor(engine, backbone, view);
  const { patients, skipped, slices } = await extractFeatures(cohort, { ...options, ...settings, extractor });
  await extractor.dispose();
  const headShape = { ...shape, backboneFeatures: backbone.architecture.features };
  const { parameters: head, ...trained } = await train(headTrainer(engine, headShape, options), patients, options);
  return { model: { ...model, head }, ...trained, patients, skipped, doubted: doubtedAmong(slices) };
}

function doubtedAmong(scans: readonly SliceFacts[]): DoubtedPatient[] {
  return scans.flatMap(({ patient, measured: { doubts } }) => doubts.length > 0 ? [{ patient, doubts }] : []);
}

async function train<Patient extends LabelledPatient, Parameters>(
  trainer: Trainer<Patient, Parameters>,
  patients: readonly Patient[],
  { epochs, progress }: { readonly epochs: number; readonly progress?: Progress },
): Promise<Trained<Parameters>> {
  if (patients.every(({ followUp }) => followUp.event === 0)) {
    throw new InputError(`None of the ${patients.length} patients died within two years`);
  }
  progress?.start("Epochs", epochs);
  try {
    const trained = await trainer.train(patients, () => progress?.tick());
    progress?.done(`${epochs} epochs`);
    return trained;
  } finally {
    await trainer.dispose();
  }
}
