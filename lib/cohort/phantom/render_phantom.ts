import { createRandom } from "@ctsurv/base/mod.ts";
import type { Affine } from "@ctsurv/imaging/mod.ts";
import { drawAnatomy } from "./_anatomy/anatomy.ts";
import { addNoise, type Canvas } from "./_anatomy/canvas.ts";
import { paintBody } from "./_anatomy/paint_body.ts";
import { paintLungDetail } from "./_anatomy/paint_lung_detail.ts";
import { paintLungs } from "./_anatomy/paint_lungs.ts";
import { paintMediastinum } from "./_anatomy/paint_mediastinum.ts";
import { paintSkeleton } from "./_anatomy/paint_skeleton.ts";
import { paintTumour } from "./_anatomy/paint_tumour.ts";
import type { PhantomPatient } from "./draw_patient.ts";
import type { PhantomSpec } from "./phantoms.ts";

/** The scan of a phantom patient in "LPS" order, and the truth about it. */
export interface PhantomScan {
  /** HU, [slices, rows, columns]. */
  readonly hu: Int16Array;
  /** 1 lung, 2 tumour (which is not counted as lung), 0 anything else; same shape. */
  readonly labels: Uint8Array;
  /** Size of both arrays, voxels. */
  readonly shape: readonly [slices: number, rows: number, columns: number];
  /** (column, row, slice, 1) -> LPS mm. */
  readonly affine: Affine;
}

/**
 * Paints a patient's chest CT, from the base of the neck to the upper abdomen. About 75 slices of 3 mm show lung.
 *
 * @throws {RangeError} If the slices are too few or too coarse to place a tumour in the lung.
 */
export function renderPhantom(spec: PhantomSpec, seed: number, patient: PhantomPatient): PhantomScan {
  const stream = (name: string) => createRandom(seed, "phantom", spec.name, patient.number, name);
  const { scanner, record, tumour } = patient;
  const anatomy = drawAnatomy(stream("anatomy"), { gender: record.gender, contrast: spec.contrast });
  const position = stream("position");
  const { matrix } = spec;
  const pixel = scanner.fieldOfView / matrix;
  const thickness = scanner.sliceSpacing;
  const [below, above] = [position.between(24, 45), position.between(12, 30)];
  const slices = Math.round((anatomy.lungHeight + below + above) / thickness);
  const shift = [position.between(-12, 12), position.between(-14, 10)] as const;
  const edge = -(matrix - 1) / 2 * pixel;
  const canvas: Canvas = {
    hu: new Int16Array(slices * matrix * matrix).fill(-1000),
    labels: new Uint8Array(slices * matrix * matrix),
    slices,
    matrix,
    pixel,
    thickness,
    origin: [edge - shift[0], edge - shift[1], -below],
  };
  paintBody(canvas, anatomy, scanner.couch);
  paintLungs(canvas, anatomy, stream("lungs"));
  paintMediastinum(canvas, anatomy, stream("mediastinum"));
  paintLungDetail(canvas, anatomy, stream("detail"));
  paintTumour(canvas, anatomy, tumour, stream("place"));
  paintSkeleton(canvas, anatomy);
  addNoise(canvas, scanner, stream("noise"));
  return {
    hu: canvas.hu,
    labels: canvas.labels,
    shape: [slices, matrix, matrix],
    // The scanner's own frame: its axis in the middle of the slice, the table where it happened to be.
    affine: [
      pixel,
      0,
      0,
      edge,
      0,
      pixel,
      0,
      edge,
      0,
      0,
      thickness,
      -Math.round(position.between(100, 600)),
      0,
      0,
      0,
      1,
    ],
  };
}
