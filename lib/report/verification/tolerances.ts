import { InputError } from "@ctsurv/base/mod.ts";
import type { NumberKind } from "./number_kind.ts";

/** How far numbers of each kind may move; the kinds of losses relative to the number. */
export type Tolerances = Readonly<Record<NumberKind, number>>;

/**
 * After 3 epochs. With one thread instead of two, and with other fused operations, survival moved by 0.00001 and Ctd
 * not at all. With WebAssembly instead of ONNX Runtime, losses moved by 0.4 %, survival by 0.014, attention by 0.008
 * and Ctd by 0.04. With so few patients, one pair that changes its order moves the Ctd of all by 0.06, the Ctd of a
 * fold by 0.5, and the mean of the folds by 0.17.
 */
const brief: Tolerances = {
  "ctd": 0.06,
  "mean-ctd": 0.2,
  "fold-ctd": 0.5,
  "survival": 0.03,
  "attention": 0.02,
  "mean-attention": 0.02,
  "first-loss": 0.01,
  "loss": 0.01,
  "p": 0.3,
  "other": 0.05,
};

/**
 * After 25 epochs or more. When a change of the engine changed how it rounds, the rows of Table 1 moved, at 40 epochs,
 * by up to 0.032 (pooled), 0.065 (means, standard deviations, intervals), 0.33 (one fold), 0.18 (survival), 0.4
 * (attention), 3 % (first epoch) and 8 % (median epoch). Means of attention were not among the results then. Their
 * tolerance is twice the half width of their bootstrap interval; the pooled Ctd moved by less than half of its own.
 */
const long: Tolerances = {
  "ctd": 0.06,
  "mean-ctd": 0.1,
  "fold-ctd": 0.4,
  "survival": 0.25,
  "attention": 0.5,
  "mean-attention": 0.05,
  "first-loss": 0.05,
  "loss": 0.12,
  "p": 0.3,
  "other": 0.1,
};

/**
 * How far the results of a profile may move when another kind of processor rounds differently. Profiles with more
 * epochs than `smoke` move further. The example of {@linkcode compareResults} shows it.
 */
export function profileTolerances(profile: string): Tolerances {
  return profile === "smoke" ? brief : long;
}

/**
 * Replaces some of the tolerances.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { profileTolerances, withTolerances } from "@ctsurv/ctsurv/report";
 *
 * const { ctd, loss } = withTolerances(profileTolerances("paper"), ["0", "ctd=0.02"]);
 * assertEquals([ctd, loss], [0.02, 0]);
 * ```
 *
 * @param given `KIND=NUMBER` for a kind of number, or `NUMBER` for all kinds. Later ones replace earlier ones.
 * @throws {InputError} If there is no such kind, or the number is below 0 or no number.
 */
export function withTolerances(tolerances: Tolerances, given: readonly string[]): Tolerances {
  return given.reduce((sofar, text) => {
    const [, kind, number] = /^(?:([^=]*)=)?(.*)$/s.exec(text)!;
    const tolerance = /^(\d+\.?\d*|\.\d+)(e-?\d+)?$/i.test(number!) ? Number(number) : NaN;
    if (Number.isNaN(tolerance)) {
      throw new InputError(`--tolerance takes a number of 0 or more, or KIND=NUMBER such as ctd=0.02; not "${text}"`);
    }
    if (kind !== undefined && !Object.hasOwn(sofar, kind)) {
      throw new InputError(
        `Unknown kind of number "${kind}" in --tolerance: choose one of ${Object.keys(sofar).join(", ")}`,
      );
    }
    const kinds = kind === undefined ? Object.keys(sofar) : [kind];
    return { ...sofar, ...Object.fromEntries(kinds.map((one) => [one, tolerance])) };
  }, tolerances);
}
