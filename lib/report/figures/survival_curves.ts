import * as Plot from "@observablehq/plot";
import { formatNumber } from "../format.ts";
import { theme } from "./_theme.ts";
import { type Figure, figure } from "./figure.ts";

/** The survival curve predicted for one patient. */
export interface SurvivalCurve {
  /** Name in the legend. */
  readonly patient: string;
  /** `[months]`: the probability of being alive at `months[i]`, in [0, 1]. */
  readonly survival: ArrayLike<number>;
  /** What happened: months of follow-up, and whether they ended with death. @default {not known} */
  readonly observed?: { readonly months: number; readonly event: boolean };
}

/**
 * Draws the survival curves predicted for single patients. A filled dot marks a death, a ring the end of follow-up.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { survivalCurves } from "@ctsurv/ctsurv/report";
 *
 * const { description } = survivalCurves([0, 12, 24], [
 *   { patient: "LUNG1-001", survival: [1, 0.9, 0.8], observed: { months: 24, event: false } },
 *   { patient: "LUNG1-003", survival: [1, 0.5, 0.2], observed: { months: 9.3, event: true } },
 * ]);
 * assertEquals(description, "LUNG1-001: S(24 months) = 0.80; LUNG1-003: S(24 months) = 0.20");
 * ```
 *
 * @param months The grid of the curves, increasing.
 */
export function survivalCurves(months: ArrayLike<number>, curves: readonly SurvivalCurve[]): Figure {
  const grid = Array.from(months);
  const at = (curve: SurvivalCurve, time: number) => {
    const index = grid.findLastIndex((month) => month <= time);
    return curve.survival[Math.max(0, index)]!;
  };
  const colour = (i: number) => theme.colours[i % theme.colours.length]!;
  const last = grid.at(-1)!;
  return figure({
    heading: "Predicted survival",
    description: curves.map((curve) =>
      `${curve.patient}: S(${last} months) = ${formatNumber(curve.survival[grid.length - 1], 2)}`
    ).join("; "),
    legend: curves.map(({ patient }, i) => ({ label: patient, colour: colour(i), symbol: "line" })),
    x: {
      label: "months",
      labelArrow: "none",
      domain: [grid[0]!, last],
      ticks: grid.filter((m) => m % 6 === 0),
    },
    y: { label: "S(t)", labelArrow: "none", domain: [0, 1], grid: true },
    marks: [
      Plot.ruleY([0], { stroke: theme.text }),
      ...curves.map((curve, i) =>
        Plot.line(grid, {
          x: (month: number) => month,
          y: (_: number, k: number) => curve.survival[k],
          curve: "step-after",
          stroke: colour(i),
          strokeWidth: 2.2,
        })
      ),
      ...curves.flatMap((curve, i) => {
        if (!curve.observed) return [];
        const { event } = curve.observed;
        const time = Math.min(curve.observed.months, last);
        const fill = event ? colour(i) : theme.background;
        return [Plot.dot([time], { x: time, y: at(curve, time), r: 4.5, fill, stroke: colour(i), strokeWidth: 2 })];
      }),
    ],
  });
}
