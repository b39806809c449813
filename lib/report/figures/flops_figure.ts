import * as Plot from "@observablehq/plot";
import { type FlopsExamination, type FlopsReading, modelCost } from "@ctsurv/analysis/mod.ts";
import { backbones } from "@ctsurv/nn/mod.ts";
import { flopsFindings } from "../tables/cost_table.ts";
import { theme } from "./_theme.ts";
import { type Figure, figure, type LegendEntry } from "./figure.ts";

/** Slices at which the curves are drawn. */
const STEP = 16;

/**
 * Draws the cost of the two models against the number of slices, in MACs (solid) and in 2 × MACs (dashed). The two
 * reported numbers are horizontal lines. A dot marks where a curve reaches the reported number of its model.
 *
 * @param examination From `examineFlops`, whose networks are traced again for the curves.
 */
export function flopsFigure(examination: FlopsExamination): Figure {
  const { readings, nearest } = examination;
  const last = STEP * Math.ceil((Math.max(...readings.map(({ depth }) => depth)) + STEP) / STEP);
  const models = [...new Set(readings.map(({ model }) => model))];
  const colour = (model: string) => theme.colours[models.indexOf(model) * 2]!;
  const curves = models.flatMap((model) =>
    Array.from({ length: last / STEP }, (_, i) => {
      const slices = STEP * (i + 1);
      return { model, slices, gmac: modelCost(backbones[model]!, { slices }).macsOfImages / 1e9 };
    })
  );
  const reported = [...new Set(readings.map((reading) => reading.reported))];
  const name = (model: string) => readings.find((reading) => reading.model === model)!.name;
  const legend: LegendEntry[] = [
    ...models.flatMap((model): LegendEntry[] => [
      { label: `${name(model)}, MACs`, colour: colour(model), symbol: "line" },
      { label: `${name(model)}, 2 × MACs`, colour: colour(model), symbol: "dashed" },
    ]),
    { label: "paper (reported)", colour: theme.reported, symbol: "line" },
  ];
  const line = (flopsPerMac: number) =>
    Plot.line(curves, {
      x: "slices",
      y: ({ gmac }: { gmac: number }) => flopsPerMac * gmac,
      z: "model",
      stroke: ({ model }: { model: string }) => colour(model),
      strokeWidth: 2,
      ...(flopsPerMac === 2 && { strokeDasharray: "4 3" }),
    });
  return figure({
    heading: "What the reported costs could mean",
    description: flopsFindings(examination).join(" "),
    legend,
    x: { label: "slices of a patient", labelArrow: "none", domain: [0, last] },
    y: { label: "10^9, logarithmic", labelArrow: "none", type: "log", grid: true, ticks: 4, tickFormat: "," },
    color: { type: "identity" },
    marks: [
      Plot.ruleY(reported, { stroke: theme.reported, strokeWidth: 1.5 }),
      Plot.text(reported, { y: (value: number) => value, x: 0, text: String, textAnchor: "start", dx: 4, dy: -7 }),
      line(1),
      line(2),
      Plot.dot(readings, {
        x: "depth",
        y: "reported",
        r: 4.5,
        fill: (reading: FlopsReading) => nearest.includes(reading) ? colour(reading.model) : theme.background,
        stroke: (reading: FlopsReading) => colour(reading.model),
        strokeWidth: 2,
      }),
      Plot.text(readings, {
        x: "depth",
        y: "reported",
        text: ({ depth }: FlopsReading) => depth.toFixed(1),
        dy: 14,
      }),
    ],
  });
}
