import { join } from "node:path";
import {
  canonicalOrientation,
  listStructures,
  readSegmentation,
  readVolume,
  type Volume,
} from "@ctsurv/imaging/mod.ts";
import type { Cohort, CohortPatient } from "./cohort.ts";

/** Value of tumour voxels in a phantom's `truth/<PatientID>.nii.gz`. */
const PHANTOM_TUMOUR = 2;
/** LUNG1's name of the primary tumour's gross volume, in both RTSTRUCT and SEG. */
const PRIMARY_TUMOUR = "GTV-1";

/** The voxels of a patient's tumour, on the grid of the scan in "LPS" order. */
export interface TumourMask extends Pick<Volume, "shape" | "spacing"> {
  /** 1 in the tumour, 0 elsewhere; [slices, rows, columns]. */
  readonly mask: Uint8Array;
  /** Where the mask comes from: the truth of a phantom, or a DICOM file. */
  readonly source: "phantom" | "SEG" | "RTSTRUCT";
}

/**
 * Reads where a patient's tumour is: from the truth of a phantom, or from GTV-1 of the SEG or RTSTRUCT that the cohort
 * names.
 *
 * @returns Undefined if the cohort does not know where the tumour is.
 * @throws {InputError} If there is an outline, but it cannot be read or does not fit the scan.
 *
 * @example
 * ```ts
 * import { readTumour } from "@ctsurv/ctsurv/cohort";
 * import { writeNifti } from "@ctsurv/ctsurv/imaging";
 * import { assertEquals } from "@std/assert";
 *
 * const dir = await Deno.makeTempDir();
 * await writeNifti(`${dir}/truth/A.nii.gz`, {
 *   data: Uint8Array.of(0, 1, 2, 1), // lung is 1, tumour 2
 *   shape: [1, 1, 4],
 *   affine: [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 3, 0, 0, 0, 0, 1],
 * });
 *
 * const tumour = await readTumour({ dir }, { id: "A", image: `${dir}/images/A.nii.gz` });
 * assertEquals(tumour?.source, "phantom");
 * assertEquals(tumour?.mask, Uint8Array.of(0, 0, 1, 0));
 * await Deno.remove(dir, { recursive: true });
 * ```
 */
export async function readTumour(
  { dir, manifest }: Pick<Cohort, "dir"> & Partial<Pick<Cohort, "manifest">>,
  { id, image, series, segmentations = [] }: Pick<CohortPatient, "id" | "image" | "series" | "segmentations">,
): Promise<TumourMask | undefined> {
  const truth = join(dir, manifest?.phantom?.scans ?? ".", "truth", `${id}.nii.gz`);
  if (await exists(truth)) {
    const { volume } = await readVolume(truth);
    const { hu: labels, shape, spacing } = canonicalOrientation(volume, truth);
    return {
      // Typed arrays' own map: `from` with a function takes twenty times as long.
      mask: new Uint8Array(labels.map((label) => label === PHANTOM_TUMOUR ? 1 : 0)),
      shape,
      spacing,
      source: "phantom",
    };
  }
  // SEG has the planes' pixels as they are, RTSTRUCT polygons that have to be filled.
  for (const { kind, path } of segmentations.toSorted((a, b) => a.kind < b.kind ? 1 : -1)) {
    const names = (await listStructures(path)).filter((name) => name.toUpperCase() === PRIMARY_TUMOUR);
    if (names.length === 0) continue;
    const reading = await readVolume(image, series === undefined ? {} : { series });
    const { mask } = await readSegmentation(path, reading, { structure: names[0]! });
    const { hu, shape, spacing } = canonicalOrientation({ ...reading.volume, hu: Int16Array.from(mask) }, path);
    return { mask: Uint8Array.from(hu), shape, spacing, source: kind };
  }
  return undefined;
}

async function exists(path: string): Promise<boolean> {
  try {
    await Deno.stat(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
