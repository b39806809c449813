import * as Plot from "@observablehq/plot";
import { attentionTotal, type TumourExtent } from "@ctsurv/analysis/mod.ts";
import { InputError } from "@ctsurv/base/mod.ts";
import { sliceJpeg, type SliceStack } from "../pictures/slice_image.ts";
import { film } from "./_film.ts";
import { theme, tumourMark } from "./_theme.ts";
import { describeAttention } from "./attention_figure.ts";
import { type Figure, figure } from "./figure.ts";

/** Options of {@linkcode attentionStrip}. */
export interface AttentionStripOptions {
  /** The patient's name, for the heading and for messages. */
  readonly patient: string;
  /** What the network saw: as many slices as there are weights, from feet to head. */
  readonly stack: SliceStack;
  /** Runs of slices that hold tumour: first and last, both included. @default {not known} */
  readonly tumours?: TumourExtent;
  /** `[slices, rows, columns]`, not zero inside. Its outline is drawn on the pictures. @default {none} */
  readonly mask?: ArrayLike<number>;
}

/** The most pictures; the width of the largest, and the height of the bars, in px. */
const [mostPictures, largest, barHeight] = [8, 120, 130];
const margins = { marginLeft: 56, marginRight: 16 } as const;

/**
 * Draws attention along the axis of the body, below pictures of the slices. Each weight is a bar, as a share of the sum
 * of all, and the slices that hold tumour are shaded. There is room for 8 pictures: if there are more slices, the axis
 * is cut into 8 equal parts, and each part shows its slice with most attention. The quarter of the pictures with most
 * attention is framed.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { attentionStrip } from "@ctsurv/ctsurv/report";
 *
 * const stack = { data: new Float32Array(3 * 8 * 8).fill(0.5), shape: [3, 8, 8] } as const;
 * const { description } = attentionStrip([0.1, 0.7, 0.2], { patient: "LUNG1-001", stack });
 * assertEquals(description, "3 slices, most on slice 1. Pictures: slices 0, 1, 2");
 * ```
 *
 * @param weights `[slices]`, each 0 or more.
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

/** The slice with most attention in each part of the axis; among equals the one nearest to the middle of the part. */
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
