import type { FollowUp } from "@ctsurv/survival/mod.ts";
import type { StoredActivations } from "./cached_activations.ts";

/** A patient whose follow-up is known. */
export interface LabelledPatient {
  /** The patient's name, unique in the cohort. */
  readonly id: string;
  /** Months and event, censored at the horizon of 24 months. */
  readonly followUp: FollowUp;
}

/** A patient for the training of a survival head. */
export interface TrainingPatient extends LabelledPatient {
  /** [slices, backbone features], from feet to head. */
  readonly features: Float32Array;
  /** Number of slices in `features`; 1 for a volume. */
  readonly slices: number;
  /** [clinical covariates], for heads that take them beside the patient vector. */
  readonly clinical?: Float32Array;
}

/** A patient for fine-tuning of the final block. */
export interface FineTuningPatient extends LabelledPatient {
  /** Activations at the cut before the final block, on disk. */
  readonly activations: StoredActivations;
}
