import type { CtdLookup } from "./ctd_options.ts";
import { firstIndex } from "./first_index.ts";
import type { SurvivalPredictions } from "./survival_predictions.ts";

/** Values of one column of the grid, and where each anchor would stand among them. */
interface Standings {
  /** In order of time. */
  readonly values: Float64Array;
  /** In order of size. */
  readonly sorted: Float64Array;
  /**
   * For each death of the block, counted from its start: the first in `sorted` that is larger by more than the
   * tolerance.
   */
  readonly above: Uint32Array;
  /** The first in `sorted` that is not smaller by more than the tolerance. */
  readonly from: Uint32Array;
}

/** Anchors that read the same column. Positions are patients in order of time. */
export interface AnchorBlock {
  /** The anchors are the deaths at positions `start` to `stop` - 1. */
  readonly start: number;
  readonly stop: number;
  /** Whoever stands from here on outlived every anchor of the block. */
  readonly end: number;
  /** What pairs are compared by, and the events, of all positions. */
  readonly clock: Float64Array;
  readonly event: Uint8Array;
  /** Positions `start` to `end` - 1; `rank` is where each stands in `sorted`. */
  readonly near: Standings & { readonly rank: Uint32Array };
  /** Positions from `end`; `weightBelow` sums the weights of `sorted`, so that [k] is that of the first k. */
  readonly later: Standings & { weightBelow(weightAt: (index: number) => number): Float64Array };
}

/** Cuts patients in order of time into blocks of anchors; `order` is the patient at each position. */
export function anchorBlocks(
  { times, survival, months, event: events }: SurvivalPredictions,
  { lookup, tolerance, clock: clockOf }: {
    readonly lookup: CtdLookup;
    readonly tolerance: number;
    readonly clock: "months" | "interval";
  },
): { readonly blocks: readonly AnchorBlock[]; readonly order: Uint32Array } {
  const patients = months.length, last = times.length - 1;
  const order = Uint32Array.from(months, (_, i) => i).sort((a, b) => months[a]! - months[b]!);
  /** The grid interval (t_(k-1), t_k] that holds a time; beyond the grid, its length. */
  const intervals = Int32Array.from(order, (i) => firstIndex(times.length, (k) => times[k]! >= months[i]!));
  const columns = intervals.map((next, p) =>
    lookup === "pre" || times[next] === months[order[p]!] ? Math.min(next, last) : Math.max(next - 1, 0)
  );
  const clock = clockOf === "interval" ? Float64Array.from(intervals) : Float64Array.from(order, (i) => months[i]!);
  const event = Uint8Array.from(order, (i) => events[i]!);

  const blocks: AnchorBlock[] = [];
  for (let start = 0, stop; start < patients; start = stop) {
    const column = columns[start]!, first = start;
    stop = start + firstIndex(patients - start, (k) => columns[first + k]! > column);
    if (!event.subarray(start, stop).includes(1)) continue;
    const latest = clock[stop - 1]!, after = stop;
    const end = stop + firstIndex(patients - stop, (k) => clock[after + k]! > latest);
    // Plain loops over numbers: with callbacks, a million patients took four times as long.
    const values = new Float64Array(patients - start);
    for (let p = 0; p < values.length; p++) values[p] = survival[order[start + p]!]![column]!;
    const anchors = values.subarray(0, stop - start);
    const isAnchor = (a: number) => event[first + a] === 1;
    const near = standings(values.subarray(0, end - start), anchors, tolerance, isAnchor);
    const later = standings(values.subarray(end - start), anchors, tolerance, isAnchor);
    blocks.push({
      start,
      stop,
      end,
      clock,
      event,
      near: { ...near, rank: ranks(near) },
      later: { ...later, weightBelow: cumulativeWeights(later) },
    });
  }
  return { blocks, order };
}

function standings(
  values: Float64Array,
  anchors: Float64Array,
  tolerance: number,
  isAnchor: (index: number) => boolean,
): Standings {
  const sorted = values.slice().sort();
  const above = new Uint32Array(anchors.length), from = new Uint32Array(anchors.length);
  for (let a = 0; a < anchors.length; a++) {
    if (!isAnchor(a)) continue;
    const own = anchors[a]!;
    above[a] = firstBeyond(sorted, own, tolerance, false);
    from[a] = firstBeyond(sorted, own, -tolerance, true);
  }
  return { values, sorted, above, from };
}

/**
 * The first of the sorted numbers that exceeds `own` by more than `gap`, or `orEqual` by as much. It takes differences,
 * as comparing one pair would, for the same rounding.
 */
function firstBeyond(sorted: Float64Array, own: number, gap: number, orEqual: boolean): number {
  let low = 0, high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const difference = sorted[middle]! - own;
    if (difference > gap || (orEqual && difference === gap)) high = middle;
    else low = middle + 1;
  }
  return low;
}

function ranks({ values, sorted }: Standings): Uint32Array {
  const rank = new Uint32Array(values.length);
  for (let i = 0; i < rank.length; i++) rank[i] = firstBeyond(sorted, values[i]!, 0, true);
  return rank;
}

function cumulativeWeights(standings: Standings): (weightAt: (index: number) => number) => Float64Array {
  let rank: Uint32Array | undefined;
  return (weightAt) => {
    rank ??= ranks(standings);
    const below = new Float64Array(rank.length + 1);
    for (let i = 0; i < rank.length; i++) below[rank[i]! + 1]! += weightAt(i);
    for (let k = 1; k < below.length; k++) below[k]! += below[k - 1]!;
    return below;
  };
}
