import * as Plot from "@observablehq/plot";
import { formatNumber } from "../format.ts";
import { theme } from "../figures/_theme.ts";
import { type Figure, figure } from "../figures/figure.ts";
import type { LearningCurve } from "./learning_curve.ts";

/** Draws Ctd within folds, with its 95 % interval, over the number of patients that each fold trained on. */
export function learningCurveFigure({ model, points }: Pick<LearningCurve, "model" | "points">): Figure {
  const shown = points.flatMap(({ patients, ctd: { value, interval } }) =>
    value === null ? [] : [{ patients, value, low: interval?.low ?? value, high: interval?.high ?? value }]
  );
  const ends = shown.flatMap(({ low, high }) => [low, high]);
  return figure({
    heading: `${model} with fewer training patients`,
    description: shown.map(({ patients, value }) => `${formatNumber(patients, 0)} patients: ${formatNumber(value, 3)}`)
      .join("; "),
    legend: [{ label: "Ctd within folds, 95 % interval", colour: theme.ours, symbol: "line" }],
    height: 300,
    x: {
      label: "training patients of a fold →",
      labelAnchor: "right",
      labelArrow: "none",
      domain: [0, Math.max(1, ...shown.map(({ patients }) => patients)) * 1.05],
    },
    y: {
      label: "↑ Ctd within folds",
      labelArrow: "none",
      domain: [Math.min(0.45, ...ends) - 0.02, Math.max(0.6, ...ends) + 0.02],
      grid: true,
    },
    marks: [
      Plot.ruleY([0.5], { stroke: theme.faint, strokeDasharray: "2 3" }),
      Plot.line(shown, { x: "patients", y: "value", stroke: theme.ours, strokeWidth: 1.5 }),
      Plot.link(shown, { x1: "patients", x2: "patients", y1: "low", y2: "high", stroke: theme.ours, strokeWidth: 2.5 }),
      Plot.dot(shown, { x: "patients", y: "value", r: 4.5, fill: theme.ours }),
    ],
  });
}
