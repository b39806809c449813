/**
 * Which ordered pairs (i, j) are compared and how they score. The anchor i should have the lower survival at its own
 * time t_i. Unless said, i is a death and j lived longer or was censored at t_i.
 *
 * - `"risk"`: 1, or 1/2 if the survivals differ by at most 1e-8. What this project reports first.
 * - `"antolini"`: 1; equal survivals score 0 (Antolini et al. 2005, as pycox has it).
 * - `"adj_antolini"`: pycox's default. Equal survivals score 1/2; pairs that end together are compared both ways round,
 *   two deaths scoring 1 for equal survivals and 1/2 otherwise.
 * - `"lab"`: the authors' laboratory. Only j that lived into a later interval of the grid, (t_(k-1), t_k], is compared;
 *   equal survivals score 0.
 */
export type CtdVariant = "risk" | "antolini" | "adj_antolini" | "lab";

/**
 * Where on the grid S(t_i) is read: `"pre"`, the first time at or after t_i, which includes the death's own interval
 * and is what DeepHit's ranking loss trains; `"post"`, the last time at or before t_i, as pycox does. Outside the grid
 * both take the nearest end.
 */
export type CtdLookup = "pre" | "post";

export interface CtdOptions {
  /** Default `"risk"`. */
  readonly variant?: CtdVariant;
  /** Default `"pre"`. */
  readonly lookup?: CtdLookup;
}
