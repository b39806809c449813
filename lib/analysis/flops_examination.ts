import { type BackboneArchitecture, efficientNetB0, resNet3d18 } from "@ctsurv/nn/mod.ts";
import { modelCost } from "./model_cost.ts";
import { paper } from "./paper.ts";

/** What one FLOP is: a multiplication with its addition, or each of the two. */
export type FlopsPerMac = 1 | 2;

/** A number of slices, and what a model costs at it in 10^9 FLOPs of some convention. */
export interface CostAtSlices {
  readonly slices: number;
  readonly gflops: number;
}

/** One reported cost read in one convention: how many slices would a patient have? */
export interface FlopsReading {
  readonly model: string;
  readonly name: string;
  /** 10^9, as printed, to one decimal. */
  readonly reported: number;
  readonly flopsPerMac: FlopsPerMac;
  /** The most slices that do not cost more than was reported, and one slice more. */
  readonly below: CostAtSlices;
  readonly above: CostAtSlices;
  /** Between the two, in proportion. */
  readonly depth: number;
  /** The number of slices whose cost prints as the reported number; null if there is none. */
  readonly exact: number | null;
}

/** The costs of two networks at one number of slices, in 10^9 MACs, and how many times the second is the first. */
export interface LikeForLike {
  readonly slices: number;
  readonly first: number;
  readonly second: number;
  readonly ratio: number;
}

/** What two reported costs can mean. */
export interface FlopsExamination {
  /** Each number in each convention. */
  readonly readings: readonly FlopsReading[];
  /** Numbers of slices at which one convention prints both numbers. */
  readonly both: readonly { readonly slices: number; readonly flopsPerMac: FlopsPerMac }[];
  /** The reading of each number that together come nearest to one number of slices. */
  readonly nearest: readonly [FlopsReading, FlopsReading];
  readonly reportedRatio: number;
  /** At every number of slices that a reading names, in their order; the ratio is the same in either convention. */
  readonly likeForLike: readonly LikeForLike[];
}

/** A network and what was reported for it, in 10^9. */
export interface ReportedCost {
  readonly architecture: BackboneArchitecture;
  readonly gflops: number;
}

const CONVENTIONS: readonly FlopsPerMac[] = [1, 2];

/**
 * Looks for numbers of slices and conventions under which reported costs of a patient come out. Costs are of the images
 * up to their 256 numbers; attention and DeepHit would add less than 0.02 %.
 *
 * @param first By default the paper's EfficientNetB0, 54.3.
 * @param second By default the paper's ResNet3D-18, 2924.6.
 */
export function examineFlops(
  first: ReportedCost = { architecture: efficientNetB0, gflops: paper.gflops.efficientnet_b0 },
  second: ReportedCost = { architecture: resNet3d18, gflops: paper.gflops.r3d_18 },
): FlopsExamination {
  const costs = [first, second].map(({ architecture }) => costOf(architecture)) as [SliceCost, SliceCost];
  const [ofFirst, ofSecond] = [first, second].map((reported, i) =>
    CONVENTIONS.map((flopsPerMac) => readReported(reported, costs[i]!, flopsPerMac))
  ) as [FlopsReading[], FlopsReading[]];
  const pairs = ofFirst.flatMap((a) => ofSecond.map((b) => [a, b] as const));
  const apart = ([a, b]: readonly [FlopsReading, FlopsReading]) => Math.abs(Math.log(a.depth / b.depth));
  const named = [...ofFirst, ...ofSecond].flatMap(({ below, above }) => [below.slices, above.slices]);
  return {
    readings: [...ofFirst, ...ofSecond],
    both: pairs
      .filter(([a, b]) => a.flopsPerMac === b.flopsPerMac && a.exact !== null && a.exact === b.exact)
      .map(([{ exact, flopsPerMac }]) => ({ slices: exact!, flopsPerMac })),
    nearest: pairs.reduce((best, pair) => apart(pair) < apart(best) ? pair : best),
    reportedRatio: second.gflops / first.gflops,
    likeForLike: [...new Set(named)].sort((a, b) => a - b).map((slices) => {
      const [one, other] = [costs[0](slices) / 1e9, costs[1](slices) / 1e9];
      return { slices, first: one, second: other, ratio: other / one };
    }),
  };
}

/** MACs of the images of a patient of so many slices; never less for more of them. */
type SliceCost = (slices: number) => number;

function costOf(architecture: BackboneArchitecture): SliceCost {
  const known = new Map<number, number>();
  return (slices) => {
    const cost = known.get(slices) ?? modelCost(architecture, { slices }).macsOfImages;
    known.set(slices, cost);
    return cost;
  };
}

function readReported(
  { architecture: { name: model, title: name }, gflops: reported }: ReportedCost,
  cost: SliceCost,
  flopsPerMac: FlopsPerMac,
): FlopsReading {
  const at = (slices: number): CostAtSlices => ({ slices, gflops: flopsPerMac * cost(slices) / 1e9 });
  let high = 1;
  while (at(high).gflops <= reported) high *= 2;
  let low = Math.floor(high / 2);
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (at(middle).gflops <= reported) low = middle;
    else high = middle;
  }
  // Less than one slice: nothing costs nothing.
  const below = low === 0 ? { slices: 0, gflops: 0 } : at(low);
  const above = at(high);
  const exact = [below, above].find(({ gflops }) => gflops.toFixed(1) === reported.toFixed(1))?.slices ?? null;
  const depth = below.slices + (reported - below.gflops) / (above.gflops - below.gflops);
  return { model, name, reported, flopsPerMac, below, above, depth, exact };
}
