import { join } from "node:path";
import { resampleMask, type Volume } from "@ctsurv/imaging/mod.ts";
import { readTumourTruth } from "./tumour_truth.ts";

/**
 * A phantom's tumours on the grid of its resampled scan, to be outlined: [slices, rows, columns]. Undefined where the
 * cohort holds no truth for the patient, as no real one does.
 *
 * @param dir The cohort's folder.
 */
export async function tumourMask(
  dir: string,
  patient: string,
  resampled: Pick<Volume, "shape" | "spacing">,
): Promise<Uint8Array | undefined> {
  try {
    await Deno.stat(join(dir, "truth", `${patient}.nii.gz`));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
  const truth = await readTumourTruth(dir, patient);
  return resampleMask(truth.mask, truth, resampled);
}
