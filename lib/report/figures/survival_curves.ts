import * as Plot from "@observablehq/plot";
import { formatNumber } from "../format.ts";
import { type Figure, figure } from "./figure.ts";
import { theme } from "./_theme.ts";

/** One patient's predicted survival. */
export interface SurvivalCurve {
  readonly patient: string;
  /** S(t) at `months[i]`, in [0, 1]. */
  readonly survival: ArrayLike<number>;
  /** What happened, where known. */
  readonly observed?: { readonly months: number; readonly event: boolean };
}

/** Individual survival curves over the grid `months`; a filled dot marks a death, a ring the end of follow-up. */
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
