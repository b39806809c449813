import {
  type Box,
  dilate,
  eraseComponents,
  erode,
  fillEnclosed,
  findComponents,
  type PlaneShape,
  type Shape,
  type Volume,
  zoomSlice,
} from "@ctsurv/imaging/mod.ts";

/** The grid on which the body is looked for. */
const COARSE: PlaneShape = [128, 128];
/** HU; air, clothes and foam are below. */
const TISSUE = -500;

/**
 * The box around the body in a slice, as lungmask 0.2.22 finds it (`utils.simple_bodymask`, `crop_and_resize`): tissue on
 * a grid of 128 x 128, closed, holes filled, eroded twice, its largest region dilated twice and taken back to the slice;
 * there, the box of the first region. The whole slice if there is none.
 *
 * @param slice HU, [rows, columns].
 */
function r231BodyBox(slice: Volume["hu"], shape: PlaneShape): Box {
  const [rows, columns] = shape;
  const mask = zoomSlice(bodyMask(slice, shape), COARSE, shape, 0);
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
  const [rows, columns] = COARSE;
  const tissue = Uint8Array.from(zoomSlice(slice, shape, COARSE, 0), (hu) => hu > TISSUE ? 1 : 0);
  const filled = erode(dilate(tissue, columns), columns);
  fillEnclosed(filled, [1, rows, columns], { connectivity: "corners" });
  const body = erode(erode(filled, columns), columns);
  const regions = findComponents(body, [1, rows, columns]);
  const largest = regions.sizes.reduce((best, size, label) => size > regions.sizes[best]! ? label : best, 0);
  eraseComponents(body, regions, (label) => label !== largest);
  return dilate(dilate(body, columns), columns);
}

/** Rows and columns of the images that R231 sees. */
export const R231_SIZE = 256;

/** HU that become 0 and 1. */
const [LOWEST, HIGHEST] = [-1024, 600];

/** One slice, ready for R231. */
export interface R231Input {
  /** [256, 256]; -1024 HU is 0, 600 HU and more are 1. */
  readonly image: Float32Array;
  /** The rectangle that was cut out of the slice. */
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

/** All slices of a volume, ready for R231. */
export interface R231Inputs {
  /** [slices, 256, 256] */
  readonly images: Float32Array;
  /** The rectangle that was cut out of each slice; one per slice. */
  readonly boxes: readonly Box[];
}

/**
 * Prepares every slice of a volume in "LPS" order for R231, as lungmask 0.2.22 does: clips it, crops it to the body and
 * resizes it. -1024 HU become 0, 600 HU and more become 1.
 *
 * @example
 * ```ts
 * import { r231Inputs } from "@ctsurv/ctsurv/lungs";
 * import { assertEquals } from "@std/assert";
 *
 * // A slice of 128 x 128 pixels: air around a body of 64 x 80.
 * const hu = new Int16Array(128 * 128).fill(-1000);
 * for (let row = 32; row < 96; row++) hu.fill(40, 128 * row + 24, 128 * row + 104);
 *
 * const { images, boxes } = r231Inputs({ hu, shape: [1, 128, 128] });
 * assertEquals(boxes, [{ rows: [32, 95], columns: [24, 103] }]);
 * assertEquals(images.length, 256 * 256);
 * ```
 */
export function r231Inputs({ hu, shape: [slices, rows, columns] }: Pick<Volume, "hu" | "shape">): R231Inputs {
  const images = new Float32Array(slices * R231_SIZE * R231_SIZE);
  const boxes = Array.from({ length: slices }, (_, slice) => {
    const plane = hu.subarray(slice * rows * columns, (slice + 1) * rows * columns);
    const { image, box } = r231Input(plane, [rows, columns]);
    images.set(image, slice * image.length);
    return box;
  });
  return { images, boxes };
}

/**
 * Paints R231's classes into the slices, each into the box that it was cut from, by the nearest pixel (lungmask 0.2.22,
 * `utils.reshape_mask`). Both lungs become 1.
 *
 * @param classes [slices, 256, 256]
 * @param boxes One for each slice.
 * @returns [slices, rows, columns]
 *
 * @example
 * ```ts
 * import { R231_SIZE, r231Paint } from "@ctsurv/ctsurv/lungs";
 * import { assertEquals } from "@std/assert";
 *
 * // The upper half of the image is right lung, the lower half left lung.
 * const classes = new Uint8Array(R231_SIZE ** 2).fill(1);
 * classes.fill(2, classes.length / 2);
 *
 * const mask = r231Paint(classes, [{ rows: [1, 2], columns: [0, 1] }], [1, 4, 3]);
 * assertEquals(
 *   mask,
 *   Uint8Array.of(
 *     ...[0, 0, 0],
 *     ...[1, 1, 0],
 *     ...[1, 1, 0],
 *     ...[0, 0, 0],
 *   ),
 * );
 * ```
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
