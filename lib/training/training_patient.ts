import type { FollowUp } from "@ctsurv/survival/mod.ts";

/** A patient as training sees one. */
export interface TrainingPatient {
  readonly id: string;
  /** [slices, backbone features], from feet to head. */
  readonly features: Float32Array;
  readonly slices: number;
  /** Censored at the horizon, 24 months. */
  readonly followUp: FollowUp;
}
