import { createRandom, type Random } from "@ctsurv/base/mod.ts";
import { drawPatient, phantomClaro, phantomLung1, type PhantomSpec } from "@ctsurv/cohort/mod.ts";
import { GRID_SIZE, toGridValue } from "../unet/_unet_grid.ts";
import { augment } from "./_augmentations.ts";
import { drawWarp, type SourceSlice, warpSlice } from "./_brushes.ts";
import { drawNegative } from "./_draw_negative.ts";
import { DRAWN_SIZE, type DrawnSlice, type LungPhantom, renderLungPhantom } from "./_drawn_slice.ts";

/** Slices as the network takes them, with their truth. */
export interface TrainingSlices {
  /** [count, 128, 128] */
  readonly input: Float32Array;
  /** The share of each pixel that is lung, [count, 128, 128]. */
  readonly truth: Float32Array;
  readonly count: number;
}

/** Slices of one phantom. */
const CHUNK_SLICES = 48;
/** Share of the slices that show no chest at all. */
const NEGATIVES = 0.12;

/**
 * Draws the `chunk`-th group of slices of a training: a new phantom patient, some of its slices, each changed in its own
 * way, and a few slices of other things. A pure function of seed and chunk.
 */
export function drawTrainingSlices(seed: number, chunk: number, count = CHUNK_SLICES): TrainingSlices {
  const phantom = drawPhantom(seed, chunk);
  const pixels = GRID_SIZE * GRID_SIZE;
  const [input, truth] = [new Float32Array(count * pixels), new Float32Array(count * pixels)];
  for (let k = 0; k < count; k++) {
    const random = createRandom(seed, "lung slices", chunk, k);
    const slice = random.uniform() < NEGATIVES ? drawNegative(random) : drawChest(phantom, random);
    augment(slice, random);
    halve(slice.hu, toGridValue, input.subarray(k * pixels, (k + 1) * pixels));
    halve(slice.lung, (share) => share, truth.subarray(k * pixels, (k + 1) * pixels));
  }
  return { input, truth, count };
}

interface Phantom extends LungPhantom {
  readonly pixel: number;
}

/** Patient `chunk` of a cohort that no other part of the project makes: the built-in cohorts have small seeds. */
function drawPhantom(seed: number, chunk: number): Phantom {
  const phantomSeed = 1e9 + seed;
  const random = createRandom(phantomSeed, "scanner", chunk);
  const base = random.uniform() < 0.7 ? phantomLung1 : phantomClaro;
  const scanner = {
    ...base.scanners[0],
    fieldOfView: random.between(400, 560),
    sliceSpacing: random.between(2.5, 5),
    noise: [0, 8] as const,
    blur: random.between(0, 0.3),
    couch: random.uniform() < 0.5 ? "flat" as const : "curved" as const,
  };
  const spec: PhantomSpec = {
    ...base,
    matrix: random.integer(160, 230),
    contrast: { share: 0.5, enhancement: [60, 300] },
    scanners: [scanner],
  };
  const patient = drawPatient(spec, phantomSeed, chunk + 1);
  return { ...renderLungPhantom(spec, phantomSeed, patient), pixel: scanner.fieldOfView / spec.matrix };
}

function drawChest(phantom: Phantom, random: Random): DrawnSlice {
  return warpSlice(thickSlice(phantom, random), drawWarp(random));
}

/** One slice, or the mean of two or three, as a thicker one shows it. */
function thickSlice({ scan: { hu, shape: [slices, matrix] }, lungs, pixel }: Phantom, random: Random): SourceSlice {
  const thickness = random.uniform() < 0.6 ? 1 : random.integer(2, 3);
  const first = random.integer(0, slices - thickness);
  const size = matrix * matrix;
  const mean = (volume: ArrayLike<number>) => {
    const result = new Float32Array(size);
    for (let k = first; k < first + thickness; k++) {
      for (let i = 0; i < size; i++) result[i]! += volume[k * size + i]! / thickness;
    }
    return result;
  };
  return { hu: mean(hu), lung: mean(lungs), matrix, pixel };
}

/** Means over 2 x 2 pixels of what `map` makes of them. */
function halve(values: Float32Array, map: (value: number) => number, target: Float32Array): void {
  for (let row = 0, i = 0; row < GRID_SIZE; row++) {
    for (let column = 0; column < GRID_SIZE; column++, i++) {
      const a = 2 * (row * DRAWN_SIZE + column);
      const b = a + DRAWN_SIZE;
      target[i] = (map(values[a]!) + map(values[a + 1]!) + map(values[b]!) + map(values[b + 1]!)) / 4;
    }
  }
}
