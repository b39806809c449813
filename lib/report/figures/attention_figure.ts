import * as Plot from "@observablehq/plot";
import { attentionShare, type TumourExtent } from "@ctsurv/analysis/mod.ts";
import { InputError } from "@ctsurv/base/mod.ts";
import { formatNumber } from "../format.ts";
import { theme, tumourMark } from "./_theme.ts";
import { type Figure, figure } from "./figure.ts";

/** Says in words where a patient's attention is. */
export function describeAttention(weights: readonly number[], tumours: TumourExtent): string {
  const { attended, uniform } = attentionShare(weights, tumours);
  const percent = (share: number) => `${formatNumber(100 * share, 0)} %`;
  const peak = `${weights.length} slices, most on slice ${weights.indexOf(Math.max(...weights))}`;
  if (tumours.length === 0) return peak;
  return `${peak}; ${percent(attended)} of the attention on the ${percent(uniform)} of slices that hold tumour`;
}

/** Options of {@linkcode attentionFigure}. */
export interface AttentionFigureOptions {
  /** The patient's name, for the heading and for messages. */
  readonly patient: string;
  /** Runs of slices that hold tumour: first and last, both included. Slices count from 0. @default {not known} */
  readonly tumours?: readonly (readonly [number, number])[];
}

/**
 * Draws attention weights along a patient's slices, from feet to head, with a line for equal weights and the slices
 * that hold tumour.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { attentionFigure } from "@ctsurv/ctsurv/report";
 *
 * const { description, svg } = attentionFigure([0.1, 0.2, 0.6, 0.1], { patient: "LUNG1-001", tumours: [[2, 2]] });
 * assertEquals(description, "4 slices, most on slice 2; 60 % of the attention on the 25 % of slices that hold tumour");
 * assertEquals(svg.startsWith("<svg"), true);
 * ```
 *
 * @param weights `[slices]`, each 0 or more; only their proportions count for the description.
 * @throws {InputError} If there are no weights, one is below 0, all are 0, or the tumour is outside of the slices.
 */
export function attentionFigure(
  weights: ArrayLike<number>,
  { patient, tumours = [] }: AttentionFigureOptions,
): Figure {
  const data = Array.from(weights);
  if (data.length === 0) throw new InputError(`Patient ${patient} has no attention weights: no slice was kept`);
  return figure({
    heading: `Attention, ${patient}`,
    description: describeAttention(data, tumours),
    legend: [
      { label: "attention", colour: theme.ours, symbol: "line" },
      { label: "equal weights", colour: theme.faint, symbol: "dashed" },
      ...tumours.length > 0 ? [{ label: "tumour", colour: theme.truth, symbol: "area" } as const] : [],
    ],
    height: 260,
    x: { label: "slice (feet to head)", labelArrow: "none", domain: [-0.5, data.length - 0.5] },
    y: { label: "weight", labelArrow: "none", grid: true, domain: [0, 1.05 * Math.max(...data)] },
    marks: [
      tumourMark(tumours),
      Plot.ruleY([1 / data.length], { stroke: theme.faint, strokeDasharray: "4 3" }),
      Plot.areaY(data, { x: (_: number, i: number) => i, y: (w: number) => w, fill: theme.ours, fillOpacity: 0.15 }),
      Plot.lineY(data, { x: (_: number, i: number) => i, y: (w: number) => w, stroke: theme.ours, strokeWidth: 2 }),
      Plot.ruleY([0], { stroke: theme.text }),
    ],
  });
}
