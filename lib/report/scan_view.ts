import { type Volume, windowHu } from "@ctsurv/imaging/mod.ts";
import type { Plane } from "./paint_plane.ts";

/** Which plane of a scan: at right angles to the axis from feet to head, front to back, or right to left. */
export type Direction = "axial" | "coronal" | "sagittal";

/** First and last voxel, both included. */
export type Range = readonly [first: number, last: number];

/** A part of a volume in "LPS" order. */
export interface Region {
  readonly slices: Range;
  readonly rows: Range;
  readonly columns: Range;
}

/**
 * A plane as radiologists look at it: axial from the feet, coronal from the front, both with the patient's right at the
 * left; sagittal with the front at the left; heads up.
 */
export interface ScanView extends Plane {
  /** mm per pixel, across and down. */
  readonly pixel: { readonly x: number; readonly y: number };
  /** Where the voxel behind a pixel of the view is in the volume's arrays. */
  voxel(row: number, column: number): number;
  /** The row of the view that shows a slice of the volume; of coronal and sagittal views. */
  rowOf(slice: number): number;
}

/**
 * Cuts a plane out of a volume in "LPS" order.
 *
 * @param index Slice, row or column of the volume, by the direction.
 * @param window HU that become black and white.
 */
export function scanView(
  { hu, shape: [, rows, columns], spacing }: Volume,
  direction: Direction,
  index: number,
  { region, window }: { readonly region: Region; readonly window: readonly [low: number, high: number] },
): ScanView {
  const strides = { slices: rows * columns, rows: columns, columns: 1 };
  const [across, down] = ({
    axial: ["columns", "rows"],
    coronal: ["columns", "slices"],
    sagittal: ["rows", "slices"],
  } as const)[direction];
  const fixed = { axial: "slices", coronal: "rows", sagittal: "columns" } as const;
  const base = index * strides[fixed[direction]];
  const [left, right] = region[across];
  const [top, bottom] = region[down];
  // Slices run from feet to head, pictures from the top down.
  const along = (row: number) => down === "slices" ? bottom - row : top + row;
  const voxel = (row: number, column: number) => base + along(row) * strides[down] + (left + column) * strides[across];
  const size = { rows: bottom - top + 1, columns: right - left + 1 };
  const values = Float32Array.from(
    { length: size.rows * size.columns },
    (_, i) => hu[voxel(Math.floor(i / size.columns), i % size.columns)]!,
  );
  const millimetres = { slices: spacing[0], rows: spacing[1], columns: spacing[2] };
  return {
    grey: windowHu(values, window),
    ...size,
    pixel: { x: millimetres[across], y: millimetres[down] },
    voxel,
    rowOf: (slice) => bottom - slice,
  };
}
