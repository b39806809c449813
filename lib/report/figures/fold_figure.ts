import * as Plot from "@observablehq/plot";
import { paperRow } from "@ctsurv/analysis/mod.ts";
import { formatNumber, withInterval } from "../format.ts";
import type { ModelResult } from "../results/table1.ts";
import { theme } from "./_theme.ts";
import { type Figure, figure, type LegendEntry } from "./figure.ts";

/** Options of {@linkcode foldFigure}. */
export interface FoldFigureOptions {
  /** Ctd of the true risk: no model can be expected to do better. Known for phantoms. @default {null, no line} */
  readonly bestReachableCtd?: number | null;
}

/**
 * Draws the Ctd of each fold, one row per model, with their mean, and below the Ctd within folds with its 95 % interval.
 * Results of ctsurv 0.1 have none: then the pooled Ctd stands there, and the legend says so. Last stands the paper's mean
 * with one standard deviation of its folds to either side, if it reports the model: that is no interval, so it is dotted.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { foldFigure } from "@ctsurv/ctsurv/report";
 *
 * const { description } = foldFigure([{
 *   model: "vgg16",
 *   name: "VGG16 + soft attention",
 *   weights: { kind: "seeded", hash: "cafe" },
 *   view: { kind: "slice", slices: 6, size: 224 },
 *   folds: [{ fold: 1, patients: 6, events: 3, ctd: 0.5 }, { fold: 2, patients: 6, events: 3, ctd: 0.6 }],
 *   mean: 0.55,
 *   stdSample: 0.07,
 *   stdPopulation: 0.05,
 *   pooled: { value: 0.54, interval: [0.4, 0.7] },
 * }]);
 * assertEquals(description, "VGG16 + soft attention: mean Ctd 0.550");
 * ```
 *
 * @param models Rows of Table 1; see {@linkcode modelResult}.
 */
export function foldFigure(
  models: readonly ModelResult[],
  { bestReachableCtd = null }: FoldFigureOptions = {},
): Figure {
  const dots = models.flatMap(({ name, folds }) => folds.flatMap(({ ctd }) => ctd === null ? [] : [{ name, ctd }]));
  const means = models.flatMap(({ name, mean }) => mean === null ? [] : [{ name, mean }]);
  const isWithin = models.some(({ ctdWithinFolds }) => ctdWithinFolds);
  const intervals = models.flatMap(({ name, ctdWithinFolds, pooled }) => {
    const [poolLow, poolHigh] = pooled.interval;
    const { value, low, high } = isWithin
      ? { value: null, low: null, high: null, ...ctdWithinFolds?.pre.risk, ...ctdWithinFolds?.pre.risk.interval }
      : { value: pooled.value, low: poolLow, high: poolHigh };
    return value === null || low === null || high === null ? [] : [{ name, value, low, high }];
  });
  const reported = models.flatMap(({ model, name }) => {
    const row = paperRow(model);
    return row
      ? [{ name, mean: row.ctd.mean, low: row.ctd.mean - row.ctd.std!, high: row.ctd.mean + row.ctd.std! }]
      : [];
  });
  const legend: LegendEntry[] = [
    { label: "fold", colour: theme.faint, symbol: "dot" },
    { label: "mean of folds", colour: theme.ours, symbol: "dot" },
    { label: `${isWithin ? "within folds" : "pooled"}, 95 % interval`, colour: theme.ours, symbol: "line" },
  ];
  if (reported.length > 0) {
    legend.push({ label: "paper's mean ± 1 SD of its folds (reported)", colour: theme.reported, symbol: "spread" });
  }
  if (bestReachableCtd !== null) legend.push({ label: "best reachable", colour: theme.truth, symbol: "dashed" });
  const values = [...dots.map(({ ctd }) => ctd), ...intervals.flatMap((i) => [i.low, i.high]), bestReachableCtd ?? 0.5];
  return figure({
    heading: "Concordance by fold",
    description: means.map(({ name, mean }) => {
      const own = isWithin && intervals.find((interval) => interval.name === name);
      return (own ? `${name}: Ctd within folds ${withInterval({ value: own.value, interval: own })}, ` : `${name}: `) +
        `mean Ctd ${formatNumber(mean, 3)}`;
    }).join("; "),
    legend,
    height: 60 + 74 * models.length,
    marginLeft: 12,
    x: {
      label: "Ctd →",
      labelAnchor: "right",
      labelArrow: "none",
      domain: [Math.min(0.4, ...values) - 0.02, Math.max(0.7, ...values) + 0.02],
      grid: true,
    },
    y: { label: null, domain: models.map(({ name }) => name), axis: null },
    marks: [
      Plot.ruleX([0.5], { stroke: theme.faint, strokeDasharray: "2 3" }),
      bestReachableCtd === null
        ? null
        : Plot.ruleX([bestReachableCtd], { stroke: theme.truth, strokeWidth: 2, strokeDasharray: "4 3" }),
      Plot.text(models, { y: "name", text: "name", frameAnchor: "left", dx: 4, dy: -24, fontWeight: 600 }),
      Plot.dot(dots, { x: "ctd", y: "name", r: 3.5, fill: theme.faint, fillOpacity: 0.7, dy: -8 }),
      Plot.dot(means, { x: "mean", y: "name", r: 5.5, fill: theme.ours, stroke: theme.background, dy: -8 }),
      Plot.link(intervals, {
        x1: "low",
        x2: "high",
        y1: "name",
        y2: "name",
        stroke: theme.ours,
        strokeWidth: 2.5,
        dy: 6,
      }),
      Plot.dot(intervals, { x: "value", y: "name", r: 4.5, fill: theme.ours, symbol: "diamond", dy: 6 }),
      Plot.link(reported, {
        x1: "low",
        x2: "high",
        y1: "name",
        y2: "name",
        stroke: theme.reported,
        strokeWidth: 1.5,
        strokeDasharray: "1.5 3",
        dy: 18,
      }),
      Plot.dot(reported, {
        x: "mean",
        y: "name",
        r: 4,
        fill: theme.background,
        stroke: theme.reported,
        strokeWidth: 1.5,
        dy: 18,
      }),
    ],
  });
}
