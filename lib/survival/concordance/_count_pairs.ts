import { firstIndex, type SurvivalPredictions } from "../follow_up/predictions.ts";
import { BEFORE_GRID, readingOf } from "./_reading.ts";
import type { CtdOptions, CtdVariant } from "./concordance.ts";

/** Values of one column of the grid, and the rank of each anchor among them. */
interface Standings {
  /** In order of time. */
  readonly values: Float64Array;
  /** In order of size. */
  readonly sorted: Float64Array;
  /** For each position of the block that is a death: the first in `sorted` larger by more than the tolerance. */
  readonly above: Uint32Array;
  /** The first in `sorted` that is not smaller by more than the tolerance. */
  readonly from: Uint32Array;
}

/** Anchors that read the same column of the grid. A position is a patient's place in the order of time. */
export interface AnchorBlock {
  /** The anchors are the deaths at positions `start` to `stop` - 1. */
  readonly start: number;
  readonly stop: number;
  /** The patients at positions from here on outlived every anchor of the block. */
  readonly end: number;
  /** The times by which pairs are compared, and the events, of all positions. */
  readonly clock: Float64Array;
  readonly event: Uint8Array;
  /** Positions `start` to `end` - 1; `rank` is the index of each in `sorted`. */
  readonly near: Standings & { readonly rank: Uint32Array };
  /** Positions from `end`; entry k of `weightBelow` is the sum of the weights of the first k in `sorted`. */
  readonly later: Standings & { weightBelow(weightAt: (index: number) => number): Float64Array };
}

/** Sorts patients by time and cuts them into blocks of anchors; `order` is the patient at each position. */
function anchorBlocks(
  predictions: SurvivalPredictions,
  tolerance: number,
  options: Required<CtdOptions>,
): { readonly blocks: readonly AnchorBlock[]; readonly order: Uint32Array } {
  const { survival, months, event: events } = predictions;
  const patients = months.length;
  const order = Uint32Array.from(months, (_, i) => i).sort((a, b) => months[a]! - months[b]!);
  const { clock, columns } = readingOf(predictions, order, options);
  const event = Uint8Array.from(order, (i) => events[i]!);
  // Columns come in order of time, except that of the authors' month 0.
  const stretch = options.variant === "authors" ? clock : columns;

  const blocks: AnchorBlock[] = [];
  for (let start = 0, stop; start < patients; start = stop) {
    const column = columns[start]!, first = start;
    stop = start + firstIndex(patients - start, (k) => stretch[first + k]! > stretch[first]!);
    if (!event.subarray(start, stop).includes(1)) continue;
    const latest = clock[stop - 1]!, after = stop;
    const end = stop + firstIndex(patients - stop, (k) => clock[after + k]! > latest);
    // Plain loops over numbers: with callbacks, a million patients took four times as long.
    const values = new Float64Array(patients - start);
    for (let p = 0; p < values.length; p++) {
      values[p] = column === BEFORE_GRID ? 1 : survival[order[start + p]!]![column]!;
    }
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
 * The first of the sorted numbers that exceeds `own` by more than `gap`; with `orEqual`, by `gap` or more. It compares
 * differences, so that they are rounded as in the comparison of one pair.
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

/** Sums over the beginning of an array that changes, each in O(log n) (Fenwick 1994). */
export interface FenwickTree {
  add(index: number, weight: number): void;
  /** Sum of the weights at indices below `stop`. */
  sumBelow(stop: number): number;
}

/** A tree over `size` weights, all 0. */
function fenwickTree(size: number): FenwickTree {
  const sums = new Float64Array(size + 1);
  return {
    add(index, weight) {
      for (let k = index + 1; k <= size; k += k & -k) sums[k]! += weight;
    },
    sumBelow(stop) {
      let sum = 0;
      for (let k = stop; k > 0; k -= k & -k) sum += sums[k]!;
      return sum;
    },
  };
}

/** Weighted sums over the ordered pairs of patients that are compared. */
export interface PairCounts {
  /** Sum of the scores. */
  readonly concordant: number;
  /** Sum of the pairs. */
  readonly comparable: number;
}

/** The weight of each patient; 1 by default. The weight of a pair is the product of those of its two patients. */
export interface PairWeights {
  /** [patients] on both sides of a pair, such as how often a patient was drawn. */
  readonly patient?: ArrayLike<number> | undefined;
  /** [patients] as the anchor only, such as an inverse probability of censoring. */
  readonly anchor?: ArrayLike<number> | undefined;
}

/** Counts the pairs of one set of predictions; may be called again with other weights. */
export type PairCounter = (weights?: PairWeights) => PairCounts;

interface Rule {
  /** How far two survivals may differ and still be the same prediction. */
  readonly tolerance: number;
  readonly tiesScoreHalf: boolean;
  /** Which pairs of one time are compared: none; a death with the censored; all but two censored, both ways round. */
  readonly sameTime: "none" | "censored" | "both ways";
}

const rules: Readonly<Record<CtdVariant, Rule>> = {
  risk: { tolerance: 1e-8, tiesScoreHalf: true, sameTime: "censored" },
  antolini: { tolerance: 0, tiesScoreHalf: false, sameTime: "censored" },
  adj_antolini: { tolerance: 0, tiesScoreHalf: true, sameTime: "both ways" },
  lab: { tolerance: 0, tiesScoreHalf: false, sameTime: "none" },
  authors: { tolerance: 0, tiesScoreHalf: false, sameTime: "none" },
};

/**
 * Prepares checked predictions for counting the pairs of Ctd in O(K n log n), where K is the number of columns of the
 * grid at which somebody died. Comparing every pair takes O(n^2). With whole weights the result is exactly the sum over
 * the pairs.
 *
 * The anchors of a column are neighbours in time. Patients who outlived all of them are sorted once by their survival
 * in that column, and an anchor's rank among them is its score. Patients of the same stretch of time enter a {@linkcode
 * fenwickTree} from the last to the first, so that it holds whoever outlived the anchor. (This is the order-statistic
 * tree of lifelines' Harrell concordance, for each column.)
 */
export function pairCounter(
  predictions: SurvivalPredictions,
  { variant = "risk", lookup = "pre" }: CtdOptions = {},
): PairCounter {
  const rule = rules[variant];
  const { blocks, order } = anchorBlocks(predictions, rule.tolerance, { variant, lookup });
  return ({ patient, anchor } = {}) => {
    const weight = patient && Float64Array.from(order, (i) => patient[i]!);
    const anchorWeight = anchor && Float64Array.from(order, (i) => anchor[i]!);
    let concordant = 0, comparable = 0;
    for (const block of blocks) {
      const counts = countBlock(block, rule, weight, anchorWeight);
      concordant += counts.concordant;
      comparable += counts.comparable;
    }
    return { concordant, comparable };
  };
}

/** Twice the score of an anchor against a set, and the weight of the set. */
interface Standing {
  readonly doubled: number;
  readonly total: number;
}

function countBlock(
  block: AnchorBlock,
  rule: Rule,
  weight: Float64Array | undefined,
  anchorWeight: Float64Array | undefined,
): PairCounts {
  const { start, stop, end, clock, event, near, later } = block;
  const weightOf = (position: number) => weight ? weight[position]! : 1;
  const laterBelow = weight && later.weightBelow((k) => weight[end + k]!);
  const tree = fenwickTree(near.values.length);
  const laterTotal = laterBelow ? laterBelow.at(-1)! : later.sorted.length;
  let entered = 0, doubled = 0, comparable = 0;

  const enter = (low: number, high: number, isWanted: (event: number) => boolean) => {
    for (let p = low; p < high; p++) {
      if (!isWanted(event[p]!)) continue;
      tree.add(near.rank[p - start]!, weightOf(p));
      entered += weightOf(p);
    }
  };
  const standing = (p: number): Standing => {
    const a = p - start;
    const below = (k: number) => laterBelow ? laterBelow[k]! : k;
    const total = laterTotal + entered;
    const above = total - below(later.above[a]!) - tree.sumBelow(near.above[a]!);
    const notBelow = rule.tiesScoreHalf ? total - below(later.from[a]!) - tree.sumBelow(near.from[a]!) : above;
    return { doubled: above + notBelow, total };
  };
  const score = (low: number, high: number, times: number) => {
    for (let p = low; p < Math.min(high, stop); p++) {
      const own = times * weightOf(p) * (anchorWeight ? anchorWeight[p]! : 1);
      if (event[p] !== 1 || own === 0) continue;
      const { doubled: mine, total } = standing(p);
      doubled += own * mine;
      comparable += own * total;
    }
  };

  for (let high = end; high > start;) {
    let low = high - 1;
    while (low > start && clock[low - 1] === clock[low]) low--;
    if (rule.sameTime === "none") score(low, high, 1);
    // Once more, with the censored of this time, less the pairs that are counted once only.
    if (rule.sameTime === "both ways") score(low, high, -1);
    enter(low, high, (event) => event === 0);
    if (rule.sameTime !== "none") score(low, high, rule.sameTime === "both ways" ? 2 : 1);
    if (rule.sameTime === "both ways") {
      const deaths = deathsTogether(block, low, high, weightOf);
      doubled += deaths.pairs + deaths.equal;
      comparable += deaths.pairs;
    }
    enter(low, high, (event) => event === 1);
    high = low;
  }
  return { concordant: doubled / 2, comparable };
}

/**
 * The weight of the ordered pairs of deaths at the same time, and of those among them with the same survival. Nobody is
 * paired with itself.
 */
function deathsTogether(
  { start, event, near }: AnchorBlock,
  low: number,
  high: number,
  weightOf: (position: number) => number,
): { readonly pairs: number; readonly equal: number } {
  const ofSurvival = new Map<number, number>();
  let sum = 0, itself = 0;
  for (let p = low; p < high; p++) {
    if (event[p] !== 1) continue;
    const own = weightOf(p);
    // + 0 makes one key of 0 and -0.
    const survival = near.values[p - start]! + 0;
    sum += own;
    itself += own * own;
    ofSurvival.set(survival, (ofSurvival.get(survival) ?? 0) + own);
  }
  let equal = -itself;
  for (const own of ofSurvival.values()) equal += own * own;
  return { pairs: sum * sum - itself, equal };
}
