/** Brier scores by time: 0 is perfect, 0.25 a coin. */
export interface BrierScores {
  /** Months. */
  readonly times: readonly number[];
  readonly values: readonly (number | null)[];
  /** Mean over the time from the first to the last; null where a value is, or for fewer than two times. */
  readonly integrated: number | null;
}
