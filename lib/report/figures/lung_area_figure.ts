import * as Plot from "@observablehq/plot";
import { formatNumber } from "../format.ts";
import { type Figure, figure } from "./figure.ts";
import { theme } from "./_theme.ts";

export interface LungAreaFigureOptions {
  readonly patient: string;
  /** Share of a slice above which it passes; 0.02 in the paper. */
  readonly threshold: number;
  /** First and last slice kept. */
  readonly first: number;
  readonly last: number;
}

/** Lung area of each slice, from the feet up, with the threshold and what is kept. */
export function lungAreaFigure(
  areas: ArrayLike<number>,
  { patient, threshold, first, last }: LungAreaFigureOptions,
): Figure {
  const percent = Array.from(areas, (area) => 100 * area);
  const limit = `${Number((100 * threshold).toPrecision(3))} %`;
  return figure({
    heading: `Lung area by slice, ${patient}`,
    description: `${percent.length} slices, at most ${formatNumber(Math.max(...percent), 1)} % lung; ` +
      `${last - first + 1} kept, ${first} to ${last}`,
    legend: [
      { label: "lung", colour: theme.ours, symbol: "line" },
      { label: limit, colour: theme.reported, symbol: "dashed" },
      { label: "kept", colour: theme.truth, symbol: "area" },
    ],
    height: 260,
    x: { label: "slice (feet to head)", labelArrow: "none" },
    y: { label: "% of the slice", labelArrow: "none", grid: true, nice: true },
    marks: [
      Plot.rectX([0], { x1: first - 0.5, x2: last + 0.5, fill: theme.truth, fillOpacity: 0.15 }),
      Plot.lineY(percent, { x: (_: number, i: number) => i, y: (p: number) => p, stroke: theme.ours, strokeWidth: 2 }),
      Plot.ruleY([100 * threshold], { stroke: theme.reported, strokeWidth: 2, strokeDasharray: "4 3" }),
      Plot.ruleY([0], { stroke: theme.text }),
    ],
  });
}
