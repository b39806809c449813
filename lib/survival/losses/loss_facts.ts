/** The losses that the head can be trained with: DeepHit, the paper's, and what others take in its place. */
export type SurvivalLossName = "deephit" | "cox" | "logistic-hazard" | "mtlr" | "pc-hazard" | "cross-entropy";

/** What a loss asks of the network and of the training. */
export interface SurvivalLossFacts {
  /** For people: "logistic hazard". */
  readonly title: string;
  /** Outputs of the network for a patient: one for each month, or one. */
  readonly outputs: "bins" | 1;
  /** Whether the labels need the months themselves beside the bin, see `TimedLabels`. */
  readonly isTimed: boolean;
  /** Whether curves need the cumulative hazard of the training patients, see `cumulativeHazard`. */
  readonly hasBaseline: boolean;
}

/**
 * Every loss by name.
 *
 * @example
 * ```ts
 * import { survivalLosses } from "@ctsurv/ctsurv/survival";
 * import { assertEquals } from "@std/assert";
 *
 * const single = Object.entries(survivalLosses).filter(([, { outputs }]) => outputs === 1).map(([name]) => name);
 * assertEquals(single, ["cox", "cross-entropy"]);
 * ```
 */
export const survivalLosses: Readonly<Record<SurvivalLossName, SurvivalLossFacts>> = {
  deephit: { title: "DeepHit", outputs: "bins", isTimed: false, hasBaseline: false },
  cox: { title: "Cox (DeepSurv)", outputs: 1, isTimed: true, hasBaseline: true },
  "logistic-hazard": { title: "logistic hazard", outputs: "bins", isTimed: false, hasBaseline: false },
  mtlr: { title: "MTLR", outputs: "bins", isTimed: false, hasBaseline: false },
  "pc-hazard": { title: "PC-hazard", outputs: "bins", isTimed: true, hasBaseline: false },
  "cross-entropy": { title: "cross-entropy at 24 months", outputs: 1, isTimed: true, hasBaseline: true },
};
