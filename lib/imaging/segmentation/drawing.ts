import { InputError } from "@ctsurv/common/mod.ts";
import type { DicomFile } from "../dicom_file.ts";
import type { DicomHeader } from "../dicom_header.ts";
import type { Volume } from "../volume.ts";
import type { Structure } from "./choose_structure.ts";

/** What it takes to draw a structure into the grid of a CT. */
export interface Drawing {
  readonly file: DicomFile;
  readonly header: DicomHeader;
  readonly structure: Structure;
  readonly volume: Volume;
  /** FrameOfReferenceUID of the CT; undefined or empty if it has none. */
  readonly frame: string | undefined;
}

/** What was drawn: [slices, rows, columns] of the CT. */
export interface Drawn {
  readonly mask: Uint8Array;
  readonly warnings: readonly string[];
}

/**
 * @param found FrameOfReferenceUID of the segmentation.
 * @throws {InputError} If both have one, and not the same: their coordinates have nothing to do with each other.
 */
export function checkFrameOfReference({ header, frame }: Drawing, found: string): void {
  if (frame && found && frame !== found) {
    throw new InputError(
      `${header.path}: drawn in the frame of reference ${found}, but the CT has ${frame}. Give the CT it was drawn on`,
    );
  }
}
