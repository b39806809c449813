import type { LabelledPatient } from "./trainer.ts";

/** A patient as the training of a head sees one. */
export interface TrainingPatient extends LabelledPatient {
  /** [slices, backbone features], from feet to head. */
  readonly features: Float32Array;
  readonly slices: number;
}
