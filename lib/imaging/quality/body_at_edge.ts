import type { BodyMask } from "../body_mask.ts";
import type { Spacing } from "../volume.ts";

/** A body this near to the edge of the field of view touches it, in pixels of the body mask. */
const NEAR_PIXELS = 1;

/**
 * How much of the body's outline lies on the edge of the field of view, where the scan cuts it off: mm, in the slice
 * where it is most. The edge is that of the slice, or the inscribed circle where no body lies beyond it, as scanners
 * measure a circle and leave the corners empty.
 *
 * @param spacing Of the volume that the body was found in.
 * @param slices Where to look.
 */
export function bodyAtEdge(body: BodyMask, spacing: Spacing, slices: readonly number[]): number {
  const [, rows, columns] = body.shape;
  const [height, width] = [spacing[1] * body.rowStep, spacing[2] * body.columnStep];
  const radius = Math.min(rows * height, columns * width) / 2;
  const near = NEAR_PIXELS * Math.max(height, width);
  let [cornered, longest] = [false, { border: 0, circle: 0 }];
  for (const slice of slices) {
    let [border, circle] = [0, 0];
    for (let row = 0; row < rows; row++) {
      const y = (row + 0.5) * height - rows * height / 2;
      for (let column = 0; column < columns; column++) {
        if (!body.mask[(slice * rows + row) * columns + column]) continue;
        if (row === 0 || row === rows - 1) border += width;
        if (column === 0 || column === columns - 1) border += height;
        const beyond = Math.hypot(y, (column + 0.5) * width - columns * width / 2) - radius;
        if (beyond > near) cornered = true;
        // Of a strip along the circle, its area over its breadth is its length.
        else if (beyond > -near && beyond <= 0) circle += height * width / near;
      }
    }
    longest = { border: Math.max(longest.border, border), circle: Math.max(longest.circle, circle) };
  }
  return cornered ? longest.border : Math.max(longest.border, longest.circle);
}
