import { InputError } from "@ctsurv/base/mod.ts";
import type { VolumeReading } from "../read_volume.ts";
import { preprocess, type PreprocessedScan, type PreprocessOptions } from "./preprocess.ts";

/**
 * Runs {@linkcode preprocess} on what {@linkcode readVolume} gave. If the scan is refused, the message ends with the
 * doubts of the reading, which may be the cause: without HU, for one, no lungs are found.
 *
 * @throws {InputError} For the reasons of `preprocess`.
 *
 * @example
 * ```ts
 * import { InputError } from "@ctsurv/ctsurv/base";
 * import { preprocessReading, thresholdLungs, type VolumeReading } from "@ctsurv/ctsurv/imaging";
 * import { assertRejects } from "@std/assert";
 *
 * const reading: VolumeReading = {
 *   volume: {
 *     hu: new Int16Array(9 * 9).fill(40), // water, without a lung
 *     shape: [1, 9, 9],
 *     spacing: [3, 2, 2], // mm
 *     affine: [2, 0, 0, 0, 0, 2, 0, 0, 0, 0, 3, 0, 0, 0, 0, 1],
 *     orientation: "LPS",
 *   },
 *   warnings: ["two voxel sizes"],
 *   doubts: ["two voxel sizes"],
 *   source: { kind: "nifti", files: [] },
 * };
 * await assertRejects(() => preprocessReading(reading, { segmenter: thresholdLungs }), InputError, "two voxel sizes");
 * ```
 */
export async function preprocessReading(
  { volume, doubts = [] }: VolumeReading,
  options: PreprocessOptions,
): Promise<PreprocessedScan> {
  try {
    return await preprocess(volume, options);
  } catch (error) {
    // The error stays the one that it is: callers tell a scan without lungs from others by its class.
    if (error instanceof InputError) error.message = [error.message, ...doubts].join(". Also: ");
    throw error;
  }
}
