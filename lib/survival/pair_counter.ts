import { type AnchorBlock, anchorBlocks } from "./anchor_blocks.ts";
import type { CtdOptions, CtdVariant } from "./ctd_options.ts";
import { fenwickTree } from "./fenwick_tree.ts";
import type { SurvivalPredictions } from "./survival_predictions.ts";

/** Weighted sums over the ordered pairs of patients that are compared. */
export interface PairCounts {
  /** Sum of the scores. */
  readonly concordant: number;
  /** Sum of the pairs. */
  readonly comparable: number;
}

/** What each patient weighs; 1 where nothing is said. A pair weighs the product of its two patients. */
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
  /**
   * Which pairs of one time are compared: none, a death with the censored, or all but two censored, both ways round.
   */
  readonly sameTime: "none" | "censored" | "both ways";
}

const rules: Readonly<Record<CtdVariant, Rule>> = {
  risk: { tolerance: 1e-8, tiesScoreHalf: true, sameTime: "censored" },
  antolini: { tolerance: 0, tiesScoreHalf: false, sameTime: "censored" },
  adj_antolini: { tolerance: 0, tiesScoreHalf: true, sameTime: "both ways" },
  lab: { tolerance: 0, tiesScoreHalf: false, sameTime: "none" },
};

/**
 * Prepares checked predictions for counting the pairs of Ctd in O(K n log n), K being the columns of the grid at which
 * somebody died, where comparing every pair takes O(n^2). Whole weights give exactly what the pairs add up to.
 *
 * The anchors of a column are neighbours in time. Patients who outlived all of them are sorted by their survival in
 * that column once, and an anchor's place among them is its score; those of the same stretch of time enter a {@linkcode
 * fenwickTree} from the last to the first, so that it holds whoever outlived the anchor (the order-statistic tree of
 * lifelines' Harrell concordance, per column).
 */
export function pairCounter(
  predictions: SurvivalPredictions,
  { variant = "risk", lookup = "pre" }: CtdOptions = {},
): PairCounter {
  const rule = rules[variant];
  const { blocks, order } = anchorBlocks(predictions, {
    lookup,
    tolerance: rule.tolerance,
    clock: variant === "lab" ? "interval" : "months",
  });
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
 * The weight of the ordered pairs of deaths of one time, and of those of one survival; nobody is paired with itself.
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
