import * as Plot from "@observablehq/plot";
import { formatNumber } from "../format.ts";
import { type Figure, figure } from "./figure.ts";
import { theme } from "./_theme.ts";

/** A loss over the epochs of training, from epoch 1. */
export interface LossSeries {
  readonly name: string;
  readonly values: ArrayLike<number>;
}

/** Loss by epoch, one line per series (such as the whole loss and its two terms). */
export function lossCurve(series: readonly LossSeries[]): Figure {
  const colour = (i: number) => theme.colours[i % theme.colours.length]!;
  const epochs = Math.max(...series.map(({ values }) => values.length));
  return figure({
    heading: "Loss by epoch",
    description: series.map(({ name, values }) =>
      `${name}: ${formatNumber(values[0], 3)} to ${
        formatNumber(values[values.length - 1], 3)
      } in ${values.length} epochs`
    ).join("; "),
    legend: series.map(({ name }, i) => ({ label: name, colour: colour(i), symbol: "line" })),
    // No more ticks than epochs: there is no epoch 1.5.
    x: { label: "epoch", labelArrow: "none", ticks: Math.max(1, Math.min(8, epochs - 1)) },
    y: { label: "loss", labelArrow: "none", grid: true, nice: true },
    marks: series.map(({ values }, i) =>
      Plot.lineY(Array.from(values), { x: (_: number, k: number) => k + 1, stroke: colour(i), strokeWidth: 2 })
    ),
  });
}
