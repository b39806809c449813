import { drawPatient, phantomClaro, phantomLung1, type PhantomScan } from "@ctsurv/cohort/mod.ts";
import {
  canonicalOrientation,
  defaultSettings,
  dice,
  type LungSegmenter,
  resample,
  selectSlices,
  thresholdLungs,
  type Volume,
} from "@ctsurv/imaging/mod.ts";
import { renderLungPhantom } from "./_drawn_slice.ts";

/** The phantoms that lungs are evaluated on have this seed. Trainings use 1e9 to 2e9, built-in cohorts 42. */
export const EVALUATION_SEED = 5e9;

/** How well one phantom's lungs were found. */
export interface PhantomScore {
  /** PatientID of the phantom. */
  readonly patient: string;
  /** Radius of the tumour, mm. */
  readonly tumourRadius: number;
  /** Dice of the U-Net against the truth. */
  readonly unet: number;
  /** Dice of the threshold against the truth. */
  readonly threshold: number;
}

/** A phantom's scan as a volume. */
export function phantomVolume({ hu, shape, affine }: PhantomScan): Volume {
  return { hu, shape, affine, spacing: [affine[10], affine[5], affine[0]], orientation: "LPS" };
}

/**
 * Scores the U-Net and the threshold on phantoms that no training has seen, from both phantom cohorts by turns.
 *
 * @param size Rows and columns of a phantom. Default: the cohorts' own, 256.
 * @returns Dice against the truth, phantom by phantom.
 */
export async function scorePhantoms(
  unet: LungSegmenter,
  { patients = 20, size, onPatient = () => {} }: {
    readonly patients?: number;
    readonly size?: number;
    readonly onPatient?: () => void;
  } = {},
): Promise<PhantomScore[]> {
  const scores: PhantomScore[] = [];
  for (let number = 1; number <= patients; number++) {
    const cohort = number % 2 === 1 ? phantomLung1 : phantomClaro;
    const spec = { ...cohort, matrix: size ?? cohort.matrix };
    const patient = drawPatient(spec, EVALUATION_SEED, number);
    const { scan, lungs } = renderLungPhantom(spec, EVALUATION_SEED, patient);
    const volume = phantomVolume(scan);
    scores.push({
      patient: patient.record.patient,
      tumourRadius: round(patient.tumour.radius, 1),
      unet: round(dice(await unet.segment(volume), lungs)),
      threshold: round(dice(await thresholdLungs.segment(volume), lungs)),
    });
    onPatient();
  }
  return scores;
}

/** The lungs that a segmenter found in a scan. */
export interface Found {
  /** Volume, mL. */
  readonly millilitres: number;
  /** The first and last slice with more than 2 % lung, and the number of kept slices; null if there are none. */
  readonly kept: readonly [first: number, last: number, count: number] | null;
}

/** How far the U-Net and the threshold agree on a scan whose truth is not known. */
export interface Agreement {
  /** Dice of the two masks against each other. */
  readonly dice: number;
  /** The lungs of the U-Net. */
  readonly unet: Found;
  /** The lungs of the threshold. */
  readonly threshold: Found;
}

/**
 * Compares a segmenter with the threshold on a scan, resampled as for the networks.
 *
 * @param where File or patient, for the beginning of error messages.
 * @throws {InputError} If the volume is oblique.
 *
 * @example
 * ```ts
 * import { thresholdLungs } from "@ctsurv/ctsurv/imaging";
 * import { compareOnScan } from "@ctsurv/ctsurv/lungs/training";
 * import { assertEquals } from "@std/assert";
 *
 * // A slice of 40 x 60 pixels of 1 mm: a body with two lungs of 16 x 16 pixels.
 * const hu = new Int16Array(40 * 60).fill(-1000);
 * for (let row = 4; row < 36; row++) hu.fill(40, 60 * row + 4, 60 * row + 56);
 * for (let row = 12; row < 28; row++) {
 *   hu.fill(-850, 60 * row + 10, 60 * row + 26);
 *   hu.fill(-850, 60 * row + 34, 60 * row + 50);
 * }
 * const { dice, unet } = await compareOnScan(thresholdLungs, {
 *   hu,
 *   shape: [1, 40, 60],
 *   spacing: [3, 1, 1],
 *   affine: [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 3, 0, 0, 0, 0, 1],
 *   orientation: "LPS",
 * }, "scan");
 * assertEquals(dice, 1); // the threshold against itself
 * assertEquals(unet.kept, [0, 0, 1]);
 * ```
 */
export async function compareOnScan(unet: LungSegmenter, volume: Volume, where: string): Promise<Agreement> {
  const resampled = resample(canonicalOrientation(volume, where), { spacing: defaultSettings.spacing });
  const [a, b] = [await unet.segment(resampled), await thresholdLungs.segment(resampled)];
  return { dice: round(dice(a, b)), unet: summarise(a, resampled), threshold: summarise(b, resampled) };
}

function summarise(mask: Uint8Array, { shape, spacing }: Volume): Found {
  const voxels = mask.reduce((sum, value) => sum + value, 0);
  const { kept } = selectSlices(mask, shape);
  return {
    millilitres: Math.round(voxels * spacing[0] * spacing[1] * spacing[2] / 1000),
    kept: kept.length > 0 ? [kept[0]!, kept.at(-1)!, kept.length] : null,
  };
}

function round(value: number, digits = 4): number {
  return Number(value.toFixed(digits));
}
