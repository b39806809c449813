import { InputError } from "@ctsurv/common/mod.ts";
import type { DicomHeader } from "./dicom_header.ts";
import { createDicomTags, type DicomTags } from "./dicom_tags.ts";

/**
 * Attributes frame by frame: those of the frame itself, else those that all frames share, else those of the file
 * (functional groups, PS3.3 C.7.6.16). A file of one plain image gives its own.
 *
 * @throws {InputError} If the file has several frames but does not describe each of them.
 */
export function frameTags({ path, tags, dataset }: DicomHeader): DicomTags[] {
  const frames = tags.decimal("NumberOfFrames") ?? 1;
  const groups = tags.macros("PerFrameFunctionalGroupsSequence");
  if (groups.length === 0 && frames === 1) return [tags];
  if (groups.length === 0) {
    throw tags.refuse(
      `${frames} frames in one file, which does not say where they lie; split it into a file per slice or convert it ` +
        "to NIfTI",
      "NumberOfFrames",
    );
  }
  if (groups.length !== frames) {
    throw new InputError(`${path}: ${frames} frames, but ${groups.length} are described. Export the file again`);
  }
  const [shared = []] = tags.macros("SharedFunctionalGroupsSequence");
  return groups.map((group) => {
    const [first, ...rest] = [...group, ...shared, dataset];
    return createDicomTags(path, first!, ...rest);
  });
}
