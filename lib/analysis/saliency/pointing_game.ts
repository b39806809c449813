import { InputError } from "@ctsurv/base/mod.ts";
import type { BootstrapOptions } from "@ctsurv/survival/mod.ts";
import { type MeanWithInterval, meanWithInterval } from "./mean_with_interval.ts";
import type { SaliencyMaps } from "./grad_cam.ts";

/** The maps of a patient whose tumour is known. */
export interface PointedPatient {
  /** Of the slices that the model sees. */
  readonly maps: SaliencyMaps;
  /** [slices, size, size], not zero in the tumour, as `tumourOnSlices` gives it. */
  readonly tumour: ArrayLike<number>;
  /** Rows and columns of a slice in pixels. */
  readonly size: number;
}

/** Options of {@linkcode pointingShare}. */
export interface PointingOptions {
  /** Pixels by which a point may miss the tumour (Zhang et al. 2018, of 224). @default {15} */
  readonly tolerance?: number;
}

/** How often the maps of one patient point at the tumour. */
export interface PointingShare {
  /** Slices that show tumour. */
  readonly slices: number;
  /** Share of these whose maximum hits the tumour. */
  readonly hits: number;
  /** Share that would hit if a map pointed at any of its cells alike. */
  readonly chance: number;
}

/** Means over patients, who all count the same. */
export interface PointingGame {
  /** Patients with tumour on some slice that the model sees. */
  readonly patients: number;
  /** All of their slices that show tumour. */
  readonly slices: number;
  /** Mean share of the slices whose maximum hits the tumour. */
  readonly hits: number;
  /** Mean share that would be hit by chance, that of the tumour's area. */
  readonly chance: number;
  /** `hits` less `chance`, with its interval. */
  readonly excess: MeanWithInterval;
}

/**
 * Plays the pointing game on the slices of one patient that show tumour: is the maximum of the map in the tumour, or within
 * the tolerance of it? The maximum is the centre of a cell, and chance is the share of cells whose centre would be a hit, which
 * is the share of the slice that the tumour and its surroundings take. A map that is the same everywhere hits by chance.
 *
 * @example
 * ```ts
 * import { pointingShare } from "@ctsurv/ctsurv/analysis";
 * import { assertEquals } from "@std/assert";
 *
 * // A slice of 4 x 4 pixels with tumour in its last corner, and a map of 2 x 2 cells that points there.
 * const tumour = new Uint8Array(16).fill(1, 15);
 * const maps = { data: Float32Array.of(0, .1, .2, .9), shape: [1, 2, 2] } as const;
 * assertEquals(pointingShare({ maps, tumour, size: 4 }, { tolerance: 1 }), { slices: 1, hits: 1, chance: .25 });
 * ```
 *
 * @returns Null if no slice shows tumour.
 * @throws {InputError} If the tumour and the maps are not of the same slices.
 */
export function pointingShare(
  { maps: { data, shape: [slices, rows, columns] }, tumour, size }: PointedPatient,
  { tolerance = 15 }: PointingOptions = {},
): PointingShare | null {
  if (tumour.length !== slices * size ** 2) {
    throw new InputError(`A tumour of ${tumour.length} pixels is not on ${slices} slices of ${size} x ${size}`);
  }
  const [cells, found] = [rows * columns, { slices: 0, hits: 0, chance: 0 }];
  for (let slice = 0; slice < slices; slice++) {
    const isHit = hitCells(tumour, slice * size ** 2, { size, rows, columns, tolerance });
    if (!isHit) continue;
    const chance = isHit.reduce((sum, hit) => sum + hit, 0) / cells;
    const map = data.subarray(slice * cells, (slice + 1) * cells);
    const highest = map.reduce((best, value, cell) => value > map[best]! ? cell : best, 0);
    found.slices++;
    found.chance += chance;
    found.hits += map.every((value) => value === map[0]) ? chance : isHit[highest]!;
  }
  if (found.slices === 0) return null;
  return { slices: found.slices, hits: found.hits / found.slices, chance: found.chance / found.slices };
}

interface Grid {
  readonly size: number;
  readonly rows: number;
  readonly columns: number;
  readonly tolerance: number;
}

/** 1 for each cell whose centre is within the tolerance of a pixel of tumour; undefined where there is none. */
function hitCells(tumour: ArrayLike<number>, offset: number, { size, rows, columns, tolerance }: Grid) {
  const isHit = new Uint8Array(rows * columns);
  let hasTumour = false;
  for (let pixel = 0; pixel < size ** 2; pixel++) {
    if (!tumour[offset + pixel]) continue;
    hasTumour = true;
    const [y, x] = [Math.floor(pixel / size) + 0.5, pixel % size + 0.5];
    for (let cell = 0; cell < isHit.length; cell++) {
      if (isHit[cell]) continue;
      const down = (Math.floor(cell / columns) + 0.5) * size / rows - y;
      const across = (cell % columns + 0.5) * size / columns - x;
      // A point on the edge of a pixel is in it.
      if (Math.hypot(down, across) <= Math.max(tolerance, Math.SQRT1_2)) isHit[cell] = 1;
    }
  }
  return hasTumour ? isHit : undefined;
}

/**
 * Whether maps point at the tumour: the share of slices with tumour where they do, against chance. Null where no patient has
 * tumour on a slice.
 *
 * @param patients What {@linkcode pointingShare} gave; patients without tumour are left out.
 * @throws {InputError} If the options make no sense.
 */
export function pointingGame(
  patients: readonly (PointingShare | null)[],
  options: BootstrapOptions = {},
): PointingGame | null {
  const shares = patients.filter((share) => share !== null);
  const count = shares.length;
  if (count === 0) return null;
  const mean = (of: (share: PointingShare) => number) => shares.reduce((sum, share) => sum + of(share), 0) / count;
  return {
    patients: count,
    slices: shares.reduce((sum, { slices }) => sum + slices, 0),
    hits: mean(({ hits }) => hits),
    chance: mean(({ chance }) => chance),
    excess: meanWithInterval(shares.map(({ hits, chance }) => hits - chance), "pointing-game", options),
  };
}

/** How much oftener one model's maps hit the tumour than another's, on the same slices. */
export interface PointingDifference {
  /** Patients with tumour on some slice. */
  readonly patients: number;
  /** Mean share of hits of the first, less that of the second, with its interval. */
  readonly difference: MeanWithInterval;
}

/**
 * Compares where the maps of two models point, patient by patient. The second is usually the control, trained on the same
 * scans with survival that depends on nothing in them.
 *
 * @param first [patients], what {@linkcode pointingShare} gave.
 * @param second [patients], the same in the same order.
 * @throws {InputError} If there are other patients in the second, or their tumours are elsewhere.
 */
export function pointingDifference(
  first: readonly (PointingShare | null)[],
  second: readonly (PointingShare | null)[],
  options: BootstrapOptions = {},
): PointingDifference | null {
  if (first.length !== second.length) {
    throw new InputError(`The two models have ${first.length} and ${second.length} patients; they need the same`);
  }
  const differences = first.flatMap((a, i) => {
    const b = second[i]!;
    if (a?.chance !== b?.chance) throw new InputError(`Patient ${i + 1} has tumour elsewhere in the second model`);
    return a && b ? [a.hits - b.hits] : [];
  });
  const patients = differences.length;
  return patients === 0
    ? null
    : { patients, difference: meanWithInterval(differences, "pointing-difference", options) };
}
