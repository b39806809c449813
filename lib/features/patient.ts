import type { FollowUp } from "@ctsurv/survival/mod.ts";
import type { StoredActivations } from "./cached_activations.ts";

/** A patient whose follow-up is known. */
export interface LabelledPatient {
  readonly id: string;
  /** Censored at the horizon, 24 months. */
  readonly followUp: FollowUp;
}

/** A patient as the training of a survival head sees one. */
export interface TrainingPatient extends LabelledPatient {
  /** [slices, backbone features], from feet to head. */
  readonly features: Float32Array;
  readonly slices: number;
}

/** A patient as fine-tuning of the final block sees one. */
export interface FineTuningPatient extends LabelledPatient {
  readonly activations: StoredActivations;
}
