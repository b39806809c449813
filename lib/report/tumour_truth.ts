import { join } from "node:path";
import { canonicalOrientation, readVolume, type Volume } from "@ctsurv/imaging/mod.ts";

/** Value of tumour voxels in a phantom's `truth/<PatientID>.nii.gz`. */
const tumour = 2;

/** Where a phantom's tumours are, voxel by voxel of the scan in "LPS" order. */
export interface TumourTruth extends Pick<Volume, "shape" | "spacing"> {
  /** [slices, rows, columns] */
  readonly mask: Uint8Array;
}

/**
 * @param dir The cohort's folder.
 * @throws {InputError} If the cohort has no truth for the patient.
 */
export async function readTumourTruth(dir: string, patient: string): Promise<TumourTruth> {
  const { volume } = await readVolume(join(dir, "truth", `${patient}.nii.gz`));
  const { hu: labels, shape, spacing } = canonicalOrientation(volume, patient);
  return { mask: Uint8Array.from(labels, (label) => label === tumour ? 1 : 0), shape, spacing };
}
