import { type Box, type PlaneShape, type Volume, zoomSlice } from "@ctsurv/imaging/mod.ts";
import { r231BodyBox } from "./r231_body_box.ts";

/** Rows and columns of what R231 sees. */
export const R231_SIZE = 256;

/** HU that become 0 and 1. */
const [LOWEST, HIGHEST] = [-1024, 600];

/** One slice, ready for R231. */
export interface R231Input {
  /** [256, 256]; -1024 HU is 0, 600 HU and more are 1. */
  readonly image: Float32Array;
  /** What it was cut out of the slice. */
  readonly box: Box;
}

/**
 * Clips, crops to the body and resizes a slice as lungmask 0.2.22 does (`utils.preprocess`, `LMInferer._inference`), to
 * the last bit. Whole HU are rounded to whole HU again after interpolation, as SciPy does in arrays of that type.
 *
 * @param slice HU, [rows, columns], in "LPS" order.
 */
export function r231Input(slice: Volume["hu"], shape: PlaneShape): R231Input {
  const box = r231BodyBox(slice, shape);
  const [top, bottom] = box.rows;
  const [left, right] = box.columns;
  const size: PlaneShape = [bottom - top + 1, right - left + 1];
  const body = slice.slice(0, size[0] * size[1]);
  for (let row = 0; row < size[0]; row++) {
    const start = (top + row) * shape[1] + left;
    body.set(slice.subarray(start, start + size[1]), row * size[1]);
  }
  const clipped = body.map((hu) => Math.min(HIGHEST, Math.max(LOWEST, hu)));
  const resized = zoomSlice(clipped, size, [R231_SIZE, R231_SIZE], 1);
  // In two float32 steps, as lungmask's.
  const image = Float32Array.from(resized, (hu) => Math.fround(hu - LOWEST) / (HIGHEST - LOWEST));
  return { image, box };
}
