import { InputError } from "@ctsurv/base/mod.ts";
import { affineFrom, angleBetween, cross, dot, norm, scale, subtract, type Vector } from "../volume/_affine.ts";
import type { Affine } from "../volume/volume.ts";
import type { DicomImage } from "./_image.ts";

/** Two slices closer than this are at one position. */
const SAME_POSITION_MM = 0.01;
/** Displacement between slices may lean this far from their normal: 2.6 mm over the 300 mm of a lung. */
const MAX_TILT_DEGREES = 0.5;

/** Slices of one series in the order of space: each entry holds the images at one position, normally one. */
export type StackedImages = readonly (readonly [DicomImage, ...DicomImage[]])[];

/**
 * Sorts images along the normal of their planes, by dot(position, columns x rows). In real series neither
 * InstanceNumber nor file names follow this order.
 *
 * @throws {InputError} If the images differ in size, pixel spacing or orientation.
 */
export function stackSlices(where: string, images: readonly [DicomImage, ...DicomImage[]]): StackedImages {
  const [first] = images;
  for (const image of images) {
    const difference = describeDifference(first, image);
    if (difference) {
      throw new InputError(
        `${where}: slices differ, so they are not one scan: ${difference}. ` +
          `Compare ${first.path} and ${image.path}, and leave only the files of one scan`,
      );
    }
  }
  const normal = cross(first.columnDirection, first.rowDirection);
  const height = (image: DicomImage) => dot(image.position, normal);
  const sorted = [...images].sort((a, b) => height(a) - height(b) || (a.path < b.path ? -1 : 1));
  const stack: [DicomImage, ...DicomImage[]][] = [];
  for (const image of sorted) {
    const last = stack.at(-1);
    if (last && height(image) - height(last[0]) < SAME_POSITION_MM) last.push(image);
    else stack.push([image]);
  }
  return stack;
}

function describeDifference(a: DicomImage, b: DicomImage): string | undefined {
  if (a.rows !== b.rows || a.columns !== b.columns) {
    return `Rows x Columns ${a.rows} x ${a.columns} and ${b.rows} x ${b.columns}`;
  }
  if (a.pixelSpacing.some((mm, i) => Math.abs(mm - b.pixelSpacing[i]!) > 1e-4 * mm)) {
    return `PixelSpacing ${a.pixelSpacing.join("\\")} and ${b.pixelSpacing.join("\\")} mm`;
  }
  const directions = (image: DicomImage) => [...image.columnDirection, ...image.rowDirection];
  if (directions(a).some((value, i) => Math.abs(value - directions(b)[i]!) > 1e-3)) {
    return `ImageOrientationPatient ${directions(a).join("\\")} and ${directions(b).join("\\")}`;
  }
  return undefined;
}

/** Positions of parallel slices along their normal, mm. */
export function sliceHeights(slices: readonly DicomImage[]): number[] {
  return slices.map(({ position, columnDirection, rowDirection }) =>
    dot(position, cross(columnDirection, rowDirection))
  );
}

/**
 * The affine of a stack (one image per position), after checking that the slices make a gapless right-angled grid.
 *
 * @throws {InputError} For a tilted gantry (with its angle), missing slices (how many, and between which positions),
 * uneven gaps, slices shifted sideways, or fewer than two positions.
 */
export function stackAffine(where: string, slices: readonly DicomImage[]): Affine {
  const [first, last] = [slices[0], slices.at(-1)];
  if (!first || !last || slices.length < 2) {
    throw new InputError(`${where}: one slice position only; a volume needs at least 2. Give the whole series`);
  }
  const normal = cross(first.columnDirection, first.rowDirection);
  const step = scale(subtract(last.position, first.position), 1 / (slices.length - 1));
  const tilt = angleBetween(normal, step);
  if (tilt > MAX_TILT_DEGREES) {
    throw new InputError(
      `${where}: slices lean by ${tilt.toFixed(1)} degrees against the direction they are stacked in: the gantry was ` +
        "tilted. Resample the scan to a rectangular grid first (dcm2niix writes one, named _Tilt)",
    );
  }
  checkGaps(where, slices);
  checkAlignment(where, slices, normal, step);
  const [rowSpacing, columnSpacing] = first.pixelSpacing;
  return affineFrom(
    scale(first.columnDirection, columnSpacing),
    scale(first.rowDirection, rowSpacing),
    step,
    first.position,
  );
}

function checkGaps(where: string, slices: readonly DicomImage[]): void {
  const heights = sliceHeights(slices);
  const gaps = heights.slice(1).map((height, i) => height - heights[i]!);
  const median = [...gaps].sort((a, b) => a - b)[gaps.length >> 1]!;
  const between = (i: number) => `${round(heights[i]!)} and ${round(heights[i + 1]!)} mm`;
  // Positions are often written with one decimal, so that thin slices seem uneven by up to 0.1 mm.
  const uneven = gaps.findIndex((gap) => Math.abs(gap - median) > Math.max(0.101, 0.05 * median));
  if (uneven < 0) return;
  const rounded = describeRounding(heights, slices);
  if (rounded) throw new InputError(`${where}: ${rounded}`);
  const holes = gaps.flatMap((gap, i) => gap > 1.5 * median ? [{ i, missing: Math.round(gap / median) - 1 }] : []);
  if (holes.length > 0) {
    const missing = holes.reduce((sum, hole) => sum + hole.missing, 0);
    throw new InputError(
      `${where}: ${missing} ${missing === 1 ? "slice is" : "slices are"} missing (slices are ${
        round(median)
      } mm apart): ` +
        holes.slice(0, 5).map(({ i, missing }) => `${missing} between ${between(i)}`).join(", ") +
        `${holes.length > 5 ? ", and elsewhere" : ""}. Download the series again`,
    );
  }
  throw new InputError(
    `${where}: slices are unevenly spaced: ${round(gaps[uneven]!)} mm between ${between(uneven)}, ` +
      `elsewhere ${round(median)} mm. Resample the scan to even slices first`,
  );
}

/** Units that positions are rounded to, mm. */
const ROUNDED_TO = [1, 0.5, 0.2] as const;

/**
 * What to say of slices whose positions were rounded: all are whole multiples of a unit, and less than half a unit off
 * an even grid. That can be said of a missing slice as well, so the files have to give the distance of that grid, or
 * gaps of two lengths have to take turns all along.
 */
function describeRounding(heights: readonly number[], slices: readonly DicomImage[]): string | undefined {
  const mean = (heights.at(-1)! - heights[0]!) / (heights.length - 1);
  const told = [slices[0]!.told.spacingBetweenSlices, slices[0]!.sliceThickness]
    .flatMap((mm) => mm !== undefined && Math.abs(Math.abs(mm) - mean) < 0.03 * mean ? [Math.abs(mm)] : []);
  const long = heights.slice(1).flatMap((height, i) => height - heights[i]! > mean ? [i] : []);
  const turns = long.slice(1).map((at, i) => at - long[i]!);
  const takeTurns = turns.length >= 3 && Math.max(...turns) - Math.min(...turns) <= 1;
  const unit = ROUNDED_TO.find((mm) =>
    heights.every((height) => Math.abs(height / mm - Math.round(height / mm)) < 1e-3)
  );
  const step = [...told, ...takeTurns ? [mean] : []].find((step) => {
    const offsets = heights.map((height, i) => height - i * step);
    // Rounding leaves a grid of whole units as it is: that has a hole.
    const isGrid = unit === undefined || Math.abs(step / unit - Math.round(step / unit)) < 1e-3;
    return !isGrid && Math.max(...offsets) - Math.min(...offsets) <= 1.001 * unit;
  });
  if (step === undefined || unit === undefined) return undefined;
  return `positions are rounded to ${unit === 1 ? "whole" : `multiples of ${unit}`} mm (ImagePositionPatient), where ` +
    `slices are about ${
      round(step)
    } mm apart, so that they seem uneven. Export the series again without rounding, or ` +
    "convert it to NIfTI with that distance";
}

function checkAlignment(where: string, slices: readonly DicomImage[], normal: Vector, step: Vector): void {
  const [first] = slices;
  const allowed = Math.min(...first!.pixelSpacing) / 2;
  slices.forEach((image, i) => {
    const residual = subtract(subtract(image.position, first!.position), scale(step, i));
    const sideways = norm(subtract(residual, scale(normal, dot(residual, normal))));
    if (sideways > allowed) {
      throw new InputError(
        `${where}: ${image.path} is shifted sideways by ${round(sideways)} mm against the other slices. ` +
          "Leave only the files of one scan",
      );
    }
  });
}

function round(mm: number): number {
  return Number(mm.toFixed(3));
}
