import type { Initialise } from "@ctsurv/nn/mod.ts";
import type { TrainingLabels } from "./make_batch.ts";
import type { TrainingOptions } from "./training_step.ts";

/** How a head is fitted. */
export interface FitOptions extends TrainingOptions {
  readonly epochs: number;
  readonly batchSize: number;
  /** Probability that a hidden unit of DeepHit is left out of a step. */
  readonly dropout: number;
  /** For new weights, the order of patients and dropout. */
  readonly seed: number;
  /** How months become bins: months (k, k + 1], or the coding of the authors' laboratory. @default {"interval"} */
  readonly labels?: TrainingLabels;
  /** Draws a new head's weights. @default {initialiseHead} */
  readonly initialise?: Initialise;
  /**
   * Trains on features of mean 0 and standard deviation 1 over the training patients' slices; the scaling then becomes
   * part of the embedding's weights. Features of untrained backbones need it, the paper has none. @default {false}
   */
  readonly scaleFeatures?: boolean;
}
