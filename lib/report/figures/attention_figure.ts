import * as Plot from "@observablehq/plot";
import { attentionShare, type TumourExtent } from "@ctsurv/analysis/mod.ts";
import { InputError } from "@ctsurv/base/mod.ts";
import { formatNumber } from "../format.ts";
import { type Figure, figure } from "./figure.ts";
import { theme, tumourMark } from "./_theme.ts";

/** Where a patient's attention is, in words. */
export function describeAttention(weights: readonly number[], tumours: TumourExtent): string {
  const { attended, uniform } = attentionShare(weights, tumours);
  const percent = (share: number) => `${formatNumber(100 * share, 0)} %`;
  const peak = `${weights.length} slices, most on slice ${weights.indexOf(Math.max(...weights))}`;
  if (tumours.length === 0) return peak;
  return `${peak}; ${percent(attended)} of the attention on the ${percent(uniform)} of slices that hold tumour`;
}

export interface AttentionFigureOptions {
  readonly patient: string;
  /** First and last slice that hold tumour, both included, where that is known. */
  readonly tumours?: readonly (readonly [number, number])[];
}

/** Attention weights along a patient's slices, from the feet up, beside equal weights and the tumour's extent. */
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
