import type { PairCounter } from "../concordance/_count_pairs.ts";
import { concordanceOf } from "../concordance/concordance.ts";
import { bootstrap, type BootstrapOptions, type Strata } from "./bootstrap.ts";
import type { PairedBootstrap } from "./paired_bootstrap.ts";

/**
 * The difference in Ctd between two models of the same patients, with its interval and p-value; null where no pair or no
 * sample can be compared. See `pairedBootstrap` for the formula.
 */
export function bootstrapDifference(
  patients: number,
  [first, second]: readonly [PairCounter, PairCounter],
  options: BootstrapOptions & Strata,
): PairedBootstrap | null {
  const ctdDifference = (patient?: Uint32Array) => {
    const [a, b] = [concordanceOf(first({ patient })).value, concordanceOf(second({ patient })).value];
    return a === null || b === null ? null : a - b;
  };
  const difference = ctdDifference();
  const samples = bootstrap(patients, "concordance-interval", ctdDifference, options);
  if (difference === null || samples === null) return null;
  const { low, high, level, values } = samples;
  const share = (isBeyond: (difference: number) => boolean) =>
    (1 + values.filter(isBeyond).length) / (1 + values.length);
  const p = Math.min(1, 2 * Math.min(share((d) => d <= 0), share((d) => d >= 0)));
  return { difference, low, high, level, p, replicates: values.length };
}
