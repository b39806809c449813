import dicomParser, { type DataSet } from "dicom-parser";
import { InputError } from "@ctsurv/base/mod.ts";
import { DEFLATED, guardParser, openDicomFile } from "./_file.ts";

/** The identity of a DICOM file, read from its header alone. Texts are empty if the file does not give them. */
export interface DicomFacts {
  /** PatientID. */
  readonly patient: string;
  /** "CT", "SEG", "RTSTRUCT" and so on; "DICOMDIR" for a directory file. */
  readonly modality: string;
  /** SeriesInstanceUID. */
  readonly series: string;
  /** SOPInstanceUID: the same in copies of one image. */
  readonly instance: string;
  /** SeriesDescription. */
  readonly description: string;
  /** Whether it is a scout view, which has modality CT but is not a slice. */
  readonly isLocalizer: boolean;
  /** NumberOfFrames; 1 for a slice. */
  readonly frames: number;
  /** SeriesInstanceUIDs of the series that a SEG or RTSTRUCT was drawn on, according to itself. */
  readonly refersTo: readonly string[];
}

const FIRST_BYTES = 16 * 1024;
/** No header seen so far is as long up to the attributes that are read here. */
const MOST_BYTES = 8 * 1024 * 1024;

const PIXEL_DATA = "x7fe00010";
const CT_IMAGE_STORAGE = "1.2.840.10008.5.1.4.1.1.2";
const MEDIA_STORAGE_DIRECTORY = "1.2.840.10008.1.3.10";

/**
 * Reads as much of a DICOM file as it takes to identify it: 16 KiB of a CT slice, without its pixels. Only a file whose
 * header itself is compressed (Deflated Explicit VR) is read as a whole.
 *
 * @returns Undefined if it is not a DICOM file (PS3.10: "DICM" after a preamble of 128 bytes).
 * @throws {InputError} If the file does not exist or may not be read, or its header is damaged.
 *
 * @example
 * ```ts
 * import { scanDicom, writeDicomSeries } from "@ctsurv/ctsurv/imaging";
 * import { assertEquals } from "@std/assert";
 *
 * const folder = await Deno.makeTempDir();
 * const [path] = await writeDicomSeries(folder, {
 *   hu: new Int16Array(4).fill(-1000),
 *   shape: [1, 2, 2],
 *   affine: [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 3, 0, 0, 0, 0, 1],
 * }, { dialect: "siemens", patientId: "LUNG1-001" });
 *
 * const facts = await scanDicom(path!);
 * assertEquals(facts?.modality, "CT");
 * assertEquals(facts?.patient, "LUNG1-001");
 * await Deno.remove(folder, { recursive: true });
 * ```
 */
export async function scanDicom(path: string): Promise<DicomFacts | undefined> {
  using file = await openInput(path);
  const { size } = await file.stat();
  for (let length = FIRST_BYTES;; length *= 8) {
    const bytes = await readStart(file, Math.min(length, size));
    if (bytes.length < 132 || String.fromCharCode(...bytes.subarray(128, 132)) !== "DICM") return undefined;
    const syntax = guardParser(path, () => text(dicomParser.readPart10Header(bytes), "x00020010"));
    if (syntax === DEFLATED) return await scanDeflated(path);
    const { dataset, fault } = parseStart(path, bytes);
    const isLast = bytes.length >= size || length >= MOST_BYTES;
    if (guardParser(path, () => reachesFar(dataset)) || isLast && !fault) {
      return guardParser(path, () => facts(dataset));
    }
    if (isLast) throw fault;
  }
}

async function openInput(path: string): Promise<Deno.FsFile> {
  try {
    return await Deno.open(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) throw new InputError(`${path}: no such file`);
    if (error instanceof Deno.errors.PermissionDenied) throw new InputError(`${path}: no permission to read it`);
    throw error;
  }
}

async function readStart(file: Deno.FsFile, length: number): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(length);
  let filled = 0;
  await file.seek(0, Deno.SeekMode.Start);
  while (filled < length) {
    const count = await file.read(bytes.subarray(filled));
    if (count === null) break;
    filled += count;
  }
  return bytes.subarray(0, filled);
}

async function scanDeflated(path: string): Promise<DicomFacts> {
  const { bytes } = await openDicomFile(path);
  return guardParser(
    path,
    () => facts(dicomParser.parseDicom(bytes, { untilTag: PIXEL_DATA, inflater: () => bytes })),
  );
}

/** The elements in the first bytes of a file; with the fault that ended them, if they did not end at the pixels. */
function parseStart(path: string, bytes: Uint8Array): { readonly dataset: DataSet; readonly fault?: InputError } {
  try {
    return { dataset: dicomParser.parseDicom(bytes, { untilTag: PIXEL_DATA }) };
  } catch (error) {
    const fault = describeFault(path, error);
    const dataset = (error as { dataSet?: DataSet } | null)?.dataSet;
    if (!dataset) throw fault;
    return { dataset, fault };
  }
}

function describeFault(path: string, error: unknown): InputError {
  try {
    return guardParser(path, () => {
      throw error;
    });
  } catch (fault) {
    return fault as InputError;
  }
}

/** Whether there is an element beyond all that {@linkcode facts} reads, so that none of those was cut off. */
function reachesFar(dataset: DataSet): boolean {
  const last = text(dataset, "x00080060") === "RTSTRUCT" ? "x30060010" : "x00280008";
  return Object.keys(dataset.elements).some((tag) => tag > last);
}

function facts(dataset: DataSet): DicomFacts {
  const sopClass = text(dataset, "x00020002") || text(dataset, "x00080016");
  const implied = sopClass === CT_IMAGE_STORAGE ? "CT" : sopClass === MEDIA_STORAGE_DIRECTORY ? "DICOMDIR" : "";
  return {
    patient: text(dataset, "x00100020"),
    modality: text(dataset, "x00080060") || implied,
    series: text(dataset, "x0020000e"),
    instance: text(dataset, "x00080018"),
    description: text(dataset, "x0008103e"),
    isLocalizer: text(dataset, "x00080008").toUpperCase().split("\\").includes("LOCALIZER"),
    frames: Math.max(1, Number.parseInt(text(dataset, "x00280008")) || 1),
    refersTo: [...new Set(referencedSeries(dataset))].sort(),
  };
}

/** PS3.3 C.12.1.1.1 ReferencedSeriesSequence (SEG) and C.8.8.5 ReferencedFrameOfReferenceSequence (RTSTRUCT). */
function referencedSeries(dataset: DataSet): string[] {
  const structures = items(dataset, "x30060010")
    .flatMap((frame) => items(frame, "x30060012"))
    .flatMap((study) => items(study, "x30060014"));
  return [...items(dataset, "x00081115"), ...structures].map((series) => text(series, "x0020000e")).filter(Boolean);
}

function items(dataset: DataSet, tag: string): DataSet[] {
  return (dataset.elements[tag]?.items ?? []).flatMap((item) => item.dataSet ?? []);
}

/** Values are padded with spaces, and in the wild with NULs. */
function text(dataset: DataSet, tag: string): string {
  return dataset.string(tag)?.replaceAll("\0", " ").trim() ?? "";
}
