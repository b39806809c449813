import type { Random } from "@ctsurv/base/mod.ts";
import { type PhantomPatient, type PhantomScan, type PhantomSpec, renderPhantom } from "@ctsurv/cohort/mod.ts";

/** Rows and columns of a slice while it is drawn: twice the network's, so that edges end up between two pixels. */
export const DRAWN_SIZE = 256;
/** mm, edge of a pixel while a slice is drawn. */
export const DRAWN_PIXEL = 1.5;

/** A slice that augmentations change in place; row 0 is the patient's front, column 0 the right side. */
export interface DrawnSlice {
  /** [256, 256] */
  readonly hu: Float32Array;
  /** The share of each pixel that is lung, [256, 256]. */
  readonly lung: Float32Array;
}

/** One way in which scans differ, drawn at random and applied in place. */
export type Augmentation = (slice: DrawnSlice, random: Random) => void;

/** A place in a slice, in pixels. */
export interface Pixel {
  readonly row: number;
  readonly column: number;
}

/** A slice of nothing but air. */
export function emptySlice(): DrawnSlice {
  const size = DRAWN_SIZE * DRAWN_SIZE;
  return { hu: new Float32Array(size).fill(-1000), lung: new Float32Array(size) };
}

/** A pixel for which `isWanted` holds, all equally likely; undefined if 300 attempts found none. */
export function drawPixel(random: Random, isWanted: (i: number) => boolean): Pixel | undefined {
  for (let attempt = 0; attempt < 300; attempt++) {
    const i = random.integer(0, DRAWN_SIZE * DRAWN_SIZE - 1);
    if (isWanted(i)) return { row: Math.floor(i / DRAWN_SIZE), column: i % DRAWN_SIZE };
  }
  return undefined;
}

/** The smallest box around the pixels for which `isWanted` holds; undefined if there are none. */
export function boxAround(isWanted: (i: number) => boolean) {
  let [top, bottom, left, right] = [DRAWN_SIZE, -1, DRAWN_SIZE, -1];
  for (let row = 0, i = 0; row < DRAWN_SIZE; row++) {
    for (let column = 0; column < DRAWN_SIZE; column++, i++) {
      if (!isWanted(i)) continue;
      top = Math.min(top, row);
      bottom = row;
      left = Math.min(left, column);
      right = Math.max(right, column);
    }
  }
  return bottom < 0 ? undefined : { top, bottom, left, right };
}

/** A phantom's scan and its lungs. */
export interface LungPhantom {
  readonly scan: PhantomScan;
  /** 1 in the lungs with what is in them, 0 elsewhere; [slices, rows, columns]. */
  readonly lungs: Uint8Array;
}

const LUNG = 1;
const TUMOUR = 2;

/**
 * Renders a phantom patient and its lungs as a segmenter should find them: parenchyma, vessels, and as much of the
 * tumour as lies in what was lung before. The labels mark the whole tumour, also where it has grown into chest wall or
 * mediastinum, so the same patient is rendered once more without it. Pleural fluid, airways and mediastinum do not
 * count as lung.
 */
export function renderLungPhantom(spec: PhantomSpec, seed: number, patient: PhantomPatient): LungPhantom {
  const scan = renderPhantom(spec, seed, patient);
  const healthy = renderPhantom(spec, seed, { ...patient, tumour: { ...patient.tumour, radius: 1e-6, volume: 0 } });
  const lungs = scan.labels.map((label, i) => label === LUNG || (label === TUMOUR && healthy.labels[i] !== 0) ? 1 : 0);
  return { scan, lungs };
}
