import { createCanvas, type SKRSContext2D } from "@napi-rs/canvas";
import { InputError } from "@ctsurv/base/mod.ts";
import { escapeMarkup, formatNumber } from "../format.ts";
import type { SliceCrop } from "./slice_image.ts";

/** Values over slices, such as Grad-CAM or occlusion, to be drawn as colours. */
export interface SliceHeat {
  /** `[slices, rows, columns]`. Above 0 is drawn in one colour, below 0 in another, 0 not at all. */
  readonly data: Float32Array;
  /** As many slices as the stack; rows and columns of any number. */
  readonly shape: readonly [slices: number, rows: number, columns: number];
  /** The part of every slice that the rows and columns cover. @default {all} */
  readonly box?: SliceCrop;
  /** What the values are, beside the bar of colours: "log odds of death within 24 months". */
  readonly label: string;
  /** The value with the full colour. @default {the largest of the data, without its sign} */
  readonly limit?: number;
}

/** Okabe and Ito's vermilion for what raises the risk, and blue for what lowers it. */
const [RAISES, LOWERS] = [[213, 94, 0], [0, 114, 178]] as const;
/** At the limit the slice still shows through. */
const OPAQUE = 0.75;
/** Opacity grows as the root of the value, so that one strong place does not hide all others. */
const GAMMA = 0.5;

/** The value with the full colour; 1 where all are 0. */
export function heatLimit({ data, limit }: SliceHeat): number {
  return limit ?? (data.reduce((most, value) => Math.max(most, Math.abs(value)), 0) || 1);
}

/** The colour of a value: red, green, blue and opacity, 0 to 255. */
function heatColour(value: number, limit: number): readonly [number, number, number, number] {
  const share = Math.min(1, Math.abs(value) / limit) ** GAMMA;
  return [...value > 0 ? RAISES : LOWERS, Math.round(255 * OPAQUE * share)] as const;
}

/**
 * Draws the values of a slice whose first pixel is at the origin, linear between the centres of their cells.
 *
 * @throws {InputError} If there is no such slice, or the data are not as many as the shape says.
 */
export function paintHeat(
  context: SKRSContext2D,
  heat: SliceHeat,
  slice: number,
  { scale, ...whole }: { readonly rows: number; readonly columns: number; readonly scale: number },
): void {
  const { data, shape: [slices, rows, columns] } = heat;
  const { rows: [top, bottom], columns: [left, right] } = heat.box ??
    { rows: [0, whole.rows - 1], columns: [0, whole.columns - 1] };
  const [width, height] = [(right - left + 1) * scale, (bottom - top + 1) * scale];
  if (data.length !== slices * rows * columns || slice >= slices) {
    throw new InputError(`${data.length} values are no map of slice ${slice} of [${slices}, ${rows}, ${columns}]`);
  }
  const [across, down] = [Math.max(1, Math.round(width)), Math.max(1, Math.round(height))];
  const canvas = createCanvas(across, down);
  const own = canvas.getContext("2d");
  const image = own.createImageData(across, down);
  const [y, x] = [taps(down, rows), taps(across, columns)];
  const limit = heatLimit(heat);
  const at = (row: number, column: number) => data[(slice * rows + row) * columns + column]!;
  for (let row = 0, pixel = 0; row < down; row++) {
    const { low: above, high: below, weight: v } = y[row]!;
    for (let column = 0; column < across; column++, pixel += 4) {
      const { low: before, high: after, weight: u } = x[column]!;
      const upper = at(above, before) * (1 - u) + at(above, after) * u;
      const lower = at(below, before) * (1 - u) + at(below, after) * u;
      image.data.set(heatColour(upper * (1 - v) + lower * v, limit), pixel);
    }
  }
  own.putImageData(image, 0, 0);
  context.drawImage(canvas, left * scale, top * scale, width, height);
}

/** The two cells around each pixel and the weight of the second; the outermost cells continue to the edge. */
function taps(pixels: number, cells: number) {
  return Array.from({ length: pixels }, (_, pixel) => {
    const at = Math.min(cells - 1, Math.max(0, (pixel + 0.5) * cells / pixels - 0.5));
    const low = Math.floor(at);
    return { low, high: Math.min(cells - 1, low + 1), weight: at - low };
  });
}

/** The ends of the bar of colours: from 0 where nothing is below it. */
export function heatEnds(heat: SliceHeat): readonly [low: number, high: number] {
  const limit = heatLimit(heat);
  return [heat.data.some((value) => value < 0) ? -limit : 0, limit];
}

/** A number at an end of the bar, with two digits that count. */
export function heatNumber(value: number): string {
  return value === 0 ? "0" : formatNumber(value, Math.max(0, 1 - Math.floor(Math.log10(Math.abs(value)))));
}

/** px */
const [BAR_WIDTH, BAR_HEIGHT] = [180, 10];
/** px: height of the bar with the numbers below it. */
export const HEAT_BAR_HEIGHT = 44;

/** Draws the bar of colours with its numbers and its label, its left upper corner at the origin. */
export function paintHeatBar(context: SKRSContext2D, heat: SliceHeat, text: string, font: string): void {
  const [low, high] = heatEnds(heat);
  // On the grey of tissue, as over a slice.
  context.fillStyle = "#808080";
  context.fillRect(0, 4, BAR_WIDTH, BAR_HEIGHT);
  for (let x = 0; x < BAR_WIDTH; x++) {
    context.fillStyle = cssColour(low + (high - low) * (x + 0.5) / BAR_WIDTH, high);
    context.fillRect(x, 4, 1, BAR_HEIGHT);
  }
  context.fillStyle = text;
  context.font = `11px ${font}`;
  context.textBaseline = "alphabetic";
  const baseline = 4 + BAR_HEIGHT + 13;
  context.textAlign = "left";
  context.fillText(heatNumber(low), 0, baseline);
  context.textAlign = "right";
  context.fillText(heatNumber(high), BAR_WIDTH, baseline);
  context.textAlign = "left";
  context.fillText(heat.label, BAR_WIDTH + 12, 4 + BAR_HEIGHT);
}

function cssColour(value: number, limit: number): string {
  const [red, green, blue, alpha] = heatColour(value, limit);
  return `rgba(${red}, ${green}, ${blue}, ${(alpha / 255).toFixed(3)})`;
}

/** Cells of the bar in markup. */
const CELLS = 30;

/**
 * The bar of colours as markup with inline styles; its text has the colour of the page. It is made of cells of one colour,
 * since the sanitisers of notebooks drop gradients.
 */
export function heatBarHtml(heat: SliceHeat): string {
  const [low, high] = heatEnds(heat);
  const cells = Array.from({ length: CELLS }, (_, i) => {
    const [red, green, blue, alpha] = heatColour(low + (high - low) * (i + 0.5) / CELLS, high);
    const onGrey = [red, green, blue].map((value) => Math.round(128 + (value - 128) * alpha / 255));
    const style = `display: inline-block; width: ${BAR_WIDTH / CELLS}px; height: ${BAR_HEIGHT}px; background-color: #${
      onGrey.map((value) => value.toString(16).padStart(2, "0")).join("")
    }`;
    return `<span style="${style}"></span>`;
  });
  return `<p>${heatNumber(low)} ${cells.join("")} ${heatNumber(high)} ${escapeMarkup(heat.label)}</p>`;
}
