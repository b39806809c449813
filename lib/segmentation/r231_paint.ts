import { type Box, type Shape, zoomSlice } from "@ctsurv/imaging/mod.ts";
import { R231_SIZE } from "./r231_input.ts";

/**
 * Takes R231's classes back to the slices, each into the box that it was cut from, by the nearest pixel (lungmask 0.2.22,
 * `utils.reshape_mask`); both lungs become 1.
 *
 * @param classes [slices, 256, 256]
 * @param boxes One for each slice.
 * @returns [slices, rows, columns]
 */
export function r231Paint(classes: Uint8Array, boxes: readonly Box[], [slices, rows, columns]: Shape): Uint8Array {
  const mask = new Uint8Array(slices * rows * columns);
  const pixels = R231_SIZE * R231_SIZE;
  boxes.forEach(({ rows: [top, bottom], columns: [left, right] }, slice) => {
    const [height, width] = [bottom - top + 1, right - left + 1];
    const plane = classes.subarray(slice * pixels, (slice + 1) * pixels);
    const zoomed = zoomSlice(plane, [R231_SIZE, R231_SIZE], [height, width], 0);
    for (let row = 0; row < height; row++) {
      const start = (slice * rows + top + row) * columns + left;
      for (let column = 0; column < width; column++) mask[start + column] = zoomed[row * width + column] ? 1 : 0;
    }
  });
  return mask;
}
