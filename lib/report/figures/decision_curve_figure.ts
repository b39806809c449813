import * as Plot from "@observablehq/plot";
import { InputError } from "@ctsurv/base/mod.ts";
import { type DecisionCurve, type DecisionPoint, usefulThresholds } from "@ctsurv/survival/mod.ts";
import { formatNumber } from "../format.ts";
import { theme } from "./_theme.ts";
import { type Figure, figure, type LegendEntry } from "./figure.ts";

/** The decision curve of one model. */
export interface NamedDecisionCurve extends DecisionCurve {
  /** Name in the legend. */
  readonly name: string;
}

/** Net benefits below are cut off: that of treating everybody falls without end. */
const LOWEST = -0.1;

/**
 * Draws the net benefit of treating by a model against the threshold probability of death. Treating everybody and
 * treating nobody are drawn beside it; a model is worth something where it is above both. See `decisionCurve`.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { decisionCurveFigure } from "@ctsurv/ctsurv/report";
 * import { decisionCurve } from "@ctsurv/ctsurv/survival";
 *
 * const predictions = {
 *   times: [24],
 *   survival: [[0.2], [0.4], [0.7], [0.95]],
 *   months: [5, 20, 24, 24],
 *   event: [1, 1, 0, 0],
 * };
 * const { description } = decisionCurveFigure([{ name: "B0", ...decisionCurve(predictions, 24) }]);
 * assertEquals(description, "50 % die by 24 months; B0: worth more than both from 6 % to 80 %");
 * ```
 *
 * @param curves Of the same patients at the same time, one for each model.
 * @throws {InputError} If there is no curve, or they are of different times.
 */
export function decisionCurveFigure(curves: readonly NamedDecisionCurve[]): Figure {
  const first = curves[0];
  if (first === undefined) throw new InputError("A figure of decision curves needs at least one curve");
  const { time, deaths } = first;
  const other = curves.find((curve) => curve.time !== time);
  if (other) {
    throw new InputError(`The decision curves are of ${time} and of ${other.time} months; give those of one time`);
  }
  const colour = (i: number) => theme.colours[i % theme.colours.length]!;
  const legend: LegendEntry[] = [
    ...curves.map(({ name }, i) => ({ label: `treat by ${name}`, colour: colour(i), symbol: "line" }) as const),
    { label: "treat everybody", colour: theme.faint, symbol: "line" },
    { label: "treat nobody", colour: theme.text, symbol: "dashed" },
  ];
  const benefits = curves.flatMap(({ points }) => points.flatMap(({ model, treatAll }) => [model ?? 0, treatAll ?? 0]));
  const inside = (value: number | null) => value === null || value < LOWEST ? null : value;
  return figure({
    heading: `Decision curve at ${time} months`,
    description: [
      `${formatNumber(deaths === null ? null : 100 * deaths, 0)} % die by ${time} months`,
      ...curves.map((curve) => `${curve.name}: ${describe(curve)}`),
    ].join("; "),
    legend,
    x: {
      label: "treat from this probability of death on",
      labelAnchor: "center",
      labelArrow: "none",
      domain: [0, 1],
      ticks: 5,
      tickFormat: "%",
    },
    y: { label: "net benefit", labelArrow: "none", domain: [LOWEST, Math.max(0.1, ...benefits)], grid: true, ticks: 6 },
    marks: [
      Plot.ruleY([0], { stroke: theme.text, strokeWidth: 1.5, strokeDasharray: "4 3" }),
      Plot.line(first.points, {
        x: "threshold",
        y: ({ treatAll }: DecisionPoint) => inside(treatAll),
        stroke: theme.faint,
        // A model that treats everybody lies on this line, which has to be seen behind it.
        strokeWidth: 6,
        strokeOpacity: 0.5,
      }),
      ...curves.map(({ points }, i) =>
        Plot.line(points, {
          x: "threshold",
          y: ({ model }: DecisionPoint) => inside(model),
          stroke: colour(i),
          strokeWidth: 2.2,
        })
      ),
    ],
  });
}

function describe(curve: DecisionCurve): string {
  const percent = (threshold: number) => `${formatNumber(100 * threshold, 0)} %`;
  const ranges = usefulThresholds(curve).map(([first, last]) => `${percent(first)} to ${percent(last)}`);
  return ranges.length === 0
    ? "worth more than both at no threshold"
    : `worth more than both from ${ranges.join(", ")}`;
}
