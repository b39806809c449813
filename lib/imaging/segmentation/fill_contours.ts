/** A closed polygon in one slice, x and y by turns, in voxels: (0, 0) is the centre of the first one. */
export type Contour = Float64Array;

/**
 * Sets the voxels of a slice whose centres lie inside an odd number of the contours, so that a contour within another is
 * a hole (DICOM combines contours by XOR) and a keyhole's channel, there and back along one line, is nothing. A centre
 * exactly on an edge belongs to the polygon on its right or, if the edge is level, below: polygons that share an edge
 * share no voxel and leave none out.
 *
 * @param mask [rows, columns] of one slice, changed in place.
 */
export function fillContours(mask: Uint8Array, columns: number, contours: readonly Contour[]): void {
  const crossings: number[][] = Array.from({ length: mask.length / columns }, () => []);
  for (const contour of contours) addCrossings(crossings, contour);
  crossings.forEach((xs, row) => {
    xs.sort((a, b) => a - b);
    for (let i = 0; i + 1 < xs.length; i += 2) {
      const first = Math.max(0, Math.ceil(xs[i]!));
      const end = Math.min(columns, Math.ceil(xs[i + 1]!));
      if (first < end) mask.fill(1, row * columns + first, row * columns + end);
    }
  });
}

/** Where the contour's edges cross the line through the centres of each row. */
function addCrossings(crossings: readonly number[][], contour: Contour): void {
  for (let i = 0; i < contour.length; i += 2) {
    const next = (i + 2) % contour.length;
    const [x0, y0, x1, y1] = [contour[i]!, contour[i + 1]!, contour[next]!, contour[next + 1]!];
    // Half-open in y: of the two edges that meet at a corner on the line, only one crosses it, or both.
    const first = Math.max(0, Math.ceil(Math.min(y0, y1)));
    const end = Math.min(crossings.length, Math.ceil(Math.max(y0, y1)));
    for (let row = first; row < end; row++) crossings[row]!.push(x0 + (row - y0) / (y1 - y0) * (x1 - x0));
  }
}
