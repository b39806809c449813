import { sha256 } from "@ctsurv/base/mod.ts";
import { DataSetFault, readFragments } from "./_data_set.ts";
import { openDicomFile } from "./_file.ts";
import { readDicomHeader } from "./header.ts";

/** What a DICOM file shows, as far as it takes to tell copies from other images. */
export interface HashedImage {
  /** SHA-256 of the pixels and their place in the patient; of a file without pixels, of all its attributes. */
  readonly hash: string;
  /** The place alone: the same for images of one position. */
  readonly place: string;
  /** Whether the pixels are all there. */
  readonly isWhole: boolean;
}

/**
 * Hashes the pixels of a DICOM file and their place, but not its identifiers: some anonymisers give all images one
 * SOPInstanceUID, and archives give copies of one image other private attributes.
 *
 * @throws {InputError} If it does not exist, may not be read, is not a DICOM file or is damaged.
 */
export async function hashDicomImage(path: string): Promise<HashedImage> {
  const file = await openDicomFile(path);
  const { tags, transferSyntax } = readDicomHeader(file);
  const pixels = tags.pixels();
  if (!pixels) {
    const hash = sha256(file.bytes.subarray(file.start));
    return { hash, place: hash, isWhole: true };
  }
  const { offset, length, isEncapsulated } = pixels;
  const place = (["ImagePositionPatient", "ImageOrientationPatient", "PixelSpacing", "InstanceNumber"] as const)
    .map((keyword) => tags.text(keyword)).join("|");
  const isWhole = isEncapsulated ? hasAllPieces(file.bytes, offset) : offset + length <= file.bytes.length;
  const shown = file.bytes.subarray(offset, offset + length);
  return { hash: sha256(place, "|", transferSyntax, "|", shown), place, isWhole };
}

function hasAllPieces(bytes: Uint8Array, start: number): boolean {
  try {
    return readFragments(bytes, start).length > 0;
  } catch (error) {
    if (error instanceof DataSetFault) return false;
    throw error;
  }
}
