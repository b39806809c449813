import { InputError } from "@ctsurv/base/mod.ts";
import { type DicomFile, openDicomFile } from "../dicom/_file.ts";
import { type DicomHeader, readDicomHeader } from "../dicom/header.ts";
import type { VolumeReading } from "../read_volume.ts";
import type { Volume } from "../volume/volume.ts";
import { listSegments, placeFrames } from "./_dicom_seg.ts";
import { drawContours, listRegions } from "./_rt_struct.ts";

/** A segment or region of interest, with its names. */
export interface Structure {
  readonly number: number;
  /** The first is the one to show. */
  readonly names: readonly string[];
}

/**
 * The structure of that name, in any case; without a name, the only structure.
 *
 * @throws {InputError} If there is none, or more than one fits. The message lists the names of those there are.
 */
function chooseStructure(path: string, structures: readonly Structure[], wanted: string | undefined): Structure {
  const present = `There is: ${structures.map(({ names }) => names[0]).join(", ") || "nothing"}`;
  if (wanted === undefined) {
    if (structures.length === 1) return structures[0]!;
    throw new InputError(`${path}: ${structures.length} structures. Choose one by its name. ${present}`);
  }
  const exact = structures.filter(({ names }) => names.includes(wanted));
  const alike = structures.filter(({ names }) => names.some((name) => name.toLowerCase() === wanted.toLowerCase()));
  const [found, ...more] = exact.length > 0 ? exact : alike;
  if (!found) throw new InputError(`${path}: no structure ${wanted}. ${present}`);
  if (more.length > 0) throw new InputError(`${path}: ${more.length + 1} structures are called ${wanted}. ${present}`);
  return found;
}

/** Everything that it takes to draw a structure into the grid of a CT. */
export interface Drawing {
  readonly file: DicomFile;
  readonly header: DicomHeader;
  readonly structure: Structure;
  readonly volume: Volume;
  /** FrameOfReferenceUID of the CT; undefined or empty if it has none. */
  readonly frame: string | undefined;
}

/** The mask that was drawn, and remarks on it. */
export interface Drawn {
  /** [slices, rows, columns] of the CT. */
  readonly mask: Uint8Array;
  readonly warnings: readonly string[];
}

/**
 * @param found FrameOfReferenceUID of the segmentation.
 * @throws {InputError} If both have one and the two differ: their coordinates have nothing to do with each other.
 */
export function checkFrameOfReference({ header, frame }: Drawing, found: string): void {
  if (frame && found && frame !== found) {
    throw new InputError(
      `${header.path}: drawn in the frame of reference ${found}, but the CT has ${frame}. Give the CT it was drawn on`,
    );
  }
}

/** Options of {@linkcode readSegmentation}. */
export interface ReadSegmentationOptions {
  /** Name of the segment or region of interest, in any case. May be left out if there is only one. */
  readonly structure?: string;
}

/** One structure in the voxel grid of a CT. */
export interface Segmentation {
  /** 1 inside, 0 outside; [slices, rows, columns] of the CT as it was read. */
  readonly mask: Uint8Array;
  /** The structure's name in the file. */
  readonly structure: string;
  /** What looks odd, such as an empty segment or slices without a contour between others. */
  readonly warnings: readonly string[];
}

/**
 * Reads one structure of a DICOM SEG or RTSTRUCT file as a mask of the CT that it was drawn on.
 *
 * SEG frames are placed by their positions, in any order. Slices without a frame are empty, and a fractional segment
 * counts from one half. For an RTSTRUCT, a voxel is inside if its centre is within an odd number of the slice's
 * contours, so a contour within another is a hole.
 *
 * @param reference The CT. A CT from NIfTI has no frame of reference; then only the geometry has to fit.
 * @throws {InputError} If the file is neither SEG nor RTSTRUCT, or is damaged or compressed in a way that cannot be
 *   read; if the structure is not there; or if its geometry is not that of the CT.
 */
export async function readSegmentation(
  path: string,
  reference: VolumeReading,
  options: ReadSegmentationOptions = {},
): Promise<Segmentation> {
  const { file, header, kind } = await open(path);
  const structure = chooseStructure(path, kind.list(header), options.structure);
  const { volume, source } = reference;
  const drawn = await kind.draw({ file, header, structure, volume, frame: source.frameOfReference });
  return { ...drawn, structure: structure.names[0]! };
}

/**
 * Lists the names of the structures in a DICOM SEG (its segments) or RTSTRUCT (its regions of interest), in the file's
 * order.
 *
 * @throws {InputError} If the file is neither, or is damaged.
 */
export async function listStructures(path: string): Promise<string[]> {
  const { header, kind } = await open(path);
  return kind.list(header).map(({ names }) => names[0]!);
}

interface Kind {
  readonly list: (header: DicomHeader) => Structure[];
  readonly draw: (drawing: Drawing) => Drawn | Promise<Drawn>;
}

/** By modality. */
const kinds: Readonly<Record<string, Kind>> = {
  SEG: { list: listSegments, draw: placeFrames },
  RTSTRUCT: { list: listRegions, draw: drawContours },
};

async function open(path: string) {
  const file = await openDicomFile(path);
  const header = readDicomHeader(file);
  const kind = kinds[header.modality];
  if (!kind) {
    throw new InputError(`${path}: modality ${header.modality || "(none)"}; masks are read from SEG and RTSTRUCT`);
  }
  return { file, header, kind };
}
