import { InputError } from "@ctsurv/base/mod.ts";
import { createUnpacker } from "../dicom/_codecs/unpack_frame.ts";
import type { DicomFile } from "../dicom/_file.ts";
import { type DicomTags, frameTags } from "../dicom/_tags.ts";
import { pixelCodec } from "../dicom/_transfer_syntax.ts";
import type { DicomHeader } from "../dicom/header.ts";
import { affineColumn, cross, dot, scale, subtract, type Vector } from "../volume/_affine.ts";
import type { Affine } from "../volume/volume.ts";
import { checkFrameOfReference, type Drawing, type Drawn, type Structure } from "./read_structures.ts";

/** The inverse of an affine: LPS mm -> (column, row, slice), whole numbers at voxel centres. */
export function voxelOf(affine: Affine): (point: Vector) => Vector {
  const [column, row, slice] = [affineColumn(affine, 0), affineColumn(affine, 1), affineColumn(affine, 2)];
  const origin = affineColumn(affine, 3);
  const determinant = dot(column, cross(row, slice));
  const [toColumn, toRow, toSlice] = [cross(row, slice), cross(slice, column), cross(column, row)]
    .map((axis) => scale(axis, 1 / determinant)) as [Vector, Vector, Vector];
  return (point) => {
    const offset = subtract(point, origin);
    return [dot(offset, toColumn), dot(offset, toRow), dot(offset, toSlice)];
  };
}

/** Share of a voxel by which frames may be off the CT's grid, because files hold rounded positions and spacings. */
const MAX_OFF_GRID = 0.1;

/**
 * The segments of a SEG (PS3.3 C.8.20.4). LUNG1's have their names ("GTV-1", "Lung-Left") in SegmentDescription, with
 * "Neoplasm" and "Lung" for labels; others have them in SegmentLabel.
 */
export function listSegments({ tags }: DicomHeader): Structure[] {
  return tags.items("SegmentSequence").map((segment) => {
    const names = [segment.text("SegmentDescription"), segment.text("SegmentLabel")].filter(Boolean);
    const number = segment.needed("SegmentNumber");
    return { number, names: names.length > 0 ? names : [`(segment ${number})`] };
  });
}

/**
 * Draws a segment's frames at their positions and orientations.
 *
 * @throws {InputError} If they do not lie on the CT's voxels, or some of the pixels are missing.
 */
export async function placeFrames(drawing: Drawing): Promise<Drawn> {
  const { file, header, structure, volume: { shape } } = drawing;
  checkFrameOfReference(drawing, header.tags.text("FrameOfReferenceUID"));
  const readFrame = frameReader(file, header);
  const mask = new Uint8Array(shape[0] * shape[1] * shape[2]);
  for (const [index, tags] of frameTags(header).entries()) {
    if (tags.whole("ReferencedSegmentNumber") !== structure.number) continue;
    const { start, columnStep, rowStep, rows, columns } = place(drawing, tags);
    const inside = await readFrame(index);
    for (let row = 0, i = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++, i++) {
        if (inside(i)) mask[start + row * rowStep + column * columnStep] = 1;
      }
    }
  }
  return { mask, warnings: mask.includes(1) ? [] : [`${structure.names[0]} is empty`] };
}

/** Where a frame's first pixel falls in the mask, and how far its next column and next row are from there. */
function place({ header: { path }, volume: { affine, shape } }: Drawing, tags: DicomTags) {
  const [rows, columns] = [tags.needed("Rows"), tags.needed("Columns")];
  const position = tags.decimals("ImagePositionPatient", 3) as unknown as Vector;
  const directions = tags.decimals("ImageOrientationPatient", 6);
  const [rowSpacing, columnSpacing] = tags.decimals("PixelSpacing", 2) as [number, number];
  const toVoxel = voxelOf(affine);
  const at = (column: number, row: number) =>
    toVoxel(
      position.map((mm, i) =>
        mm + column * columnSpacing * directions[i]! + row * rowSpacing * directions[i + 3]!
      ) as unknown as Vector,
    );
  const first = at(0, 0).map(Math.round);
  const nextColumn = at(1, 0).map((value, axis) => Math.round(value - at(0, 0)[axis]!));
  const nextRow = at(0, 1).map((value, axis) => Math.round(value - at(0, 0)[axis]!));
  const sizes = [shape[2], shape[1], shape[0]];
  const isOnVoxel = (column: number, row: number) =>
    at(column, row).every((value, axis) => {
      const voxel = first[axis]! + column * nextColumn[axis]! + row * nextRow[axis]!;
      return Math.abs(value - voxel) <= MAX_OFF_GRID && voxel >= 0 && voxel < sizes[axis]!;
    });
  const corners = [[0, 0], [columns - 1, 0], [0, rows - 1], [columns - 1, rows - 1]] as const;
  if (rows * columns !== shape[1] * shape[2] || !corners.every(([column, row]) => isOnVoxel(column, row))) {
    throw new InputError(
      `${path}: a frame of ${rows} x ${columns} pixels of ${rowSpacing} x ${columnSpacing} mm at ${
        position.join("\\")
      } mm is no slice of the CT, of ${shape.join(" x ")} voxels. Give the CT it was drawn on`,
    );
  }
  const index = ([column, row, slice]: readonly number[]) => (slice! * shape[1] + row!) * shape[2] + column!;
  return { start: index(first), columnStep: index(nextColumn), rowStep: index(nextRow), rows, columns };
}

type IsInside = (pixel: number) => boolean;

/** Reads frame after frame: one bit per pixel, packed across frames, or one byte (PS3.3 C.8.20.2.3). */
function frameReader(file: DicomFile, header: DicomHeader): (frame: number) => Promise<IsInside> {
  const { path, tags, transferSyntax } = header;
  const [rows, columns, bits] = [tags.needed("Rows"), tags.needed("Columns"), tags.needed("BitsAllocated")];
  const type = tags.text("SegmentationType");
  const isBinary = type === "BINARY" && bits === 1;
  if (!isBinary && (bits !== 8 || !["BINARY", "FRACTIONAL"].includes(type))) {
    throw tags.refuse(`segments of type ${type || "(none)"} in ${bits} bits cannot be read`, "SegmentationType");
  }
  const half = type === "FRACTIONAL" ? (tags.whole("MaximumFractionalValue") ?? 255) / 2 : 0.5;
  const codec = pixelCodec(path, transferSyntax);
  const pixels = tags.pixels();
  if (!pixels) throw tags.refuse("no pixels", "PixelData");
  const count = rows * columns;
  if (codec !== "none") {
    if (isBinary) throw tags.refuse("compressed pixels of one bit", "BitsAllocated");
    const unpack = createUnpacker();
    const frames = tags.decimal("NumberOfFrames") ?? 1;
    return async (frame) => {
      const location = { codec, frame, frames, start: pixels.offset };
      const values = await unpack(file, location, { rows, columns, bytesPerPixel: 1, isSigned: false });
      return (pixel) => values[pixel]! >= half;
    };
  }
  const bytes = file.bytes.subarray(pixels.offset, pixels.offset + pixels.length);
  return (frame) => {
    const needed = Math.ceil((frame + 1) * count * bits / 8);
    if (needed > bytes.length) {
      throw tags.refuse(`cut off: ${bytes.length} bytes of pixels, frame ${frame + 1} ends at ${needed}`, "PixelData");
    }
    const first = frame * count;
    return Promise.resolve(
      isBinary
        ? (pixel) => (bytes[(first + pixel) >> 3]! >> ((first + pixel) & 7) & 1) === 1
        : (pixel) => bytes[first + pixel]! >= half,
    );
  };
}
