import type { SKRSContext2D } from "@napi-rs/canvas";
import { InputError } from "@ctsurv/common/mod.ts";
import { paintOutline, paintPlane } from "./paint_plane.ts";
import { paintPicture, type Picture } from "./picture.ts";
import { spread } from "./spread.ts";
import { theme } from "./theme.ts";

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
  return paintPicture(width, height, theme.background, (context) => drawSlice(context, stack, slice, options));
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
  const total = [across * cell.width + gap, Math.max(1, down * cell.height + gap)] as const;
  return paintPicture(...total, theme.background, (context) => {
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

function pictureSize({ shape: [, rows, columns] }: SliceStack, { scale = 1 }: SliceImageOptions) {
  return { width: Math.round(columns * scale), height: Math.round(rows * scale) };
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
