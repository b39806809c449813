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
/** LUNG1's name of the primary tumour's gross volume, in RTSTRUCT and SEG alike. */
const PRIMARY_TUMOUR = "GTV-1";

/** Where a patient's tumour is known to be, voxel by voxel of the scan in "LPS" order. */
export interface TumourMask extends Pick<Volume, "shape" | "spacing"> {
  /** 1 in the tumour; [slices, rows, columns]. */
  readonly mask: Uint8Array;
  /** Who says so. */
  readonly source: "phantom" | "SEG" | "RTSTRUCT";
}

/**
 * Reads where a patient's tumour is: a phantom's truth, or GTV-1 of the SEG or RTSTRUCT that the cohort names. Undefined
 * where the cohort does not know it.
 *
 * @throws {InputError} If there is an outline, but it cannot be read or does not fit the scan.
 */
export async function readTumour(
  { dir }: Pick<Cohort, "dir">,
  { id, image, series, segmentations = [] }: Pick<CohortPatient, "id" | "image" | "series" | "segmentations">,
): Promise<TumourMask | undefined> {
  const truth = join(dir, "truth", `${id}.nii.gz`);
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
