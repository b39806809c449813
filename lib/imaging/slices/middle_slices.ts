import { InputError } from "@ctsurv/base/mod.ts";
import { openDicomHeader } from "../dicom/header.ts";
import { bodyMask } from "../masks/body_mask.ts";
import { dilate } from "../masks/morphology.ts";
import type { VolumeReading } from "../read_volume.ts";
import { affineColumn, affineFrom, scale, type Vector } from "../volume/_affine.ts";
import type { Affine, Shape } from "../volume/volume.ts";
import { type Box, cropBox } from "./crop_and_resize.ts";

/** Air around the body that is kept, in pixels of about 2 mm: skin and what lies on it. */
const MARGIN = 4;
/** What lies outside the body. */
const OUTSIDE_HU = -1024;

/** Slices from the middle of a scan at half the resolution. */
export interface MiddleSlices {
  /** HU as the scan stores them; [slices, rows, columns]. -1024 outside the body. */
  readonly data: Int16Array | Float32Array;
  /** Of `data`. */
  readonly shape: Shape;
  /** (column, row, slice, 1) -> LPS mm. If the slices do not lie side by side, only the first one is where it says. */
  readonly affine: Affine;
  /** Whether the slices lie side by side. */
  readonly contiguous: boolean;
}

/**
 * Takes slices from the middle of a scan: the middle by InstanceNumber, as files are named and numbered, which in some
 * scans is not the middle of the chest. Of these it takes every second pixel of every second row, beginning with the
 * second, cuts off what lies outside the body, and sorts the slices by position.
 *
 * @param count Number of slices.
 * @param where Patient or file, for messages.
 * @throws {InputError} If the scan has fewer slices or no body in them.
 *
 * @example
 * ```ts
 * import { middleSlices } from "@ctsurv/ctsurv/imaging";
 * import { assertEquals } from "@std/assert";
 *
 * // Nine slices of 60 x 60 pixels: a body of 40 x 40 pixels, whose HU are the number of the slice.
 * const hu = new Int16Array(9 * 3600).fill(-1000);
 * for (let slice = 0; slice < 9; slice++) {
 *   for (let row = 10; row < 50; row++) hu.fill(slice, 3600 * slice + 60 * row + 10, 3600 * slice + 60 * row + 50);
 * }
 * const affine = [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 3, 0, 0, 0, 0, 1] as const;
 * const volume = { hu, shape: [9, 60, 60], spacing: [3, 1, 1], affine, orientation: "LPS" } as const;
 *
 * const { data, shape } = await middleSlices({ volume, warnings: [], source: { kind: "nifti", files: [] } });
 * assertEquals(shape, [5, 28, 28]); // the body and four pixels around it
 * assertEquals(new Set(data), new Set([-1024, -1000, 4, 5, 6, 7, 8])); // corners are outside
 * ```
 */
export async function middleSlices(
  { volume, source }: VolumeReading,
  { count = 5, where = "scan" }: { readonly count?: number; readonly where?: string } = {},
): Promise<MiddleSlices> {
  const { hu, shape: [slices, rows, columns], spacing, affine } = volume;
  if (slices < count) {
    throw new InputError(
      `${where}: ${slices} slices, of which the middle ${count} cannot be taken. Leave the scan out`,
    );
  }
  const order = source.kind === "dicom" ? await orderOfFiles(source.files, slices) : [...Array(slices).keys()];
  const start = Math.min(slices >> 1, slices - count);
  const chosen = order.slice(start, start + count).sort((a, b) => a - b);
  const [halfRows, halfColumns] = [rows >> 1, columns >> 1];
  const half = hu.slice(0, count * halfRows * halfColumns);
  for (let slice = 0, target = 0; slice < count; slice++) {
    for (let row = 1; row < 2 * halfRows; row += 2) {
      const line = (chosen[slice]! * rows + row) * columns;
      for (let column = 1; column < 2 * halfColumns; column += 2) half[target++] = hu[line + column]!;
    }
  }
  const whole: Shape = [count, halfRows, halfColumns];
  const body = bodyWithMargin(half, whole, [spacing[0], 2 * spacing[1], 2 * spacing[2]]);
  if (!body.includes(1)) throw new InputError(`${where}: there is no body in the middle ${count} slices. Leave it out`);
  half.forEach((_, i) => body[i] || (half[i] = OUTSIDE_HU));
  const box = cropBox(body, whole, [...Array(count).keys()]);
  return {
    ...cut(half, whole, box),
    affine: halved(affine, [chosen[0]!, 1 + 2 * box.rows[0], 1 + 2 * box.columns[0]]),
    contiguous: chosen.at(-1)! - chosen[0]! === count - 1,
  };
}

/** Slices by their InstanceNumber; by their position, if the files do not number them. */
async function orderOfFiles(files: readonly string[], slices: number): Promise<number[]> {
  const byPosition = [...Array(slices).keys()];
  if (files.length !== slices) return byPosition;
  const numbers: number[] = [];
  for (const file of files) {
    const { tags } = await openDicomHeader(file, (tag) => tag >= 0x00200013);
    numbers.push(tags.optional("InstanceNumber") ?? NaN);
  }
  if (numbers.some(Number.isNaN) || new Set(numbers).size < slices) return byPosition;
  return byPosition.sort((a, b) => numbers[a]! - numbers[b]!);
}

/** The body of each slice and the air next to it; [slices, rows, columns] of the volume. */
function bodyWithMargin(hu: Int16Array | Float32Array, shape: Shape, spacing: Shape): Uint8Array {
  const [slices, rows, columns] = shape;
  const { mask, shape: [, bodyRows, bodyColumns], rowStep, columnStep } = bodyMask({ hu, shape, spacing });
  const result = new Uint8Array(slices * rows * columns);
  for (let slice = 0; slice < slices; slice++) {
    let plane: Uint8Array = mask.slice(slice * bodyRows * bodyColumns, (slice + 1) * bodyRows * bodyColumns);
    for (let i = 0; i < MARGIN; i++) plane = dilate(plane, bodyColumns);
    for (let row = 0; row < rows; row++) {
      const line = Math.floor(row / rowStep) * bodyColumns;
      for (let column = 0; column < columns; column++) {
        result[(slice * rows + row) * columns + column] = plane[line + Math.floor(column / columnStep)]!;
      }
    }
  }
  return result;
}

function cut(hu: Int16Array | Float32Array, [slices, rows, columns]: Shape, box: Box) {
  const shape: Shape = [slices, box.rows[1] - box.rows[0] + 1, box.columns[1] - box.columns[0] + 1];
  const data = hu.slice(0, shape[0] * shape[1] * shape[2]);
  for (let slice = 0, target = 0; slice < slices; slice++) {
    for (let row = box.rows[0]; row <= box.rows[1]; row++, target += shape[2]) {
      const line = (slice * rows + row) * columns;
      data.set(hu.subarray(line + box.columns[0], line + box.columns[1] + 1), target);
    }
  }
  return { data, shape };
}

/** The affine of every second row and column, from this voxel of the scan on. */
function halved(affine: Affine, [slice, row, column]: Vector): Affine {
  const [x, y, z, origin] = ([0, 1, 2, 3] as const).map((axis) => affineColumn(affine, axis)) as [
    Vector,
    Vector,
    Vector,
    Vector,
  ];
  const moved = origin.map((mm, i) => mm + column * x[i]! + row * y[i]! + slice * z[i]!) as unknown as Vector;
  return affineFrom(scale(x, 2), scale(y, 2), z, moved);
}
