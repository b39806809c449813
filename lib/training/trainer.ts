import type { SelectedEpoch } from "./validation.ts";

/** Which of several trainings one is. */
export interface TrainingOf {
  /** The fold of a cross-validation, from 1. */
  readonly fold?: number;
}

/** The result of training. */
export interface Trained<Parameters> {
  /** What was trained or fitted. */
  readonly parameters: Parameters;
  /** [epochs]: mean loss of the batches; empty for models that are fitted in closed form. */
  readonly losses: readonly number[];
  /** Says that the training diverged and what to do, see `describeDivergence`; absent if it did not. */
  readonly divergence?: string;
  /** The epoch whose weights these are, where patients were kept back to choose it; absent for the last one. */
  readonly selected?: SelectedEpoch;
}

/** The prediction of a trained model for one patient. */
export interface PatientPrediction {
  /** The patient's name. */
  readonly id: string;
  /** S(0) to S(24): probability of being alive at each month. */
  readonly survival: Float64Array;
  /** [slices]: attention on each slice, from feet to head; sums to 1. Empty for models without slices. */
  readonly attention: Float32Array;
}

/** Trains and applies models of one kind, for `crossValidate`. Sessions are made once and serve every fold. */
export interface Trainer<Patient, Parameters> {
  /** Models that can be trained at the same time. @default {1} */
  readonly concurrency?: number;
  /** Trains a new model. `onEpoch` is called with the epoch, from 1, and its loss. */
  train(
    patients: readonly Patient[],
    onEpoch?: (epoch: number, loss: number) => void,
    of?: TrainingOf,
  ): Promise<Trained<Parameters>>;
  /**
   * The training loss of one curve for all of these patients, see `oneCurveLoss`: a training that stays
   * above it has learnt nothing about them. Absent for models without a loss.
   */
  constantLoss?(patients: readonly Patient[]): number;
  /** Computes survival curves and attention, in the order of the patients. */
  predict(parameters: Parameters, patients: readonly Patient[]): Promise<PatientPrediction[]>;
  /** Frees the sessions and ends the threads. */
  dispose(): Promise<void>;
}
