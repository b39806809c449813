import { createHash } from "node:crypto";
import { type BodyMask, bodyMask } from "../masks/body_mask.ts";
import { findComponents } from "../masks/components.ts";
import { dilate, erode } from "../masks/morphology.ts";
import type { VolumeReading } from "../read_volume.ts";
import { defaultSettings, type PreprocessedScan } from "../slices/preprocess.ts";
import { affineColumn, angleBetween, type Vector } from "../volume/_affine.ts";
import { summariseHu } from "../volume/hu.ts";
import type { Spacing, Volume } from "../volume/volume.ts";

/** A body this near to the edge of the field of view touches it, in pixels of the body mask. */
const NEAR_PIXELS = 1;

/**
 * The length of the body's outline on the edge of the field of view, where the scan cuts it off: mm, in the slice where
 * it is longest. The edge is that of the slice or, if no body lies beyond it, the inscribed circle: scanners measure a
 * circle and leave the corners empty.
 *
 * @param spacing Of the volume that the body was found in.
 * @param slices Where to look.
 */
function bodyAtEdge(body: BodyMask, spacing: Spacing, slices: readonly number[]): number {
  const [, rows, columns] = body.shape;
  const [height, width] = [spacing[1] * body.rowStep, spacing[2] * body.columnStep];
  const radius = Math.min(rows * height, columns * width) / 2;
  const near = NEAR_PIXELS * Math.max(height, width);
  let [cornered, longest] = [false, { border: 0, circle: 0 }];
  for (const slice of slices) {
    let [border, circle] = [0, 0];
    for (let row = 0; row < rows; row++) {
      const y = (row + 0.5) * height - rows * height / 2;
      for (let column = 0; column < columns; column++) {
        if (!body.mask[(slice * rows + row) * columns + column]) continue;
        if (row === 0 || row === rows - 1) border += width;
        if (column === 0 || column === columns - 1) border += height;
        const beyond = Math.hypot(y, (column + 0.5) * width - columns * width / 2) - radius;
        if (beyond > near) cornered = true;
        // Of a strip along the circle, its area over its breadth is its length.
        else if (beyond > -near && beyond <= 0) circle += height * width / near;
      }
    }
    longest = { border: Math.max(longest.border, border), circle: Math.max(longest.circle, circle) };
  }
  return cornered ? longest.border : Math.max(longest.border, longest.circle);
}

/** A region with this share on one side of the body is a lung of that side, even if it crosses the midline. */
const ONE_SIDED = 0.8;

/**
 * Volume of the right and of the left lung, mL. Regions on both sides, such as lungs that touch in front of the heart,
 * are divided at the midline.
 *
 * @param lungs [slices, rows, columns] of a volume in "LPS" order: columns run from the patient's right to the left.
 * @param midline Column of the body's middle.
 */
function lungSides(
  lungs: Uint8Array,
  { shape, spacing }: Pick<Volume, "shape" | "spacing">,
  midline: number,
): { readonly right: number; readonly left: number } {
  const columns = shape[2];
  const { sizes, starts, ends, labels } = findComponents(lungs, shape);
  const onRight = new Float64Array(sizes.length);
  for (let run = 0; run < starts.length; run++) {
    const row = starts[run]! - starts[run]! % columns;
    const end = Math.min(ends[run]!, row + Math.round(midline));
    onRight[labels[run]!]! += Math.max(0, end - starts[run]!);
  }
  let [right, left] = [0, 0];
  sizes.forEach((size, label) => {
    const share = onRight[label]! / size;
    const voxels = share >= ONE_SIDED ? size : share <= 1 - ONE_SIDED ? 0 : onRight[label]!;
    right += voxels;
    left += size - voxels;
  });
  const millilitres = spacing[0] * spacing[1] * spacing[2] / 1000;
  return { right: right * millilitres, left: left * millilitres };
}

/** As dense as lung: below the edges of organs, above the gas in the windpipe. */
const LUNG_HU = [-930, -600] as const;
/** mm. Lung above the last kept slice is an apex that was not found. Below the first, bowel would be taken for it. */
const ABOVE_MM = 30;

/**
 * The largest region inside the body that is as dense as lung but was not taken for it, mL: an apex, or a lobe that a
 * tumour cut off from the rest. The search goes from the first kept slice to 30 mm above the last. An opening removes
 * rims, where segmenters differ by a pixel or two.
 *
 * @param lungs [slices, rows, columns] of the volume that the body was found in.
 */
function missedLung(
  { hu, shape: [slices, rows, columns], spacing }: Volume,
  lungs: Uint8Array,
  body: BodyMask,
  [first, last]: readonly [first: number, last: number],
): number {
  const [, coarseRows, coarseColumns] = body.shape;
  const pixels = coarseRows * coarseColumns;
  const end = Math.min(slices - 1, last + Math.round(ABOVE_MM / spacing[0]));
  const missed = new Uint8Array((end - first + 1) * pixels);
  for (let slice = first; slice <= end; slice++) {
    const plane = new Uint8Array(pixels);
    for (let i = 0; i < pixels; i++) {
      if (!body.mask[slice * pixels + i]) continue;
      // One voxel stands for those of its coarse pixel.
      const [row, column] = [Math.floor(i / coarseColumns) * body.rowStep, (i % coarseColumns) * body.columnStep];
      const voxel = (slice * rows + row) * columns + column;
      if (!lungs[voxel] && hu[voxel]! > LUNG_HU[0] && hu[voxel]! < LUNG_HU[1]) plane[i] = 1;
    }
    missed.set(dilate(erode(plane, coarseColumns), coarseColumns), (slice - first) * pixels);
  }
  const { sizes } = findComponents(missed, [end - first + 1, coarseRows, coarseColumns]);
  const largest = sizes.reduce((most, size) => Math.max(most, size), 0);
  return largest * spacing[0] * spacing[1] * body.rowStep * spacing[2] * body.columnStep / 1000;
}

/** Everything that can be measured in a scan without looking at it. Plain JSON. */
export interface ScanMeasurements {
  /** Format of the files. */
  readonly kind: "dicom" | "nifti";
  /** Manufacturer and model; null if the file does not say. */
  readonly scanner: string | null;
  /** Convolution kernel; null if the file does not say. */
  readonly kernel: string | null;
  /** Slices from feet to head, as stored. */
  readonly slices: number;
  /** mm between voxels along [feet to head, front to back, right to left], as stored. */
  readonly spacing: Spacing;
  /** Smallest and largest distance between neighbouring slices, mm; null if the file does not say. */
  readonly gaps: readonly [least: number, most: number] | null;
  /** The largest angle between an axis of the grid and the patient's, degrees. */
  readonly oblique: number;
  /** Orientation as stored, such as "LPS"; see {@linkcode Volume}. */
  readonly orientation: string;
  /** Lowest and highest HU as stored. */
  readonly huRange: readonly [min: number, max: number];
  /** Slices of the resampled volume. */
  readonly resampledSlices: number;
  /** Number of kept slices. */
  readonly kept: number;
  /** Index of the first kept slice in the resampled volume, the lowest. */
  readonly first: number;
  /** Index of the last kept slice in the resampled volume, the highest. */
  readonly last: number;
  /** Kept slices with no more lung than the threshold, between others with more. */
  readonly thinSlices: number;
  /** Whether the first (lowest) slice of the scan still shows more lung than the threshold. */
  readonly cutAtBase: boolean;
  /** Whether the last (highest) slice of the scan still shows more lung than the threshold. */
  readonly cutAtApex: boolean;
  /** Volume of both lungs, mL. */
  readonly lungVolume: number;
  /** Volume of the right lung, mL. A region on both sides of the body is divided at the midline. */
  readonly rightVolume: number;
  /** Volume of the left lung, mL. */
  readonly leftVolume: number;
  /** The largest region inside the body that is as dense as lung but was not taken for it, mL. */
  readonly missedLung: number;
  /** Volume of the body in the kept slices, with everything that it encloses, mL. */
  readonly bodyVolume: number;
  /** Length of the body's outline on the edge of the field of view, in the kept slice where it is longest, mm. */
  readonly bodyAtEdge: number;
  /** Size of the crop, mm. */
  readonly boxSize: readonly [rows: number, columns: number];
  /** Share of the pixels of the preprocessed slices that the window clips, below and above. */
  readonly clipped: readonly [low: number, high: number];
  /** Warnings of {@linkcode readVolume}. */
  readonly warnings: readonly string[];
  /** Those of the warnings that question voxels or geometry. */
  readonly doubts: readonly string[];
  /** SHA-256 of the preprocessed slices: the same for the same scan under two names. */
  readonly fingerprint: string;
}

/**
 * Measures a scan that was read and preprocessed, for {@linkcode assessQuality}.
 *
 * @param threshold Lung area above which a slice passes, as `preprocess` was told.
 *
 * @example
 * ```ts
 * import { measureScan, preprocess, thresholdLungs, type Volume } from "@ctsurv/ctsurv/imaging";
 * import { assertEquals } from "@std/assert";
 *
 * // One slice of 20 x 30 pixels of 2 mm: a body with two lungs of 8 x 8 pixels.
 * const hu = new Int16Array(20 * 30).fill(-1000);
 * for (let row = 2; row < 18; row++) hu.fill(40, 30 * row + 2, 30 * row + 28);
 * for (let row = 6; row < 14; row++) {
 *   hu.fill(-850, 30 * row + 5, 30 * row + 13);
 *   hu.fill(-850, 30 * row + 17, 30 * row + 25);
 * }
 * const volume: Volume = {
 *   hu,
 *   shape: [1, 20, 30],
 *   spacing: [3, 2, 2],
 *   affine: [2, 0, 0, 0, 0, 2, 0, 0, 0, 0, 3, 0, 0, 0, 0, 1],
 *   orientation: "LPS",
 * };
 * const settings = { segmenter: thresholdLungs, spacing: [3, 2, 2], leastLungVolume: 0 } as const;
 * const scan = await preprocess(volume, settings);
 * const measured = measureScan({ volume, warnings: [], source: { kind: "nifti", files: [] } }, scan);
 * assertEquals(measured.rightVolume, 0.768); // 64 voxels of 12 mm3, in mL
 * assertEquals(measured.cutAtApex, true);
 * ```
 */
export function measureScan(
  { volume, source, warnings, doubts = [] }: VolumeReading,
  { resampled, lungs, kept, first, last, areas, lungVolume, box, slices }: PreprocessedScan,
  { threshold = defaultSettings.threshold }: { readonly threshold?: number } = {},
): ScanMeasurements {
  const { acquisition } = source;
  const { min, max } = summariseHu(volume.hu);
  const body = bodyMask(resampled);
  const { bodyVolume, midline } = measureBody(body, resampled, kept);
  const { right, left } = lungSides(lungs, resampled, midline);
  return {
    kind: source.kind,
    scanner: [acquisition?.manufacturer, acquisition?.model].filter(Boolean).join(" ") || null,
    kernel: acquisition?.kernel || null,
    ...alongPatient(volume),
    gaps: acquisition?.gaps ?? null,
    orientation: volume.orientation,
    huRange: [min, max],
    resampledSlices: areas.length,
    kept: kept.length,
    first,
    last,
    thinSlices: kept.filter((slice) => areas[slice]! <= threshold).length,
    cutAtBase: areas[0]! > threshold,
    cutAtApex: areas.at(-1)! > threshold,
    lungVolume,
    rightVolume: right,
    leftVolume: left,
    missedLung: missedLung(resampled, lungs, body, [first, last]),
    bodyVolume,
    bodyAtEdge: bodyAtEdge(body, resampled.spacing, kept),
    boxSize: [
      (box.rows[1] - box.rows[0] + 1) * resampled.spacing[1],
      (box.columns[1] - box.columns[0] + 1) * resampled.spacing[2],
    ],
    clipped: [shareOf(slices, (value) => value <= 0), shareOf(slices, (value) => value >= 1)],
    warnings,
    doubts,
    fingerprint: createHash("sha256").update(slices).digest("hex"),
  };
}

/**
 * Slices and spacing in the order of the patient's axes, whatever the order of storage, and the angle between the two.
 */
function alongPatient({ shape, spacing, affine, orientation }: Volume) {
  const axes = ["SI", "PA", "LR"].map((sides) => [...orientation].findIndex((side) => sides.includes(side)));
  const directions: readonly Vector[] = [[0, 0, 1], [0, 1, 0], [1, 0, 0]];
  const angles = axes.map((axis, i) => angleBetween(affineColumn(affine, axis as 0 | 1 | 2), directions[i]!));
  return {
    slices: shape[2 - axes[0]!]!,
    spacing: axes.map((axis) => spacing[2 - axis]) as unknown as Spacing,
    oblique: Math.max(...angles.map((angle) => Math.min(angle, 180 - angle))),
  };
}

/** Volume of the body in these slices, mL, and the column of its centre of mass. */
function measureBody(body: BodyMask, { spacing }: Volume, slices: readonly number[]) {
  const [, rows, columns] = body.shape;
  let [count, sum] = [0, 0];
  for (const slice of slices) {
    for (let i = 0; i < rows * columns; i++) {
      if (!body.mask[slice * rows * columns + i]) continue;
      count++;
      sum += i % columns + 0.5;
    }
  }
  const voxel = spacing[0] * spacing[1] * body.rowStep * spacing[2] * body.columnStep;
  // Lungs without a body are a segmenter's mistake, but no reason to fail.
  const middle = count > 0 ? sum / count : columns / 2;
  return { bodyVolume: count * voxel / 1000, midline: middle * body.columnStep };
}

function shareOf(values: Float32Array, test: (value: number) => boolean): number {
  let count = 0;
  for (let i = 0; i < values.length; i++) if (test(values[i]!)) count++;
  return count / values.length;
}
