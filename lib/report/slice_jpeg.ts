import { Buffer } from "node:buffer";
import { createCanvas } from "@napi-rs/canvas";
import { paintSlice, type SliceOverlay, type SliceStack } from "./paint_slice.ts";

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
