import type { SKRSContext2D } from "@napi-rs/canvas";
import { paintOutline, paintPlane } from "./paint_plane.ts";
import type { ScanView } from "./scan_view.ts";
import { sheetColours } from "./sheet_colours.ts";
import { theme } from "./theme.ts";

/** What to draw over a view. */
export interface ViewOverlays {
  /** [slices, rows, columns] of the volume, not zero inside. */
  readonly lungs: ArrayLike<number>;
  readonly tumour?: ArrayLike<number> | undefined;
  /** What is kept of the plane, in its rows and columns, both ends included; a dashed frame, or lines across. */
  readonly kept: { readonly rows: readonly [number, number]; readonly columns?: readonly [number, number] };
  /** Towards which sides of the patient the view's left and right edges look, such as "RL". */
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
