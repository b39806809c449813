import type { Progress } from "@ctsurv/base/mod.ts";
import type { Cohort } from "@ctsurv/cohort/mod.ts";
import type { Engine, HostTensor } from "@ctsurv/engine/mod.ts";
import type { createBackbone, LabelledPatient, View } from "@ctsurv/features/mod.ts";
import type { NetworkLungs } from "@ctsurv/lungs/mod.ts";
import type { SurvivalHead } from "@ctsurv/nn/mod.ts";
import type { Displayable, Figure, Provenance } from "@ctsurv/report/mod.ts";
import type { CrossValidation, OutOfFoldPrediction, TrainedHead, TrainFoldsOptions } from "@ctsurv/training/mod.ts";
import type { Environment } from "./environment.ts";
import type { Profile } from "./profile.ts";
import type { Protocol } from "./protocol/protocol.ts";
import type { SeenSlices, TumourSlices } from "./seen_slices.ts";
import type { StudyFeatures, StudyFeaturesOptions } from "./study_features.ts";
import type { StudyHeadOptions } from "./study_trainer.ts";

/** A prediction, and what happened to the patient. */
export type FollowedPrediction = Omit<OutOfFoldPrediction, "fold">;

/** Of a model without images. */
export interface NoWeights {
  /** There are none. */
  readonly kind: "none";
  /** Of nothing. */
  readonly hash: "";
}

/** What is done with each fold of a cross-validation, and how many patients it trains on. */
export interface StudyFoldOptions extends Pick<TrainFoldsOptions, "onFold" | "trainingPatients"> {
  /** Is given the head of every fold, from 1; not where the final block is trained with it. */
  readonly onHead?: (fold: number, head: SurvivalHead<HostTensor>) => void;
}

/** A cohort under a profile and a protocol, and everything that computes on it. A notebook shows them. */
export interface Study extends Displayable {
  /** What selected the study. */
  readonly environment: Environment;
  /** How much of the protocol is run. */
  readonly profile: Profile;
  /** How the paper is read. */
  readonly protocol: Protocol;
  /** The patients, with enough of them for the profile's folds unless the study was opened without these. */
  readonly cohort: Cohort;
  /** Runs the networks. */
  readonly engine: Engine;
  /** Finds the lungs. */
  readonly segmenter: NetworkLungs;
  /** Shows how far long work has come. */
  readonly progress: Progress;
  /** Where slices and features are kept between runs. */
  readonly cache: string;
  /** Where trained heads are kept between runs; undefined where everything is trained again. */
  readonly trainings: string | undefined;
  /** Where results go. */
  readonly folder: string;
  /** Makes backbones; the latest is kept, and given again. */
  readonly backboneOf: typeof createBackbone;

  /**
   * A frozen backbone, its view under the profile, and the features of all patients.
   *
   * @throws {InputError} If its pretrained weights are asked for and missing, or no patient can be used.
   */
  features(backbone: string, options?: StudyFeaturesOptions): Promise<StudyFeatures>;
  /** The same for the one patient whom a notebook follows, with all slices, whatever the profile. */
  everySlice(features: StudyFeatures, patient: string): Promise<LabelledPatient & StudyFeatures["patients"][number]>;
  /** A patient's slices as the view shows them, and the tumour where it is known. */
  slicesOf(patient: string, view: View): Promise<SeenSlices>;
  /**
   * Where the tumour is known: by patient, first and last slice of each run of slices with tumour, counted from 0 among
   * those that the view shows. Of phantoms, and of patients with an outline such as that of a radiotherapy plan.
   */
  tumours(features: StudyFeatures): Promise<ReadonlyMap<string, TumourSlices>>;
  /** Cross-validation with the profile's folds and epochs, trained as the protocol says. */
  crossValidate(features: StudyFeatures, options?: StudyHeadOptions & StudyFoldOptions): Promise<CrossValidation>;
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
  /** How results of this study with these weights come to be; without images there are none. */
  provenance(weights: StudyFeatures["weights"] | NoWeights): Promise<Provenance & Displayable>;
  /** Saves a figure as `figures/<name>.svg` of the results, and gives it back. */
  save<Shown extends Figure>(name: string, figure: Shown): Promise<Shown>;
}
