import { createCanvas, type SKRSContext2D } from "@napi-rs/canvas";
import { Buffer } from "node:buffer";
import { InputError, writeAtomic } from "@ctsurv/base/mod.ts";
import { type Displayable, jupyterDisplay } from "../displayable.ts";
import { theme } from "../figures/_theme.ts";
import { evenlySpaced } from "../format.ts";
import { paintOutline, paintPlane } from "./_scan_view.ts";

/** Grey slices: `[slices, rows, columns]`, values in [0, 1], black to white. */
export interface SliceStack {
  readonly data: Float32Array;
  readonly shape: readonly [slices: number, rows: number, columns: number];
}

/** What to draw over a slice. */
export interface SliceOverlay {
  /** `[slices, rows, columns]`, not zero inside; its outline is drawn. */
  readonly mask?: ArrayLike<number>;
  /** In pixels of the slice: row and column of the first and last pixel, both included. */
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
  { mask, box, scale = 1 }: SliceOverlay & { readonly scale?: number },
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

/** A raster figure. */
export interface Picture extends Displayable {
  readonly png: Uint8Array;
  readonly width: number;
  readonly height: number;
  save(path: string): Promise<void>;
}

/** A picture of this size in pixels, on a ground of one colour, as `paint` draws it. */
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

export interface SliceImageOptions extends SliceOverlay {
  /** Pixels of the picture per pixel of the slice. Default: 1. */
  readonly scale?: number;
}

export interface SliceMontageOptions extends SliceImageOptions {
  /** Which slices, in order. Default: 12 spread evenly over the stack. */
  readonly slices?: readonly number[];
  /** Pictures in a row. Default: 6. */
  readonly columns?: number;
  /** Text above a slice. Default: its number. */
  readonly caption?: (slice: number) => string;
}

const GAP = 4;
const CAPTION_HEIGHT = 16;

/**
 * One slice with its overlays.
 *
 * @throws {InputError} If there is no such slice or the shapes do not fit.
 */
export function sliceImage(stack: SliceStack, slice: number, options: SliceImageOptions = {}): Picture {
  const { width, height } = pictureSize(stack, options);
  return paintPicture(width, height, theme.background, (context) => paintSlice(context, stack, slice, options));
}

/**
 * Several slices side by side, each with its number.
 *
 * @throws {InputError} If there is no such slice or the shapes do not fit.
 */
export function sliceMontage(stack: SliceStack, options: SliceMontageOptions = {}): Picture {
  const { slices = evenlySpaced(stack.shape[0], 12), columns = 6, caption = (slice) => `slice ${slice}` } = options;
  const { width, height } = pictureSize(stack, options);
  const across = Math.max(1, Math.min(columns, slices.length));
  const down = Math.ceil(slices.length / across);
  const cell = { width: width + GAP, height: height + CAPTION_HEIGHT + GAP };
  const total = [across * cell.width + GAP, Math.max(1, down * cell.height + GAP)] as const;
  return paintPicture(...total, theme.background, (context) => {
    slices.forEach((slice, i) => {
      context.save();
      context.translate(GAP + (i % across) * cell.width, GAP + Math.floor(i / across) * cell.height);
      context.fillStyle = theme.text;
      context.font = `11px ${theme.fontFamily}`;
      context.fillText(caption(slice), 1, CAPTION_HEIGHT - 5);
      context.translate(0, CAPTION_HEIGHT);
      paintSlice(context, stack, slice, options);
      context.restore();
    });
  });
}

function pictureSize({ shape: [, rows, columns] }: SliceStack, { scale = 1 }: SliceImageOptions) {
  return { width: Math.round(columns * scale), height: Math.round(rows * scale) };
}

/** A part of every slice: first and last pixel, both included. */
export interface SliceCrop {
  readonly rows: readonly [number, number];
  readonly columns: readonly [number, number];
}

/** A picture in words that a page or a figure can hold. */
export interface SliceJpeg {
  /** `data:` address. */
  readonly address: string;
  readonly width: number;
  readonly height: number;
}

export interface SliceJpegOptions extends SliceOverlay {
  /** Pixels of the picture. The height follows from the slice. */
  readonly width: number;
  /** What of the slice is shown: first and last row and column, both included. @default {all} */
  readonly crop?: SliceCrop;
  /** 1 to 100. @default {75} */
  readonly quality?: number;
}

/**
 * A slice as a JPEG, for pages and figures that hold many: a fifth of a PNG's size, since most of a CT is noise.
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
