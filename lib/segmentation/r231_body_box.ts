import {
  type Box,
  dilate,
  eraseComponents,
  erode,
  fillEnclosed,
  findComponents,
  type PlaneShape,
  type Volume,
  zoomSlice,
} from "@ctsurv/imaging/mod.ts";

/** The grid on which the body is looked for. */
const coarse: PlaneShape = [128, 128];
/** HU; air is below, clothes and foam too. */
const TISSUE = -500;

/**
 * The box around the body in a slice, as lungmask 0.2.22 finds it (`utils.simple_bodymask`, `crop_and_resize`): tissue on
 * a grid of 128 x 128, closed, holes filled, eroded twice, its largest region dilated twice and taken back to the slice;
 * there, the box of the first region. The whole slice if there is none.
 *
 * @param slice HU, [rows, columns].
 */
export function r231BodyBox(slice: Volume["hu"], shape: PlaneShape): Box {
  const [rows, columns] = shape;
  const mask = zoomSlice(bodyMask(slice, shape), coarse, shape, 0);
  const { starts, ends, labels } = findComponents(mask, [1, rows, columns], "corners");
  if (starts.length === 0) return { rows: [0, rows - 1], columns: [0, columns - 1] };
  let [top, bottom, left, right] = [rows, 0, columns, 0];
  starts.forEach((start, run) => {
    if (labels[run] !== 0) return;
    const row = Math.floor(start / columns);
    [top, bottom] = [Math.min(top, row), Math.max(bottom, row)];
    [left, right] = [Math.min(left, start % columns), Math.max(right, ends[run]! - 1 - row * columns)];
  });
  return { rows: [top, bottom], columns: [left, right] };
}

function bodyMask(slice: Volume["hu"], shape: PlaneShape): Uint8Array {
  const [rows, columns] = coarse;
  const tissue = Uint8Array.from(zoomSlice(slice, shape, coarse, 0), (hu) => hu > TISSUE ? 1 : 0);
  const filled = erode(dilate(tissue, columns), columns);
  fillEnclosed(filled, [1, rows, columns], { connectivity: "corners" });
  const body = erode(erode(filled, columns), columns);
  const regions = findComponents(body, [1, rows, columns]);
  const largest = regions.sizes.reduce((best, size, label) => size > regions.sizes[best]! ? label : best, 0);
  eraseComponents(body, regions, (label) => label !== largest);
  return dilate(dilate(body, columns), columns);
}
