import * as Plot from "@observablehq/plot";
import { type ModelCost, paper, paperRow } from "@ctsurv/analysis/mod.ts";
import { InputError } from "@ctsurv/base/mod.ts";
import { formatNumber } from "../format.ts";
import type { ModelResult } from "../results/table1.ts";
import { placeLabels, theme } from "./_theme.ts";
import { type Figure, figure } from "./figure.ts";

/** One model: what it costs and how well it predicts. */
interface Point {
  readonly name: string;
  /** 10^9 operations for one patient: MACs if they were counted here, FLOPs if the paper reports them. */
  readonly cost: number;
  readonly ctd: number;
  readonly low: number;
  readonly high: number;
}

/**
 * Draws how well models predict against what they cost for one patient, on a logarithmic axis. How well: Ctd within
 * folds with its 95 % interval; of results of ctsurv 0.1, which have none, the pooled Ctd. The models for which the
 * paper reports both are a second series, because they differ in the cohort, in FLOPs instead of MACs, and in mean ±
 * standard deviation of the folds instead of an interval.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { costFigure } from "@ctsurv/ctsurv/report";
 *
 * const { description } = costFigure(
 *   [{ model: "vgg16", name: "VGG16", macsPerPatient: 93e9 }],
 *   [{ model: "vgg16", pooled: { value: 0.54, interval: [0.4, 0.7] } }],
 * );
 * assertEquals(description.split("; ").slice(0, 2), [
 *   "VGG16: 93.0 GMAC, Ctd 0.540 [0.400, 0.700], computed",
 *   "EfficientNetB0 + soft attention: 54.3 GFLOP, Ctd 0.584 [0.530, 0.638], reported",
 * ]);
 * ```
 *
 * @param costs Costs at the number of slices that the models got when they were evaluated.
 * @param results Rows of the same models, found by `model`. A model without a row or without a Ctd is left out.
 * @throws {InputError} If no model has both.
 */
export function costFigure(
  costs: readonly Pick<ModelCost, "model" | "name" | "macsPerPatient">[],
  results: readonly Pick<ModelResult, "model" | "pooled" | "ctdWithinFolds">[],
): Figure {
  const isWithin = results.some(({ ctdWithinFolds }) => ctdWithinFolds);
  const computed = costs.flatMap(({ model, name, macsPerPatient }): Point[] => {
    const { pooled, ctdWithinFolds } = results.find((row) => row.model === model) ?? {};
    const within = ctdWithinFolds?.pre.risk;
    const value = isWithin ? within?.value : pooled?.value;
    if (value === undefined || value === null) return [];
    const [low, high] = isWithin ? [within?.interval?.low, within?.interval?.high] : pooled!.interval;
    return [{ name, cost: macsPerPatient / 1e9, ctd: value, low: low ?? value, high: high ?? value }];
  });
  if (computed.length === 0) {
    throw new InputError("No model has both a cost and a concordance: there is nothing to draw");
  }
  const reported = Object.entries(paper.gflops).map(([model, cost]): Point => {
    const { ctd: { mean, std }, ...row } = paperRow(model)!;
    const name = costs.find((counted) => counted.model === model)?.name ?? row.name;
    return { name, cost, ctd: mean, low: mean - (std ?? 0), high: mean + (std ?? 0) };
  });
  const all = [...computed, ...reported];
  const [least, most] = [Math.min(...all.map(({ cost }) => cost)), Math.max(...all.map(({ cost }) => cost))];
  const series = (points: readonly Point[], colour: string, symbol: "circle" | "diamond") => [
    Plot.link(points, { x1: "cost", x2: "cost", y1: "low", y2: "high", stroke: colour, strokeWidth: 2 }),
    Plot.dot(points, { x: "cost", y: "ctd", r: 5.5, symbol, fill: colour, stroke: theme.background }),
  ];
  const decades = Array.from({ length: 12 }, (_, i) => 10 ** (i - 4)).filter((ten) =>
    least / 2 <= ten && ten <= most * 2
  );
  return figure({
    heading: "Cost against concordance",
    description: [
      ...computed.map((point) => `${describe(point, "GMAC")}, computed`),
      ...reported.map((point) => `${describe(point, "GFLOP")}, reported`),
    ].join("; "),
    legend: [
      {
        label: `computed: MACs; ${isWithin ? "Ctd within folds" : "pooled Ctd"}, 95 % interval`,
        colour: theme.ours,
        symbol: "dot",
      },
      { label: "paper (reported): FLOPs; mean ± std", colour: theme.reported, symbol: "dot" },
      { label: isWithin ? "chance" : "0.5", colour: theme.faint, symbol: "dashed" },
    ],
    height: 400,
    marginRight: 24,
    x: {
      label: "10^9 operations a patient",
      labelAnchor: "center",
      labelArrow: "none",
      type: "log",
      domain: [least / 2, most * 2],
      grid: true,
      ticks: decades,
      tickFormat: ",",
    },
    y: {
      label: "Ctd",
      labelAnchor: "center",
      labelArrow: "none",
      labelOffset: 42,
      domain: [
        Math.min(0.4, ...all.map(({ low }) => low)) - 0.02,
        Math.max(0.7, ...all.map(({ high }) => high)) + 0.08,
      ],
      grid: true,
    },
    marks: [
      Plot.ruleY([0.5], { stroke: theme.faint, strokeDasharray: "4 3" }),
      ...series(computed, theme.ours, "circle"),
      ...series(reported, theme.reported, "diamond"),
      placeLabels([
        ...computed.map(({ name, cost, high }) => ({ text: name, x: cost, y: high, colour: theme.ours })),
        ...reported.map(({ name, cost, low }) =>
          ({ text: name, x: cost, y: low, colour: theme.reported, side: "below" }) as const
        ),
      ]),
    ],
  });
}

function describe({ name, cost, ctd, low, high }: Point, unit: string): string {
  const [value, from, to] = [ctd, low, high].map((number) => formatNumber(number, 3));
  return `${name}: ${formatNumber(cost, 1)} ${unit}, Ctd ${value} [${from}, ${to}]`;
}
