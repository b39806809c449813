import * as Plot from "@observablehq/plot";
import { InputError } from "@ctsurv/base/mod.ts";
import {
  calibrationCurve,
  type CalibrationGroup,
  calibrationIndex,
  survivalAt,
  type SurvivalPredictions,
} from "@ctsurv/survival/mod.ts";
import { formatNumber } from "../format.ts";
import { theme } from "./_theme.ts";
import { type Figure, figure, type LegendEntry } from "./figure.ts";

/** Options of {@linkcode calibrationFigure}. */
export interface CalibrationFigureOptions {
  /** Number of groups, cut at quantiles of the predicted survival. @default {5} */
  readonly groups?: number;
}

/** Predictions that differ by less are shown on an axis of their own: from 0 to 1 they would be one vertical line. */
const NARROW = 0.25;

/** The range of the axis of predicted survival: all of it, or around predictions that hardly differ. */
function axisOf(predicted: readonly number[]): [from: number, to: number] {
  const [low, high] = [Math.min(...predicted), Math.max(...predicted)];
  if (!(high - low < NARROW)) return [0, 1];
  const room = Math.max((high - low) / 10, 0.002);
  return [Math.max(0, Math.floor(100 * (low - room)) / 100), Math.min(1, Math.ceil(100 * (high + room)) / 100)];
}

/** A group whose observed survival is known. */
interface Dot extends CalibrationGroup {
  readonly observed: number;
}

/**
 * Draws observed against predicted survival at `time` months. A dot is a group of patients with similar predictions;
 * its observed survival is the Kaplan-Meier estimate with its 95 % interval. The curve is the smooth calibration behind
 * the integrated calibration index, where there is one (see `calibrationIndex`). Each tick on the axis is one patient's
 * prediction. On the diagonal as many patients live as were predicted to; above it, more do. Where all predictions lie
 * within a quarter of the axis, the axis shows only their range and says so.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { calibrationFigure } from "@ctsurv/ctsurv/report";
 *
 * const predictions = {
 *   times: [0, 24],
 *   survival: [[1, 0.2], [1, 0.3], [1, 0.7], [1, 0.8]],
 *   months: [9, 30, 30, 30],
 *   event: [1, 0, 0, 0],
 * };
 * const { description } = calibrationFigure(predictions, 24, { groups: 2 });
 * assertEquals(description.split("; ").slice(-2), [
 *   "2 patients: predicted 0.25, observed 0.50",
 *   "2 patients: predicted 0.75, observed 1.00",
 * ]);
 * ```
 *
 * @param time Months.
 * @throws {InputError} If there are no patients, the predictions are not whole, or the time is outside of their grid.
 */
export function calibrationFigure(
  predictions: SurvivalPredictions,
  time: number,
  { groups: wanted = 5 }: CalibrationFigureOptions = {},
): Figure {
  if (predictions.survival.length === 0) throw new InputError("A calibration figure needs at least one patient");
  const { groups } = calibrationCurve(predictions, time, { groups: wanted });
  const index = calibrationIndex(predictions, time);
  const predicted = predictions.survival.map((curve) => survivalAt(predictions.times, curve, time));
  const dots = groups.filter((group): group is Dot => group.observed !== null);
  const smooth = predicted.map((x, i) => ({ x, y: index?.observed[i] ?? null })).sort((a, b) => a.x - b.x);
  const mean = predicted.reduce((sum, value) => sum + value, 0) / predicted.length;
  const legend: LegendEntry[] = [
    { label: "group, 95 % interval", colour: theme.ours, symbol: "dot" },
    ...index ? [{ label: "smoothed", colour: theme.colours[2], symbol: "line" } as const] : [],
    { label: "as predicted", colour: theme.text, symbol: "dashed" },
    { label: "one patient", colour: theme.faint, symbol: "tick" },
  ];
  const all = calibrationCurve(predictions, time, { groups: 1 }).groups[0]!.observed;
  const [from, to] = axisOf(predicted);
  return figure({
    heading: `Calibration at ${time} months` + (index ? `, ICI ${formatNumber(index.ici, 3)}` : ""),
    description: [
      `${predicted.length} patients, mean predicted survival ${formatNumber(mean, 2)}, observed ${
        formatNumber(all, 2)
      }`,
      index
        ? `integrated calibration index ${formatNumber(index.ici, 3)}, E50 ${formatNumber(index.e50, 3)}, ` +
          `E90 ${formatNumber(index.e90, 3)}`
        : "no integrated calibration index",
      ...groups.map(({ patients, predicted, observed }) =>
        `${patients} patients: predicted ${formatNumber(predicted, 2)}, observed ${formatNumber(observed, 2)}`
      ),
    ].join("; "),
    legend,
    width: 520,
    height: 500,
    marginRight: 24,
    x: {
      label: "predicted survival" +
        (to - from < 1 ? `, from ${formatNumber(from, 2)} to ${formatNumber(to, 2)} only` : ""),
      labelAnchor: "center",
      labelArrow: "none",
      domain: [from, to],
      grid: true,
      ticks: 5,
    },
    y: {
      label: "observed survival",
      labelAnchor: "center",
      labelArrow: "none",
      labelOffset: 42,
      domain: [0, 1],
      grid: true,
      ticks: 5,
    },
    marks: [
      Plot.ruleY([0], { stroke: theme.text }),
      Plot.link([0], { x1: from, y1: from, x2: to, y2: to, stroke: theme.text, strokeDasharray: "4 3" }),
      Plot.ruleX(predicted, { y1: 0, y2: 0.025, stroke: theme.faint }),
      index ? Plot.line(smooth, { x: "x", y: "y", stroke: theme.colours[2], strokeWidth: 2 }) : null,
      Plot.link(dots.filter(({ low }) => low !== null), {
        x1: "predicted",
        x2: "predicted",
        y1: "low",
        y2: "high",
        stroke: theme.ours,
        strokeWidth: 2,
      }),
      Plot.dot(dots, { x: "predicted", y: "observed", r: 5, fill: theme.ours, stroke: theme.background }),
    ],
  });
}
