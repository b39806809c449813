import type { FollowUp } from "@ctsurv/survival/mod.ts";

/** A patient whose follow-up is known. */
export interface LabelledPatient {
  readonly id: string;
  /** Censored at the horizon, 24 months. */
  readonly followUp: FollowUp;
}

/** What training gives. */
export interface Fitted<Parameters> {
  readonly parameters: Parameters;
  /** Mean loss of each epoch's batches. */
  readonly losses: readonly number[];
}

/** What a fitted model says of one patient. */
export interface PatientPrediction {
  readonly id: string;
  /** S(0) to S(24): probability of being alive at each month. */
  readonly survival: Float64Array;
  /** Attention on each slice, from feet to head; sums to 1. */
  readonly attention: Float32Array;
}

/** Fits and applies models of one kind. Sessions are made once for each batch size and serve every fold. */
export interface Trainer<Patient, Parameters> {
  /** Fits that can go on at a time. @default {1} */
  readonly concurrency?: number;
  /** Trains anew, from where every fold starts. `onEpoch` is told the epoch, from 1, and its loss. */
  fit(
    patients: readonly Patient[],
    onEpoch?: (epoch: number, loss: number) => void,
  ): Promise<Fitted<Parameters>>;
  /** Survival curves and attention, in the order of the patients. */
  predict(parameters: Parameters, patients: readonly Patient[]): Promise<PatientPrediction[]>;
  dispose(): Promise<void>;
}

/** A patient as the training of a head sees one. */
export interface TrainingPatient extends LabelledPatient {
  /** [slices, backbone features], from feet to head. */
  readonly features: Float32Array;
  readonly slices: number;
}
