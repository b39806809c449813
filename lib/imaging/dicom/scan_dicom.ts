import { NotDicomError } from "./_file.ts";
import { createDicomTags, type DicomTags } from "./_tags.ts";
import { type DicomHeader, type IsLast, modalityOf, openDicomHeader } from "./header.ts";
import { readSeriesFacts, type SeriesFacts } from "./series.ts";

/** The identity of a DICOM file, read from its header alone. Texts are empty if the file does not give them. */
export interface DicomFacts extends SeriesFacts {
  /** PatientID. */
  readonly patient: string;
  /** "CT", "SEG", "RTSTRUCT" and so on; "DICOMDIR" for a directory file. */
  readonly modality: string;
  /** SeriesInstanceUID. */
  readonly series: string;
  /** SOPInstanceUID: the same in copies of one image. */
  readonly instance: string;
  /** Whether it is a scout view, which has modality CT but is not a slice. */
  readonly isLocalizer: boolean;
  /** Whether it has rows and columns. */
  readonly isImage: boolean;
  /** NumberOfFrames; 1 for a slice. */
  readonly frames: number;
  /** SeriesInstanceUIDs of the series that a SEG or RTSTRUCT was drawn on, according to itself. */
  readonly refersTo: readonly string[];
}

/**
 * Reads as much of a DICOM file as it takes to identify it: 16 KiB of a CT slice, without its pixels. Only a file whose
 * header itself is compressed (Deflated Explicit VR) is read as a whole.
 *
 * @returns Undefined if it is not a DICOM file: neither "DICM" after a preamble of 128 bytes (PS3.10) nor, as planning
 *   systems write it, attributes from the first byte on.
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
  try {
    return factsOf(await openDicomHeader(path, isFarEnough));
  } catch (error) {
    if (error instanceof NotDicomError) return undefined;
    throw error;
  }
}

/** Whether all attributes that {@linkcode factsOf} reads come before this one. */
const isFarEnough: IsLast = (tag, dataset) =>
  tag > 0x30060010 || tag > 0x00280030 && modalityOf(createDicomTags("", [dataset])) !== "RTSTRUCT";

function factsOf({ tags, patient, modality, series, isLocalizer }: DicomHeader): DicomFacts {
  return {
    ...readSeriesFacts(tags),
    patient,
    modality,
    series,
    instance: tags.text("SOPInstanceUID"),
    isLocalizer,
    isImage: tags.has("Rows") && tags.has("Columns"),
    frames: Math.max(1, Math.trunc(tags.optional("NumberOfFrames") ?? 1)),
    refersTo: [...new Set(referencedSeries(tags))].sort(),
  };
}

/** PS3.3 C.12.1.1.1 ReferencedSeriesSequence (SEG) and C.8.8.5 ReferencedFrameOfReferenceSequence (RTSTRUCT). */
function referencedSeries(tags: DicomTags): string[] {
  const structures = tags.items("ReferencedFrameOfReferenceSequence")
    .flatMap((frame) => frame.items("RTReferencedStudySequence"))
    .flatMap((study) => study.items("RTReferencedSeriesSequence"));
  return [...tags.items("ReferencedSeriesSequence"), ...structures].map((series) => series.text("SeriesInstanceUID"))
    .filter(Boolean);
}
