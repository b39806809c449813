import { InputError } from "@ctsurv/base/mod.ts";
import type { DicomTags } from "../dicom/_tags.ts";
import type { DicomHeader } from "../dicom/header.ts";
import type { Vector } from "../volume/_affine.ts";
import { voxelOf } from "./_dicom_seg.ts";
import { checkFrameOfReference, type Drawing, type Drawn, type Structure } from "./read_structures.ts";

/** A closed polygon in one slice, x and y alternating, in voxels: (0, 0) is the centre of the first one. */
export type Contour = Float64Array;

/**
 * Sets the voxels of a slice whose centres lie inside an odd number of the contours. So a contour within another is a
 * hole (DICOM combines contours by XOR), and the channel of a keyhole, there and back along one line, encloses nothing.
 * A centre exactly on an edge belongs to the polygon on its right or, if the edge is level, below. So polygons that
 * share an edge share no voxel and leave none out.
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

/** Share of the slice distance by which a contour may be off its slice, because files round positions to 0.1 mm. */
const MAX_OFF_PLANE = 0.1;
/** Voxels by which a contour may pass the edge of the image: half a voxel is the edge, the rest is for rounding. */
const MAX_BEYOND = 0.51;

/** The regions of interest of an RTSTRUCT (PS3.3 C.8.8.5). */
export function listRegions({ tags }: DicomHeader): Structure[] {
  return tags.items("StructureSetROISequence").map((region) => ({
    number: region.decimals("ROINumber", 1)[0]!,
    names: [region.text("ROIName") || `(ROI ${region.text("ROINumber")})`],
  }));
}

/**
 * Draws a region of interest slice by slice (PS3.3 C.8.8.6).
 *
 * @throws {InputError} If it has no contours, contours that are not closed, or contours that lie in no slice of the CT.
 */
export function drawContours(drawing: Drawing): Drawn {
  const { header: { path, tags }, structure: { number, names }, volume: { shape } } = drawing;
  const isOurs = (item: DicomTags, keyword: "ROINumber" | "ReferencedROINumber") => item.decimal(keyword) === number;
  const region = tags.items("StructureSetROISequence").find((item) => isOurs(item, "ROINumber"))!;
  checkFrameOfReference(drawing, region.text("ReferencedFrameOfReferenceUID"));
  const contours = tags.items("ROIContourSequence").filter((item) => isOurs(item, "ReferencedROINumber"))
    .flatMap((item) => item.items("ContourSequence"));
  if (contours.length === 0) throw new InputError(`${path}: ${names[0]} has no contours`);

  const [, rows, columns] = shape;
  const bySlice = groupBySlice(drawing, contours);
  const mask = new Uint8Array(shape[0] * rows * columns);
  for (const [slice, polygons] of bySlice) {
    fillContours(mask.subarray(slice * rows * columns, (slice + 1) * rows * columns), columns, polygons);
  }
  return { mask, warnings: describeGaps([...bySlice.keys()], names[0]!) };
}

function groupBySlice(drawing: Drawing, contours: readonly DicomTags[]): Map<number, Contour[]> {
  const { header: { path }, structure: { names } } = drawing;
  const result = new Map<number, Contour[]>();
  for (const contour of contours) {
    const { slice, polygon } = readContour(drawing, contour);
    const others = result.get(slice) ?? [];
    if (others.some((other) => other.length === polygon.length && other.every((value, i) => value === polygon[i]))) {
      throw new InputError(`${path}: ${names[0]} has one contour twice in slice ${slice}; the two would cancel out`);
    }
    result.set(slice, [...others, polygon]);
  }
  return result;
}

function readContour({ structure, volume }: Drawing, contour: DicomTags) {
  const name = structure.names[0];
  const type = contour.text("ContourGeometricType");
  // CLOSED_PLANAR and, without the first underscore, CLOSEDPLANAR_XOR (PS3.3 C.8.8.6.3); both are combined by XOR here.
  if (!/^CLOSED_?PLANAR(_XOR)?$/i.test(type)) {
    throw contour.refuse(`${name} has contours of type ${type || "(none)"}, not CLOSED_PLANAR`, "ContourGeometricType");
  }
  const count = contour.decimal("NumberOfContourPoints") ?? 0;
  if (!(count >= 3)) throw contour.refuse(`${name} has a contour of ${count} points`, "NumberOfContourPoints");
  const mm = contour.decimals("ContourData", 3 * count);
  const toVoxel = voxelOf(volume.affine);
  const points = Array.from({ length: count }, (_, i) => toVoxel(mm.slice(3 * i, 3 * i + 3) as unknown as Vector));
  const slice = Math.round(points[0]![2]);
  const worst = points.reduce((most, [, , at]) => Math.max(most, Math.abs(at - slice)), 0);
  if (worst > MAX_OFF_PLANE) {
    throw contour.refuse(
      `${name} has a contour that lies in no slice of the CT (z = ${mm[2]} mm, up to ${
        worst.toFixed(2)
      } slices off). Give the CT it was drawn on`,
      "ContourData",
    );
  }
  const [slices, rows, columns] = volume.shape;
  const isWithin = (at: number, size: number) => at >= -MAX_BEYOND && at <= size - 1 + MAX_BEYOND;
  const isInside = slice >= 0 && slice < slices &&
    points.every(([column, row]) => isWithin(column, columns) && isWithin(row, rows));
  if (!isInside) {
    throw contour.refuse(
      `${name} has a contour outside of the CT (first point ${
        mm.slice(0, 3).join("\\")
      } mm). Give the CT it was drawn on`,
      "ContourData",
    );
  }
  return { slice, polygon: Float64Array.from(points.flatMap(([column, row]) => [column, row])) };
}

function describeGaps(slices: readonly number[], name: string): string[] {
  const sorted = slices.toSorted((a, b) => a - b);
  const gaps = sorted.slice(1).reduce((sum, slice, i) => sum + slice - sorted[i]! - 1, 0);
  return gaps > 0 ? [`${name}: ${gaps} slices without a contour lie between slices with one; they are empty`] : [];
}
