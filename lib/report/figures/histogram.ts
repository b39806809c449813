import * as Plot from "@observablehq/plot";
import { formatNumber } from "../format.ts";
import { theme } from "./_theme.ts";
import { type Figure, figure } from "./figure.ts";

/** Options of {@linkcode histogram}. */
export interface HistogramOptions {
  /** Text above the figure. */
  readonly heading: string;
  /** Name and unit of the values: "kept slices per patient". */
  readonly label: string;
  /** Number of bars, roughly: their edges are round numbers. @default {20} */
  readonly bins?: number;
  /** What is counted. @default {"patients"} */
  readonly counted?: string;
}

/**
 * Draws how values are spread, and marks their median.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { histogram } from "@ctsurv/ctsurv/report";
 *
 * const { description } = histogram([61, 74, 58, 90], { heading: "Kept slices", label: "kept slices per patient" });
 * assertEquals(description, "kept slices per patient: 4 patients, median 67.5, range 58 to 90");
 * ```
 */
export function histogram(
  values: ArrayLike<number>,
  { heading, label, bins = 20, counted = "patients" }: HistogramOptions,
): Figure {
  const data = Array.from(values).sort((a, b) => a - b);
  const middle = data.length >> 1;
  const median = data.length % 2 === 1 ? data[middle]! : (data[middle - 1]! + data[middle]!) / 2;
  const whole = data.every(Number.isInteger);
  const show = (value: number | undefined) => formatNumber(value, whole && Number.isInteger(value) ? 0 : 1);
  return figure({
    heading,
    description: `${label}: ${data.length} ${counted}, median ${show(median)}, range ${show(data[0])} to ${
      show(data.at(-1))
    }`,
    legend: [{ label: `median ${show(median)}`, colour: theme.reported, symbol: "dashed" }],
    height: 260,
    x: { label, labelArrow: "none", nice: true },
    y: { label: counted, labelArrow: "none", grid: true },
    marks: [
      Plot.rectY(data, {
        ...Plot.binX({ y: "count" }, { x: (value: number) => value, thresholds: bins }),
        fill: theme.ours,
      }),
      Plot.ruleY([0], { stroke: theme.text }),
      data.length > 0 ? Plot.ruleX([median], { stroke: theme.reported, strokeWidth: 2, strokeDasharray: "4 3" }) : null,
    ],
  });
}
