import { paintSlice, type SliceOverlay, type SliceStack } from "./paint_slice.ts";
import { paintPicture, type Picture } from "./picture.ts";
import { spread } from "./spread.ts";
import { theme } from "./theme.ts";

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
  return paintPicture(width, height, theme.background, (context) => paintSlice(context, stack, slice, options));
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
      paintSlice(context, stack, slice, options);
      context.restore();
    });
  });
}

function pictureSize({ shape: [, rows, columns] }: SliceStack, { scale = 1 }: SliceImageOptions) {
  return { width: Math.round(columns * scale), height: Math.round(rows * scale) };
}
