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
  readonly patient: string;
  /** Radius of the tumour, mm. */
  readonly tumourRadius: number;
  /** Dice against the truth. */
  readonly unet: number;
  readonly threshold: number;
}

/** A phantom's scan as a volume. */
export function phantomVolume({ hu, shape, affine }: PhantomScan): Volume {
  return { hu, shape, affine, spacing: [affine[10], affine[5], affine[0]], orientation: "LPS" };
}

/**
 * Dice on phantoms that no training has seen, of both phantom cohorts by turns.
 *
 * @param size Rows and columns of a phantom. Default: the cohorts' own, 256.
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

/** What a segmenter made of a scan. */
export interface Found {
  readonly millilitres: number;
  /** The first and last slice with more than 2 % lung, and how many that makes; undefined if there are none. */
  readonly kept: readonly [first: number, last: number, count: number] | null;
}

/** How far the U-Net and the threshold agree on a scan whose truth is not known. */
export interface Agreement {
  readonly dice: number;
  readonly unet: Found;
  readonly threshold: Found;
}

/**
 * Compares the two methods on a scan, resampled as for the networks.
 *
 * @throws {InputError} If the volume is oblique.
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
