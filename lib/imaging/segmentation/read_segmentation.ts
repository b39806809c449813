import { InputError } from "@ctsurv/common/mod.ts";
import { type DicomFile, openDicomFile } from "../dicom_file.ts";
import { type DicomHeader, readDicomHeader } from "../dicom_header.ts";
import type { VolumeReading } from "../read_volume.ts";
import { chooseStructure, type Structure } from "./choose_structure.ts";
import { drawContours, listRegions } from "./rt_struct.ts";
import { listSegments, placeFrames } from "./dicom_seg.ts";

export interface ReadSegmentationOptions {
  /** Name of the segment or region of interest, in whatever case; may be left out if there is only one. */
  readonly structure?: string;
}

/** One structure in the voxel grid of a CT. */
export interface Segmentation {
  /** 1 inside, 0 outside; [slices, rows, columns] of the CT as it was read. */
  readonly mask: Uint8Array;
  /** The structure's name as the file has it. */
  readonly structure: string;
  readonly warnings: readonly string[];
}

/**
 * Reads one structure of a DICOM SEG or RTSTRUCT file as a mask of the CT it was drawn on.
 *
 * SEG frames go where their positions say, in whatever order; slices without a frame are empty; a fractional segment
 * counts from one half. Of an RTSTRUCT, a voxel is inside if its centre is within an odd number of the slice's contours
 * (a contour within another is a hole).
 *
 * @param reference The CT. One from NIfTI names no frame of reference: then only the geometry has to fit.
 * @throws {InputError} If the file is neither, damaged or compressed in a way that cannot be read; the structure is not
 *   there; or its geometry is not that of the CT.
 */
export async function readSegmentation(
  path: string,
  reference: VolumeReading,
  options: ReadSegmentationOptions = {},
): Promise<Segmentation> {
  const { file, header, list } = await open(path);
  const chosen = chooseStructure(path, list(header), options.structure);
  const { volume, source } = reference;
  const read = list === listSegments ? placeFrames : drawContours;
  const { mask, warnings } = await read({ file, header, structure: chosen, volume, frame: source.frameOfReference });
  return { mask, warnings, structure: chosen.names[0]! };
}

/**
 * Names of the structures in a DICOM SEG (its segments) or RTSTRUCT (its regions of interest), in the file's order.
 *
 * @throws {InputError} If the file is neither, or damaged.
 */
export async function listStructures(path: string): Promise<string[]> {
  const { header, list } = await open(path);
  return list(header).map(({ names }) => names[0]!);
}

interface Opened {
  readonly file: DicomFile;
  readonly header: DicomHeader;
  readonly list: (header: DicomHeader) => Structure[];
}

async function open(path: string): Promise<Opened> {
  const file = await openDicomFile(path);
  const header = readDicomHeader(file);
  if (header.modality === "SEG") return { file, header, list: listSegments };
  if (header.modality === "RTSTRUCT") return { file, header, list: listRegions };
  throw new InputError(`${path}: modality ${header.modality || "(none)"}; masks are read from SEG and RTSTRUCT`);
}
