import * as Plot from "@observablehq/plot";
import { formatNumber } from "../format.ts";
import { type Figure, figure } from "./figure.ts";
import { theme } from "./_theme.ts";

export interface HistogramOptions {
  readonly heading: string;
  /** Name and unit of the values: "kept slices per patient". */
  readonly label: string;
  /** About how many bars. Default: 20. */
  readonly bins?: number;
  /** What is counted. Default: "patients". */
  readonly counted?: string;
}

/** How values are spread, with their median marked. */
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
