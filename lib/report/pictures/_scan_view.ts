import { createCanvas, type SKRSContext2D } from "@napi-rs/canvas";
import { type Volume, windowHu } from "@ctsurv/imaging/mod.ts";
import { theme } from "../figures/_theme.ts";
import { sheetColours } from "./contact_sheet.ts";

/** Grey values of one plane, rows of columns, in [0, 1], black to white. */
export interface Plane {
  readonly grey: ArrayLike<number>;
  readonly rows: number;
  readonly columns: number;
}

/** Pixels of the picture per pixel of the plane, across and down. */
export interface PlaneScale {
  readonly x: number;
  readonly y: number;
}

/** Draws a plane with its first pixel at the origin. */
export function paintPlane(context: SKRSContext2D, { grey, rows, columns }: Plane, { x, y }: PlaneScale): void {
  const canvas = createCanvas(columns, rows);
  const own = canvas.getContext("2d");
  const image = own.createImageData(columns, rows);
  for (let i = 0; i < rows * columns; i++) {
    // The array clamps; NaN becomes black.
    const value = Math.round(255 * grey[i]!);
    image.data[4 * i] = image.data[4 * i + 1] = image.data[4 * i + 2] = value;
    image.data[4 * i + 3] = 255;
  }
  own.putImageData(image, 0, 0);
  context.drawImage(canvas, 0, 0, columns * x, rows * y);
}

/**
 * Draws the pixel edges between the inside and the outside of a mask, in the current stroke. Outside the plane is
 * outside the mask.
 */
export function paintOutline(
  context: SKRSContext2D,
  isInside: (row: number, column: number) => boolean,
  { rows, columns }: Pick<Plane, "rows" | "columns">,
  scale: PlaneScale,
): void {
  const at = (row: number, column: number) =>
    row >= 0 && row < rows && column >= 0 && column < columns && isInside(row, column);
  context.beginPath();
  for (let row = 0; row <= rows; row++) {
    for (let column = 0; column <= columns; column++) {
      const [x, y] = [column * scale.x, row * scale.y];
      if (at(row, column) !== at(row - 1, column)) {
        context.moveTo(x, y);
        context.lineTo(x + scale.x, y);
      }
      if (at(row, column) !== at(row, column - 1)) {
        context.moveTo(x, y);
        context.lineTo(x, y + scale.y);
      }
    }
  }
  context.stroke();
}

/** What to draw over a view. */
export interface ViewOverlays {
  /** `[slices, rows, columns]` of the volume, not zero inside. */
  readonly lungs: ArrayLike<number>;
  readonly tumour?: ArrayLike<number> | undefined;
  /**
   * The rows and columns of the plane that are kept, both ends included: a dashed frame, or lines if there are only
   * rows.
   */
  readonly kept: { readonly rows: readonly [number, number]; readonly columns?: readonly [number, number] };
  /** The sides of the patient at the left and the right edge of the view, such as "RL". */
  readonly sides: string;
}

/** Draws a view with its first pixel at the origin, at `scale` pixels of the picture per mm. */
export function paintScanView(context: SKRSContext2D, view: ScanView, scale: number, overlays: ViewOverlays): void {
  const { lungs, tumour, kept, sides } = overlays;
  const pixel = { x: view.pixel.x * scale, y: view.pixel.y * scale };
  const [width, height] = [view.columns * pixel.x, view.rows * pixel.y];
  context.save();
  context.beginPath();
  context.rect(0, 0, width, height);
  context.clip();
  context.imageSmoothingQuality = "high";
  paintPlane(context, view, pixel);
  for (
    const [mask, colour, lineWidth] of [[lungs, sheetColours.lungs, 1.2], [tumour, sheetColours.tumour, 2]] as const
  ) {
    if (!mask) continue;
    context.strokeStyle = colour;
    context.lineWidth = lineWidth;
    paintOutline(context, (row, column) => mask[view.voxel(row, column)] !== 0, view, pixel);
  }
  context.strokeStyle = sheetColours.kept;
  context.lineWidth = 1;
  context.setLineDash([5, 4]);
  const [top, bottom] = [kept.rows[0] * pixel.y, (kept.rows[1] + 1) * pixel.y];
  const [left, right] = kept.columns ? [kept.columns[0] * pixel.x, (kept.columns[1] + 1) * pixel.x] : [-10, width + 10];
  context.strokeRect(left, top, right - left, bottom - top);
  context.restore();
  letters(context, sides, width, height);
}

function letters(context: SKRSContext2D, [left, right]: Iterable<string>, width: number, height: number): void {
  context.save();
  context.font = `bold 13px ${theme.fontFamily}`;
  context.lineWidth = 3;
  context.strokeStyle = sheetColours.ground;
  context.fillStyle = sheetColours.text;
  context.textBaseline = "middle";
  for (const [letter, x, align] of [[left, 4, "left"], [right, width - 4, "right"]] as const) {
    context.textAlign = align;
    context.strokeText(letter!, x, height / 2);
    context.fillText(letter!, x, height / 2);
  }
  context.restore();
}

/** A plane of a scan is at right angles to the axis from feet to head, from front to back, or from right to left. */
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
 * A plane as radiologists look at it. Axial planes are seen from the feet and coronal planes from the front, both with
 * the patient's right at the left. Sagittal planes have the front at the left. The head is up.
 */
export interface ScanView extends Plane {
  /** mm per pixel, across and down. */
  readonly pixel: { readonly x: number; readonly y: number };
  /** The index in the volume's arrays of the voxel behind a pixel of the view. */
  voxel(row: number, column: number): number;
  /** In coronal and sagittal views: the row that shows a slice of the volume. */
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
