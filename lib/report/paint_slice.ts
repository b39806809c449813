import type { SKRSContext2D } from "@napi-rs/canvas";
import { InputError } from "@ctsurv/common/mod.ts";
import { paintOutline, paintPlane } from "./paint_plane.ts";
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

/**
 * Draws a slice with its overlays, its first pixel at the origin.
 *
 * @throws {InputError} If there is no such slice or the shapes do not fit.
 */
export function paintSlice(
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
