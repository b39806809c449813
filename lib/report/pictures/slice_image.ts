import { createCanvas, type SKRSContext2D } from "@napi-rs/canvas";
import { Buffer } from "node:buffer";
import { InputError, writeAtomic } from "@ctsurv/base/mod.ts";
import { type Displayable, jupyterDisplay } from "../displayable.ts";
import { theme } from "../figures/_theme.ts";
import { evenlySpaced } from "../format.ts";
import { HEAT_BAR_HEIGHT, paintHeat, paintHeatBar, type SliceHeat } from "./slice_heat.ts";
import { paintOutline, paintPlane } from "./_scan_view.ts";

/** Grey slices, such as those that a network sees. */
export interface SliceStack {
  /** `[slices, rows, columns]`, from 0 (black) to 1 (white). */
  readonly data: Float32Array;
  /** How many of each. */
  readonly shape: readonly [slices: number, rows: number, columns: number];
}

/** What to draw over a slice. */
export interface SliceOverlay {
  /** Values as colours, below the outlines. @default {none} */
  readonly heat?: SliceHeat;
  /** `[slices, rows, columns]`, not zero inside. Its outline is drawn. @default {none} */
  readonly mask?: ArrayLike<number>;
  /** Rows and columns of the slice in a frame: first and last, both included. @default {none} */
  readonly box?: { readonly rows: readonly [number, number]; readonly columns: readonly [number, number] };
}

/**
 * Draws a slice with its overlays, its first pixel at the origin.
 *
 * @throws {InputError} If there is no such slice or the shapes do not fit.
 */
function paintSlice(
  context: SKRSContext2D,
  { data, shape: [slices, rows, columns] }: SliceStack,
  slice: number,
  { heat, mask, box, scale = 1 }: SliceOverlay & { readonly scale?: number },
): void {
  const size = rows * columns;
  if (!Number.isInteger(slice) || slice < 0 || slice >= slices) {
    throw new InputError(`There is no slice ${slice}: the stack has ${slices}, counted from 0`);
  }
  if (data.length !== slices * size || (mask && mask.length !== data.length)) {
    throw new InputError(
      `Slices of shape [${slices}, ${rows}, ${columns}] need ${slices * size} values: got ${data.length}` +
        (mask ? `, and a mask of ${mask.length}` : ""),
    );
  }
  const offset = slice * size;
  const both = { x: scale, y: scale };
  paintPlane(context, { grey: data.subarray(offset, offset + size), rows, columns }, both);
  if (heat) paintHeat(context, heat, slice, { rows, columns, scale });
  context.lineWidth = Math.max(1.5, scale);
  if (mask) {
    context.strokeStyle = theme.truth;
    paintOutline(context, (row, column) => mask[offset + row * columns + column] !== 0, { rows, columns }, both);
  }
  if (box) {
    const [top, bottom] = box.rows;
    const [left, right] = box.columns;
    context.strokeStyle = theme.colours[5]!;
    context.strokeRect(left * scale, top * scale, (right - left + 1) * scale, (bottom - top + 1) * scale);
  }
}

/** A raster figure. A notebook shows it. */
export interface Picture extends Displayable {
  /** The content of a PNG file. */
  readonly png: Uint8Array;
  /** px */
  readonly width: number;
  /** px */
  readonly height: number;
  /** Writes the PNG to a file; a file that is there is replaced as a whole. */
  save(path: string): Promise<void>;
}

/** Makes a picture of this size in px. Its ground has one colour, and `paint` draws on it. */
export function paintPicture(
  width: number,
  height: number,
  ground: string,
  paint: (context: SKRSContext2D) => void,
): Picture {
  const canvas = createCanvas(width, height);
  const context = canvas.getContext("2d");
  context.fillStyle = ground;
  context.fillRect(0, 0, width, height);
  paint(context);
  const png = canvas.toBuffer("image/png");
  return {
    png,
    width,
    height,
    save: (path) => writeAtomic(path, png),
    [jupyterDisplay]: () => ({
      "image/png": Buffer.from(png).toString("base64"),
      "text/plain": `Picture, ${width} x ${height} pixels`,
    }),
  };
}

/** Options of {@linkcode sliceImage}. */
export interface SliceImageOptions extends SliceOverlay {
  /** Pixels of the picture per pixel of the slice. @default {1} */
  readonly scale?: number;
}

/** Options of {@linkcode sliceMontage}. */
export interface SliceMontageOptions extends SliceImageOptions {
  /** The slices to show, from 0, in this order. @default {12, evenly spread over the stack} */
  readonly slices?: readonly number[];
  /** Slices in a row of the picture. @default {6} */
  readonly columns?: number;
  /** Text above a slice. @default {"slice" and its number} */
  readonly caption?: (slice: number) => string;
  /** The ground of the picture: white, or dark for a dark page. @default {"light"} */
  readonly appearance?: "light" | "dark";
}

const GAP = 4;
const CAPTION_HEIGHT = 16;

/**
 * Draws one slice with its overlays.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { jupyterDisplay, sliceImage } from "@ctsurv/ctsurv/report";
 *
 * // Two slices of 3 x 4 pixels; on the second a box around its middle.
 * const stack = { data: new Float32Array(24).fill(0.5), shape: [2, 3, 4] } as const;
 * const picture = sliceImage(stack, 1, { scale: 10, box: { rows: [1, 1], columns: [1, 2] } });
 * assertEquals([picture.width, picture.height], [40, 30]);
 * assertEquals(picture[jupyterDisplay]()["text/plain"], "Picture, 40 x 30 pixels");
 * ```
 *
 * @throws {InputError} If there is no such slice or the shapes do not fit.
 */
export function sliceImage(stack: SliceStack, slice: number, options: SliceImageOptions = {}): Picture {
  const { width, height } = pictureSize(stack, options);
  return paintPicture(width, height, theme.background, (context) => paintSlice(context, stack, slice, options));
}

/**
 * Draws several slices in one picture, each below its number, and the bar of colours below them where there is heat.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { sliceMontage } from "@ctsurv/ctsurv/report";
 *
 * const stack = { data: new Float32Array(30 * 64 * 64), shape: [30, 64, 64] } as const;
 * const { width, height } = sliceMontage(stack, { slices: [0, 10, 20, 29], columns: 2 });
 * assertEquals([width, height], [140, 172]); // 2 x 64 and 2 x (64 + 16 for the number), with gaps of 4
 * ```
 *
 * @throws {InputError} If there is no such slice or the shapes do not fit.
 */
export function sliceMontage(stack: SliceStack, options: SliceMontageOptions = {}): Picture {
  const { slices = evenlySpaced(stack.shape[0], 12), columns = 6, caption = (slice) => `slice ${slice}` } = options;
  const { heat, appearance = "light" } = options;
  const { width, height } = pictureSize(stack, options);
  const across = Math.max(1, Math.min(columns, slices.length));
  const down = Math.ceil(slices.length / across);
  const cell = { width: width + GAP, height: height + CAPTION_HEIGHT + GAP };
  const bar = heat ? HEAT_BAR_HEIGHT : 0;
  const total = [across * cell.width + GAP, Math.max(1, down * cell.height + GAP) + bar] as const;
  const { ground, text } = grounds[appearance];
  return paintPicture(...total, ground, (context) => {
    slices.forEach((slice, i) => {
      context.save();
      context.translate(GAP + (i % across) * cell.width, GAP + Math.floor(i / across) * cell.height);
      context.fillStyle = text;
      context.font = `11px ${theme.fontFamily}`;
      context.fillText(caption(slice), 1, CAPTION_HEIGHT - 5);
      context.translate(0, CAPTION_HEIGHT);
      paintSlice(context, stack, slice, options);
      context.restore();
    });
    if (!heat) return;
    context.translate(GAP, GAP + down * cell.height);
    paintHeatBar(context, heat, text, theme.fontFamily);
  });
}

/** The dark one is that of contact sheets. */
const grounds = {
  light: { ground: theme.background, text: theme.text },
  dark: { ground: "#15181c", text: "#e8eaed" },
} as const;

function pictureSize({ shape: [, rows, columns] }: SliceStack, { scale = 1 }: SliceImageOptions) {
  return { width: Math.round(columns * scale), height: Math.round(rows * scale) };
}

/** A part of every slice. */
export interface SliceCrop {
  /** First and last row, both included. */
  readonly rows: readonly [number, number];
  /** First and last column, both included. */
  readonly columns: readonly [number, number];
}

/** A JPEG as text, which a page or a figure can hold. */
export interface SliceJpeg {
  /** Its content as a `data:` address. */
  readonly address: string;
  readonly width: number;
  readonly height: number;
}

/** Options of {@linkcode sliceJpeg}. */
export interface SliceJpegOptions extends SliceOverlay {
  /** Width of the picture in px. Its height follows from the slice. */
  readonly width: number;
  /** The part of the slice that is shown. @default {all} */
  readonly crop?: SliceCrop;
  /** 1 to 100. @default {75} */
  readonly quality?: number;
}

/**
 * Draws a slice as a JPEG, for pages and figures with many slices: it has a fifth of a PNG's size, since most of a CT
 * is noise.
 *
 * @throws {InputError} If there is no such slice or the shapes do not fit.
 */
export function sliceJpeg(
  stack: SliceStack,
  slice: number,
  { width, quality = 75, crop, ...overlay }: SliceJpegOptions,
): SliceJpeg {
  const { rows: [top, bottom], columns: [left, right] } = crop ??
    { rows: [0, stack.shape[1] - 1], columns: [0, stack.shape[2] - 1] };
  const scale = width / (right - left + 1);
  const height = Math.max(1, Math.round((bottom - top + 1) * scale));
  const canvas = createCanvas(width, height);
  const context = canvas.getContext("2d");
  context.imageSmoothingQuality = "high";
  context.translate(-left * scale, -top * scale);
  paintSlice(context, stack, slice, { ...overlay, scale });
  const base64 = Buffer.from(canvas.toBuffer("image/jpeg", quality)).toString("base64");
  return { address: `data:image/jpeg;base64,${base64}`, width, height };
}
