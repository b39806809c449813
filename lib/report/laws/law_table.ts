import { plain } from "../sentences/_words.ts";
import { withInterval } from "../format.ts";
import { type Table, table } from "../tables/table.ts";
import type { LawResult } from "./law_result.ts";

/** A law's result, and the seed of its cohort where several are shown. */
export interface LawRow extends LawResult {
  /** Absent where all rows are of one cohort. */
  readonly seed?: number;
}

/**
 * Soft attention against average pooling by law, with the ceilings beside. Shares of attention are in points: hundredths
 * of all the weight.
 */
export function lawTable(rows: readonly LawRow[], caption?: string): Table {
  return table(rows, [
    ...rows.some(({ seed }) => seed !== undefined) ? [{ label: "Seed", value: ({ seed }: LawRow) => seed }] : [],
    { label: "Survival by", value: ({ law }) => law === "null" ? "nothing (control)" : law },
    { label: "Soft attention, Ctd within folds [95 % interval]", value: ({ soft }) => withInterval(soft) },
    { label: "Average pooling", value: ({ average }) => withInterval(average) },
    {
      label: "Soft less average",
      value: ({ difference }) => difference && withLimits(difference.difference, difference),
    },
    {
      label: "Attention on tumour less its share of slices, points",
      value: ({ onTumour }) => onTumour && inPoints(onTumour.excess, onTumour.interval),
    },
    {
      label: "The same less the control's",
      value: ({ besideControl }) => besideControl && inPoints(besideControl.difference, besideControl.interval),
    },
    { label: "ICI of soft attention", value: ({ ici }) => ici, decimals: 3 },
    { label: "Cox on the same features", value: ({ coxOnFeatures }) => withInterval(coxOnFeatures ?? undefined) },
    { label: "Tumour's volume alone", value: ({ tumourVolume }) => withInterval(tumourVolume ?? undefined) },
    { label: "Best reachable", value: ({ bestReachableCtd }) => bestReachableCtd, decimals: 3 },
  ], caption);
}

function withLimits(value: number, { low, high }: { readonly low: number; readonly high: number }): string | null {
  return withInterval({ value, interval: { low, high } });
}

function inPoints(value: number, [low, high]: readonly [number, number]): string {
  return `${plain(100 * value, 1)} [${plain(100 * low, 1)}, ${plain(100 * high, 1)}]`;
}
