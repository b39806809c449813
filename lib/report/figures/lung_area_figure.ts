import * as Plot from "@observablehq/plot";
import { formatNumber } from "../format.ts";
import { theme } from "./_theme.ts";
import { type Figure, figure } from "./figure.ts";

/** Options of {@linkcode lungAreaFigure}. */
export interface LungAreaFigureOptions {
  /** The patient's name, for the heading. */
  readonly patient: string;
  /** A slice passes if more than this share of it is lung; 0.02 in the paper. */
  readonly threshold: number;
  /** First slice kept, from 0. */
  readonly first: number;
  /** Last slice kept. */
  readonly last: number;
}

/**
 * Draws the lung area of each slice, from feet to head, with the threshold and the range of the slices kept.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { lungAreaFigure } from "@ctsurv/ctsurv/report";
 *
 * const areas = [0, 0.01, 0.12, 0.2, 0.015];
 * const { description } = lungAreaFigure(areas, { patient: "LUNG1-001", threshold: 0.02, first: 2, last: 3 });
 * assertEquals(description, "5 slices, at most 20.0 % lung; 2 kept, 2 to 3");
 * ```
 *
 * @param areas `[slices]`: lung as a share of the slice, 0 to 1, as `preprocess` gives it.
 */
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
