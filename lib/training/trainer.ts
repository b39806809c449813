/** The result of training. */
export interface Trained<Parameters> {
  readonly parameters: Parameters;
  /** Mean loss of each epoch's batches. */
  readonly losses: readonly number[];
}

/** The prediction of a trained model for one patient. */
export interface PatientPrediction {
  readonly id: string;
  /** S(0) to S(24): probability of being alive at each month. */
  readonly survival: Float64Array;
  /** Attention on each slice, from feet to head; sums to 1. */
  readonly attention: Float32Array;
}

/** Trains and applies models of one kind. Sessions are made once for each batch size and serve every fold. */
export interface Trainer<Patient, Parameters> {
  /** Trainings that can go on at a time. @default {1} */
  readonly concurrency?: number;
  /** Trains anew, from where every fold starts. `onEpoch` is told the epoch, from 1, and its loss. */
  train(
    patients: readonly Patient[],
    onEpoch?: (epoch: number, loss: number) => void,
  ): Promise<Trained<Parameters>>;
  /** Survival curves and attention, in the order of the patients. */
  predict(parameters: Parameters, patients: readonly Patient[]): Promise<PatientPrediction[]>;
  dispose(): Promise<void>;
}
