import * as Plot from "@observablehq/plot";
import { formatNumber } from "../format.ts";
import { theme } from "./_theme.ts";
import { type Figure, figure } from "./figure.ts";

/** A loss over the epochs of training. */
export interface LossSeries {
  /** Name in the legend. */
  readonly name: string;
  /** `[epochs]`, from epoch 1. */
  readonly values: ArrayLike<number>;
}

/** Options of {@linkcode lossCurve}. */
export interface LossCurveOptions {
  /** Loss of one curve for everybody, a dashed line: above it nothing is learnt. @default {no line} */
  readonly constantLoss?: number | undefined;
}

/**
 * Draws the loss by epoch, one line per series, for example the whole loss and its two terms.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { lossCurve } from "@ctsurv/ctsurv/report";
 *
 * const { description } = lossCurve([{ name: "loss", values: [3.2, 2.1, 1.7] }]);
 * assertEquals(description, "loss: 3.200 to 1.700 in 3 epochs");
 * ```
 */
export function lossCurve(series: readonly LossSeries[], { constantLoss }: LossCurveOptions = {}): Figure {
  const colour = (i: number) => theme.colours[i % theme.colours.length]!;
  const epochs = Math.max(...series.map(({ values }) => values.length));
  return figure({
    heading: "Loss by epoch",
    description: [
      ...series.map(({ name, values }) =>
        `${name}: ${formatNumber(values[0], 3)} to ${
          formatNumber(values[values.length - 1], 3)
        } in ${values.length} epochs`
      ),
      ...constantLoss === undefined ? [] : [`one curve for everybody: ${formatNumber(constantLoss, 3)}`],
    ].join("; "),
    legend: [
      ...series.map(({ name }, i) => ({ label: name, colour: colour(i), symbol: "line" as const })),
      ...constantLoss === undefined
        ? []
        : [{ label: "one curve for everybody", colour: theme.truth, symbol: "dashed" as const }],
    ],
    // No more ticks than epochs, or the axis would name an epoch 1.5.
    x: { label: "epoch", labelArrow: "none", ticks: Math.max(1, Math.min(8, epochs - 1)) },
    y: { label: "loss", labelArrow: "none", grid: true, nice: true },
    marks: [
      constantLoss === undefined
        ? null
        : Plot.ruleY([constantLoss], { stroke: theme.truth, strokeWidth: 2, strokeDasharray: "4 3" }),
      ...series.map(({ values }, i) =>
        Plot.lineY(Array.from(values), { x: (_: number, k: number) => k + 1, stroke: colour(i), strokeWidth: 2 })
      ),
    ],
  });
}
