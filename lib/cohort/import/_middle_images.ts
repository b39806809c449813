import { join } from "node:path";
import { InputError, type Progress } from "@ctsurv/base/mod.ts";
import { middleSlices, readVolume, writeNifti } from "@ctsurv/imaging/mod.ts";
import type { ImageEntry } from "../cohort_manifest.ts";
import type { PlannedPatient } from "./_plan_import.ts";

/** Parts of scans that an import can take, and how many slices they have. */
export const sliceChoices = { "middle-5": 5 } as const;

/** What an import takes of each scan. */
export type SliceChoice = keyof typeof sliceChoices;

/** mL of lung that preprocessing asks of these slices: 15 mm of a chest, of which 270 mm have to show 300 mL. */
export const LEAST_LUNG_OF_SLICES = 20;

/** The images that were made, and the patients of whom none could be. */
export interface MiddleImages {
  readonly entries: readonly (readonly [patient: string, entry: ImageEntry])[];
  readonly leftOut: readonly { readonly patient: string; readonly reason: string }[];
  readonly remarks: readonly { readonly patient: string; readonly remark: string }[];
}

/**
 * Writes `images/<PatientID>.nii.gz` with the middle slices of each patient's scan. A scan that cannot be read leaves its
 * patient out.
 *
 * @param dir The cohort's folder.
 * @param root The folder that the plan's paths are relative to.
 */
export async function writeMiddleImages(
  dir: string,
  { root, patients, slices, progress }: {
    readonly root: string;
    readonly patients: readonly PlannedPatient[];
    readonly slices: SliceChoice;
    readonly progress: Progress | undefined;
  },
): Promise<MiddleImages> {
  const count = sliceChoices[slices];
  const entries: (readonly [string, ImageEntry])[] = [];
  const leftOut: { patient: string; reason: string }[] = [];
  const remarks: { patient: string; remark: string }[] = [];
  progress?.start("Middle slices taken", patients.length);
  for (const { patient, path, series } of patients) {
    try {
      const reading = await readVolume(join(root, path), series === undefined ? {} : { series });
      const { contiguous, ...image } = await middleSlices(reading, { count, where: patient });
      await writeNifti(join(dir, "images", `${patient}.nii.gz`), image);
      entries.push([patient, { path: `images/${patient}.nii.gz` }]);
      if (!contiguous) {
        remarks.push({ patient, remark: `the middle ${count} slices by number do not lie side by side` });
      }
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      leftOut.push({ patient, reason: error.message });
    }
    progress?.tick();
  }
  progress?.done(`The middle ${count} slices of ${entries.length} scans`);
  return { entries, leftOut, remarks };
}
