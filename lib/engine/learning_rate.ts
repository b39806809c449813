/**
 * How the learning rate changes over a training:
 *
 * - `constant`: it does not, as the paper's "learning rate of 1e-4" reads;
 * - `cosine`: it falls along half a cosine, from step to step, and would reach 0 after the last one;
 * - `warm restarts`: it stays within an epoch. It rises over `warmUp` epochs, falls along half a cosine to `lowest`
 *   within `period` epochs, begins again at the full rate, and each period lasts `factor` times as long as the one
 *   before (Loshchilov and Hutter 2017). The authors' code has 5, 10, 2 and 1e-6.
 */
export type LearningRateSchedule =
  | { readonly kind: "constant" | "cosine" }
  | {
    readonly kind: "warm restarts";
    /** Epochs in which the rate rises linearly. The rate of an epoch is that of its middle. */
    readonly warmUp: number;
    /** Epochs of the first fall, at least 1. */
    readonly period: number;
    /** How many times as long each period is as the one before, at least 1. */
    readonly factor: number;
    /** The rate at the end of a period. */
    readonly lowest: number;
  };

/** A step within a training. */
export interface TrainingPlace {
  /** Of the training, from 1. */
  readonly step: number;
  /** Steps of the whole training. */
  readonly steps: number;
  /** From 1. */
  readonly epoch: number;
}

/**
 * The learning rate of a step.
 *
 * `cosine` is PyTorch's `CosineAnnealingLR` over all steps. `warm restarts` is its `CosineAnnealingWarmRestarts`, stepped
 * after each epoch from the last one of the warm-up on.
 *
 * @example
 * ```ts
 * import { learningRateAt } from "@ctsurv/ctsurv/engine";
 * import { assertAlmostEquals, assertEquals } from "@std/assert";
 *
 * const place = { step: 51, steps: 100, epoch: 6 };
 * assertEquals(learningRateAt({ kind: "constant" }, 1e-3, place), 1e-3);
 * assertAlmostEquals(learningRateAt({ kind: "cosine" }, 1e-3, place), 5e-4);
 * const restarts = { kind: "warm restarts", warmUp: 5, period: 10, factor: 2, lowest: 1e-6 } as const;
 * assertAlmostEquals(learningRateAt(restarts, 1e-3, { ...place, epoch: 1 }), 1e-4); // a tenth, in the middle of the first
 * assertAlmostEquals(learningRateAt(restarts, 1e-3, { ...place, epoch: 15 }), 1e-3); // the first restart
 * ```
 *
 * @param learningRate The full rate.
 */
export function learningRateAt(schedule: LearningRateSchedule, learningRate: number, place: TrainingPlace): number {
  const { step, steps, epoch } = place;
  switch (schedule.kind) {
    case "constant":
      return learningRate;
    case "cosine":
      return learningRate * halfCosine((step - 1) / steps);
    case "warm restarts": {
      const { warmUp, period, factor, lowest } = schedule;
      if (epoch <= warmUp) return learningRate * (epoch - 0.5) / warmUp;
      let since = epoch - Math.max(warmUp, 1);
      let length = period;
      while (since >= length) {
        since -= length;
        length *= factor;
      }
      return lowest + (learningRate - lowest) * halfCosine(since / length);
    }
  }
}

/** From 1 at the beginning to 0 at the end. */
function halfCosine(share: number): number {
  return 0.5 + 0.5 * Math.cos(Math.PI * share);
}
