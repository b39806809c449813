import { InputError } from "@ctsurv/base/mod.ts";
import type { Cohort } from "@ctsurv/cohort/mod.ts";
import type { TrainingPatient } from "@ctsurv/features/mod.ts";
import {
  type FusionPatient,
  INNER_FOLDS,
  jointFusionTrainer,
  keepTrainings,
  type LateFusionOptions,
  lateFusionTrainer,
  parallelHeadTrainer,
} from "@ctsurv/training/mod.ts";
import type { FusionKind } from "../rows/rows.ts";
import type { StudyFeatures } from "../study_features.ts";
import {
  type HeadTraining,
  keptHeads,
  shapeFor,
  type StudyHeadOptions,
  trainingFor,
  type UseTrainer,
  withTrainer,
} from "../study_trainer.ts";

/** Options of {@linkcode withFusion}. */
export interface FusionOptions extends StudyHeadOptions, Pick<LateFusionOptions, "innerFolds" | "ridge" | "ridgeName"> {
}

/** What a study fuses with. */
export interface FusionStudy extends HeadTraining {
  /** The patients' clinical records. */
  readonly cohort: Pick<Cohort, "patients">;
}

/**
 * Makes a trainer of CT and clinical data together: the study's head on the features, and the covariates of the clinical
 * baseline. Late fusion keeps each head that it trains, the one on all training patients as the row of the CT alone keeps
 * it; joint fusion keeps each fold.
 */
export async function withFusion<Result>(
  study: FusionStudy,
  kind: FusionKind,
  features: StudyFeatures,
  { innerFolds = INNER_FOLDS, ridge, ridgeName, ...options }: FusionOptions,
  use: UseTrainer<Result>,
): Promise<Result> {
  refuseFinalBlock(study);
  const { engine, profile } = study;
  const training = trainingFor(study, features, options);
  const shape = shapeFor(study, features, options);
  const { kept } = keptHeads(study, shape, training);
  const patients = fusionPatients(study, features);
  const { epochs } = training;
  const title = options.title ?? `${features.backbone.architecture.title} and clinical data, ${kind} fusion`;
  if (kind === "joint") {
    const headFor = (clinical: number) => parallelHeadTrainer(engine, { ...shape, clinical }, training);
    const trainer = jointFusionTrainer(headFor);
    const about = {
      title,
      epochs,
      ...kept && { kept: { ...kept, identity: { kind: "joint fusion", ...kept.identity } } },
    };
    return await withTrainer(trainer, patients, about, use);
  }
  const heads = keepTrainings(parallelHeadTrainer(engine, shape, training), kept);
  const trainer = lateFusionTrainer(heads, {
    innerFolds,
    seed: profile.foldSeed,
    ...ridge !== undefined && { ridge },
    ...ridgeName !== undefined && { ridgeName },
  });
  return await withTrainer(trainer, patients, { title, epochs: epochs * (innerFolds + 1) }, use);
}

/** The patients of some features, with their rows of the clinical table. */
export function fusionPatients(
  { cohort }: Pick<FusionStudy, "cohort">,
  { patients }: { readonly patients: readonly TrainingPatient[] },
): FusionPatient[] {
  const records = new Map(cohort.patients.map(({ id, record }) => [id, record]));
  return patients.map((patient) => ({ ...patient, record: records.get(patient.id)! }));
}

function refuseFinalBlock({ protocol: { choices: { tune } } }: HeadTraining): void {
  if (tune === "final-layer") return;
  throw new InputError(
    "CT and clinical data are fused on a frozen backbone only, and this protocol trains its final block: choose " +
      "tune=final-layer",
  );
}
