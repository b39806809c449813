import { type BackboneArchitecture, efficientNetB0, resNet3d18 } from "@ctsurv/nn/mod.ts";
import { modelCost } from "./model_cost.ts";
import { paper } from "./paper.ts";

/** FLOPs per multiply-accumulate: 1 counts a multiplication with its addition as one, 2 counts both. */
export type FlopsPerMac = 1 | 2;

/** The cost of a patient with some number of slices. */
export interface CostAtSlices {
  /** Number of slices. */
  readonly slices: number;
  /** 10^9 FLOPs in some convention. */
  readonly gflops: number;
}

/** One reported cost read in one convention: how many slices would a patient have? */
export interface FlopsReading {
  /** The backbone, as on the command line: `efficientnet_b0`. */
  readonly model: string;
  /** Its title, as in the tables: `EfficientNetB0`. */
  readonly name: string;
  /** 10^9 FLOPs, as printed, to one decimal. */
  readonly reported: number;
  /** The convention in which it is read. */
  readonly flopsPerMac: FlopsPerMac;
  /** The largest number of slices that does not cost more than was reported. */
  readonly below: CostAtSlices;
  /** One slice more. */
  readonly above: CostAtSlices;
  /** The number of slices that costs as much as was reported, linear between `below` and `above`. */
  readonly depth: number;
  /** The number of slices whose cost prints as the reported number; null if there is none. */
  readonly exact: number | null;
}

/** The costs of two networks at one number of slices, in 10^9 MACs, and how many times the second is the first. */
export interface LikeForLike {
  /** Number of slices of the patient. */
  readonly slices: number;
  /** Cost of the first network, 10^9 MACs. */
  readonly first: number;
  /** Cost of the second network, 10^9 MACs. */
  readonly second: number;
  /** `second / first` */
  readonly ratio: number;
}

/** The possible meanings of two reported costs. */
export interface FlopsExamination {
  /** Each reported cost in each convention. */
  readonly readings: readonly FlopsReading[];
  /** Numbers of slices at which both reported costs come out in the same convention. */
  readonly both: readonly { readonly slices: number; readonly flopsPerMac: FlopsPerMac }[];
  /** One reading of each cost: the pair whose numbers of slices are nearest to each other. */
  readonly nearest: readonly [FlopsReading, FlopsReading];
  /** Second reported cost divided by the first. */
  readonly reportedRatio: number;
  /** At every number of slices in the readings, ascending; the ratio is the same in either convention. */
  readonly likeForLike: readonly LikeForLike[];
}

/** A network and the cost that was reported for it. */
export interface ReportedCost {
  /** The network. */
  readonly architecture: BackboneArchitecture;
  /** 10^9 FLOPs for one patient. */
  readonly gflops: number;
}

const CONVENTIONS: readonly FlopsPerMac[] = [1, 2];

/**
 * Looks for numbers of slices and conventions of FLOPs that explain two reported costs of a patient. The costs go from
 * the images to the embedding of 256 numbers; attention and DeepHit would add less than 0.02 %.
 *
 * @example
 * ```ts
 * import { examineFlops } from "@ctsurv/ctsurv/analysis";
 * import { alexNet, vgg16 } from "@ctsurv/ctsurv/nn";
 * import { assertEquals } from "@std/assert";
 *
 * const { nearest, both } = examineFlops(
 *   { architecture: alexNet, gflops: 65.6 },
 *   { architecture: vgg16, gflops: 3069.4 },
 * );
 * // Both are costs of 100 slices, but one counts MACs and the other additions too.
 * assertEquals(nearest.map(({ exact, flopsPerMac }) => [exact, flopsPerMac]), [[100, 1], [100, 2]]);
 * assertEquals(both, []);
 * ```
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

/** MACs of the images of a patient with so many slices; it never falls as the slices increase. */
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
