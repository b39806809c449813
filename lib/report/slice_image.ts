import { Buffer } from "node:buffer";
import { createCanvas, type SKRSContext2D } from "@napi-rs/canvas";
import { InputError, writeAtomic } from "@ctsurv/common/mod.ts";
import { type Displayable, jupyterDisplay } from "./displayable.ts";
import { theme } from "./theme.ts";

/** A raster figure. */
export interface Picture extends Displayable {
  readonly png: Uint8Array;
  readonly width: number;
  readonly height: number;
  save(path: string): Promise<void>;
}

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

const gap = 4;
const captionHeight = 16;

/**
 * One slice with its overlays.
 *
 * @throws {InputError} If there is no such slice or the shapes do not fit.
 */
export function sliceImage(stack: SliceStack, slice: number, options: SliceImageOptions = {}): Picture {
  const { width, height } = pictureSize(stack, options);
  return draw(width, height, (context) => drawSlice(context, stack, slice, options));
}

/**
 * Several slices side by side, each with its number.
 *
 * @throws {InputError} If there is no such slice or the shapes do not fit.
 */
export function sliceMontage(stack: SliceStack, options: SliceMontageOptions = {}): Picture {
  const { slices = spread(stack.shape[0], 12), columns = 6, caption = (slice) => `slice ${slice}` } = options;
  const { width, height } = pictureSize(stack, options);
  const across = Math.max(1, Math.min(columns, slices.length));
  const down = Math.ceil(slices.length / across);
  const cell = { width: width + gap, height: height + captionHeight + gap };
  return draw(across * cell.width + gap, Math.max(1, down * cell.height + gap), (context) => {
    slices.forEach((slice, i) => {
      context.save();
      context.translate(gap + (i % across) * cell.width, gap + Math.floor(i / across) * cell.height);
      context.fillStyle = theme.text;
      context.font = `11px ${theme.fontFamily}`;
      context.fillText(caption(slice), 1, captionHeight - 5);
      context.translate(0, captionHeight);
      drawSlice(context, stack, slice, options);
      context.restore();
    });
  });
}

function spread(count: number, wanted: number): number[] {
  const number = Math.min(count, wanted);
  return Array.from({ length: number }, (_, i) => Math.round(number === 1 ? 0 : i * (count - 1) / (number - 1)));
}

function pictureSize({ shape: [, rows, columns] }: SliceStack, { scale = 1 }: SliceImageOptions) {
  return { width: Math.round(columns * scale), height: Math.round(rows * scale) };
}

function draw(width: number, height: number, paint: (context: SKRSContext2D) => void): Picture {
  const canvas = createCanvas(width, height);
  const context = canvas.getContext("2d");
  context.fillStyle = theme.background;
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

function drawSlice(
  context: SKRSContext2D,
  { data, shape: [slices, rows, columns] }: SliceStack,
  slice: number,
  { mask, box, scale = 1 }: SliceImageOptions,
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
  const grey = createCanvas(columns, rows);
  const greyContext = grey.getContext("2d");
  const image = greyContext.createImageData(columns, rows);
  for (let i = 0; i < size; i++) {
    // The array clamps; NaN becomes black.
    const value = Math.round(255 * data[offset + i]!);
    image.data.set([value, value, value, 255], 4 * i);
  }
  greyContext.putImageData(image, 0, 0);
  context.drawImage(grey, 0, 0, columns * scale, rows * scale);
  context.lineWidth = Math.max(1.5, scale);
  if (mask) {
    context.strokeStyle = theme.truth;
    outline(context, (row, column) => mask[offset + row * columns + column] !== 0, rows, columns, scale);
  }
  if (box) {
    const [top, bottom] = box.rows;
    const [left, right] = box.columns;
    context.strokeStyle = theme.colours[5]!;
    context.strokeRect(left * scale, top * scale, (right - left + 1) * scale, (bottom - top + 1) * scale);
  }
}

/** Draws the pixel edges between inside and outside, the picture's border included. */
function outline(
  context: SKRSContext2D,
  inside: (row: number, column: number) => boolean,
  rows: number,
  columns: number,
  scale: number,
): void {
  const at = (row: number, column: number) =>
    row >= 0 && row < rows && column >= 0 && column < columns && inside(row, column);
  context.beginPath();
  for (let row = 0; row <= rows; row++) {
    for (let column = 0; column <= columns; column++) {
      const [x, y] = [column * scale, row * scale];
      if (at(row, column) !== at(row - 1, column)) {
        context.moveTo(x, y);
        context.lineTo(x + scale, y);
      }
      if (at(row, column) !== at(row, column - 1)) {
        context.moveTo(x, y);
        context.lineTo(x, y + scale);
      }
    }
  }
  context.stroke();
}
