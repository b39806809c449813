import { InputError } from "@ctsurv/base/mod.ts";
import type { BootstrapOptions } from "@ctsurv/survival/mod.ts";
import { type MeanWithInterval, meanWithInterval } from "./mean_with_interval.ts";

/** How alike the maps of two models are. */
export interface MapSimilarity {
  /** Patients whose maps can be ranked: those that are not the same everywhere. */
  readonly patients: number;
  /** Mean over the patients, with its interval, of the rank correlation of their maps. */
  readonly correlation: MeanWithInterval;
  /** The same of maps without their signs, by how much a place matters either way. */
  readonly absolute: MeanWithInterval;
}

/**
 * Spearman's rank correlation; equal values share their mean rank. Null if all values of one side are equal.
 *
 * @example
 * ```ts
 * import { rankCorrelation } from "@ctsurv/ctsurv/analysis";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(rankCorrelation([1, 2, 3], [10, 20, 100]), 1);
 * assertEquals(rankCorrelation([1, 2, 3], [5, 5, 5]), null);
 * ```
 *
 * @throws {InputError} If there are not as many values on one side as on the other.
 */
export function rankCorrelation(first: ArrayLike<number>, second: ArrayLike<number>): number | null {
  const count = first.length;
  if (count !== second.length) throw new InputError(`${count} values cannot be ranked beside ${second.length}`);
  const [a, b] = [centredRanks(first), centredRanks(second)];
  let [product, squareA, squareB] = [0, 0, 0];
  for (let i = 0; i < count; i++) {
    product += a[i]! * b[i]!;
    squareA += a[i]! ** 2;
    squareB += b[i]! ** 2;
  }
  return squareA > 0 && squareB > 0 ? product / Math.sqrt(squareA * squareB) : null;
}

function centredRanks(values: ArrayLike<number>): Float64Array {
  const order = Array.from(values, (_, i) => i).sort((a, b) => values[a]! - values[b]!);
  const ranks = new Float64Array(values.length);
  for (let from = 0; from < order.length;) {
    let to = from;
    while (to < order.length && values[order[to]!] === values[order[from]!]) to++;
    for (let i = from; i < to; i++) ranks[order[i]!] = (from + to - 1) / 2 - (order.length - 1) / 2;
    from = to;
  }
  return ranks;
}

/**
 * How alike two models' maps of the same patients are, for the sanity checks of Adebayo et al. (2018): a map that stays as it
 * was when the weights of the head or of the backbone are drawn at random, or the head is trained on outcomes that were
 * shuffled, does not explain the model. The cells of all slices of a patient are ranked together.
 *
 * @param first [patients] of the cells of all slices.
 * @param second [patients], the same patients in the same order.
 * @returns Null if no patient's maps can be ranked.
 * @throws {InputError} If the patients or their cells are not as many.
 */
export function mapSimilarity(
  first: readonly ArrayLike<number>[],
  second: readonly ArrayLike<number>[],
  options: BootstrapOptions = {},
): MapSimilarity | null {
  if (first.length !== second.length) {
    throw new InputError(`The two models have ${first.length} and ${second.length} patients; they need the same`);
  }
  const found = first.flatMap((map, i) => {
    const other = second[i]!;
    const correlation = rankCorrelation(map, other);
    const absolute = rankCorrelation(Array.from(map, Math.abs), Array.from(other, Math.abs));
    return correlation === null || absolute === null ? [] : [{ correlation, absolute }];
  });
  const patients = found.length;
  if (patients === 0) return null;
  const mean = (name: "correlation" | "absolute") =>
    meanWithInterval(found.map((one) => one[name]), "map-similarity", options);
  return { patients, correlation: mean("correlation"), absolute: mean("absolute") };
}
