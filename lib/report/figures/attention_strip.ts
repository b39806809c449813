import * as Plot from "@observablehq/plot";
import { attentionTotal, type TumourExtent } from "@ctsurv/analysis/mod.ts";
import { InputError } from "@ctsurv/base/mod.ts";
import { sliceJpeg, type SliceStack } from "../pictures/slice_image.ts";
import { describeAttention } from "./attention_figure.ts";
import { type Figure, figure } from "./figure.ts";
import { film } from "./_film.ts";
import { theme, tumourMark } from "./_theme.ts";

export interface AttentionStripOptions {
  readonly patient: string;
  /** What the network saw: as many slices as there are weights, from the feet up. */
  readonly stack: SliceStack;
  /** Slices that hold tumour, where that is known. */
  readonly tumours?: TumourExtent;
  /** `[slices, rows, columns]`, not zero inside; its outline is drawn on the pictures. */
  readonly mask?: ArrayLike<number>;
}

/** At most so many pictures; px of the largest, and of the bars. */
const [mostPictures, largest, barHeight] = [8, 120, 130];
const margins = { marginLeft: 56, marginRight: 16 } as const;

/**
 * Attention along the axis of the body under the slices themselves: a bar for each weight, as a share of all, the
 * tumour's extent behind them, and above them pictures. Of more slices than there is room for, the axis is cut into
 * equal parts, and each part shows its slice with most attention. The pictures with most attention of all are framed.
 *
 * @throws {InputError} If there are no weights, they are not 0 or more, or there are not as many slices.
 */
export function attentionStrip(
  weights: ArrayLike<number>,
  { patient, stack, tumours = [], mask }: AttentionStripOptions,
): Figure {
  const [slices] = stack.shape;
  if (weights.length === 0) throw new InputError(`Patient ${patient} has no attention weights: no slice was kept`);
  if (slices !== weights.length) {
    throw new InputError(`Patient ${patient} has ${weights.length} attention weights for ${slices} slices`);
  }
  const total = attentionTotal(weights);
  const data = Array.from(weights, (weight) => weight / total);
  const shown = pictured(data);
  const framed = new Set(shown.toSorted((a, b) => data[b]! - data[a]!).slice(0, Math.ceil(shown.length / 4)));
  const inTumour = (slice: number) => tumours.some(([first, last]) => first <= slice && slice <= last);
  const place = (theme.width - margins.marginLeft - margins.marginRight) / shown.length;
  const size = Math.min(place - 6, largest);
  const frames = shown.map((slice, part) => ({
    picture: sliceJpeg(stack, slice, { width: 2 * Math.round(size), ...mask && { mask } }).address,
    label: `slice ${slice}`,
    at: slice,
    centre: (part + 0.5) * data.length / shown.length - 0.5,
    isFramed: framed.has(slice),
    isMarked: inTumour(slice),
  }));
  const { top, mark } = film(frames, size, stack.shape[1] / stack.shape[2]);
  return figure({
    heading: `Attention, ${patient}`,
    description: `${describeAttention(data, tumours)}. Pictures: slices ${shown.join(", ")}`,
    legend: [
      { label: "attention", colour: theme.ours, symbol: "area" },
      { label: "framed pictures", colour: theme.ours, symbol: "bar" },
      { label: "equal weights", colour: theme.text, symbol: "dashed" },
      ...tumours.length > 0 ? [{ label: "tumour", colour: theme.truth, symbol: "area" } as const] : [],
    ],
    ...margins,
    height: top + barHeight + 42,
    marginTop: top,
    x: {
      label: "slice (feet to head)",
      labelArrow: "none",
      domain: [-0.5, data.length - 0.5],
      ticks: data.length <= 20 ? data.map((_, slice) => slice) : 10,
      tickFormat: "d",
    },
    y: {
      label: "weight",
      labelAnchor: "center",
      labelArrow: "none",
      grid: true,
      ticks: 4,
      domain: [0, 1.05 * Math.max(...data)],
    },
    marks: [
      tumourMark(tumours),
      Plot.rectY(data, {
        x1: (_: number, slice: number) => slice - 0.4,
        x2: (_: number, slice: number) => slice + 0.4,
        y: (weight: number) => weight,
        fill: theme.ours,
        fillOpacity: (_: number, slice: number) => framed.has(slice) ? 1 : 0.4,
      }),
      Plot.ruleY([1 / data.length], { stroke: theme.text, strokeDasharray: "4 3" }),
      Plot.ruleY([0], { stroke: theme.text }),
      mark,
    ],
  });
}

/** The slice with most attention of each part of the axis; the one nearest to the part's middle if several have it. */
function pictured(weights: readonly number[]): number[] {
  const parts = Math.min(weights.length, mostPictures);
  return Array.from({ length: parts }, (_, part) => {
    const [from, to] = [part, part + 1].map((edge) => Math.floor(edge * weights.length / parts)) as [number, number];
    const middle = (from + to - 1) / 2;
    return Array.from({ length: to - from }, (_, i) => from + i).reduce((best, slice) => {
      const more = weights[slice]! - weights[best]!;
      return more > 0 || (more === 0 && Math.abs(slice - middle) < Math.abs(best - middle)) ? slice : best;
    });
  });
}
