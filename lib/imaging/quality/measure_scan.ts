import { createHash } from "node:crypto";
import { affineColumn, angleBetween, type Vector } from "../affine.ts";
import { type BodyMask, bodyMask } from "../body_mask.ts";
import { DEFAULT_SETTINGS, type Preprocessing } from "../preprocess.ts";
import type { VolumeReading } from "../read_volume.ts";
import { summarizeHu } from "../summarize_hu.ts";
import type { Spacing, Volume } from "../volume.ts";
import { bodyAtEdge } from "./body_at_edge.ts";
import { lungSides } from "./lung_sides.ts";
import { missedLung } from "./missed_lung.ts";

/** What can be said of a scan without looking at it. Plain JSON. */
export interface ScanMeasurements {
  readonly kind: "dicom" | "nifti";
  /** Manufacturer and model; null where the file does not say. */
  readonly scanner: string | null;
  /** Convolution kernel; null where the file does not say. */
  readonly kernel: string | null;
  /** Slices from feet to head, and mm between voxels along [feet to head, front to back, right to left], as stored. */
  readonly slices: number;
  readonly spacing: Spacing;
  /** Smallest and largest distance between neighbouring slices, mm; null where the file does not say. */
  readonly gaps: readonly [least: number, most: number] | null;
  /** The largest angle between an axis of the grid and the patient's, degrees. */
  readonly oblique: number;
  readonly orientation: string;
  readonly huRange: readonly [min: number, max: number];
  /** Slices of the resampled volume, how many of them were kept, and the first and last of these. */
  readonly resampledSlices: number;
  readonly kept: number;
  readonly first: number;
  readonly last: number;
  /** Kept slices with no more lung than the threshold, between others with more. */
  readonly thinSlices: number;
  /** Whether the first (lowest) and the last (highest) slice of the scan still show more lung than the threshold. */
  readonly cutAtBase: boolean;
  readonly cutAtApex: boolean;
  /** mL */
  readonly lungVolume: number;
  readonly rightVolume: number;
  readonly leftVolume: number;
  /** The largest region inside the body that is as dense as lung but was not taken for it, mL. */
  readonly missedLung: number;
  /** Body in the kept slices, with all that it encloses, mL. */
  readonly bodyVolume: number;
  /** How much of the body's outline lies on the edge of the field of view, in the kept slice where it is most, mm. */
  readonly bodyAtEdge: number;
  /** The crop, mm. */
  readonly boxSize: readonly [rows: number, columns: number];
  /** Share of the pixels handed to the network that the window clips, below and above. */
  readonly clipped: readonly [low: number, high: number];
  readonly warnings: readonly string[];
  /** SHA-256 of the slices handed to the network: the same for the same scan under two names. */
  readonly fingerprint: string;
}

/**
 * Measures a scan that was read and preprocessed, for {@linkcode assessQuality}.
 *
 * @param threshold Lung area above which a slice passes, as `preprocess` was told.
 */
export function measureScan(
  { volume, source, warnings }: VolumeReading,
  { resampled, lungs, kept, first, last, areas, lungVolume, box, slices }: Preprocessing,
  { threshold = DEFAULT_SETTINGS.threshold }: { readonly threshold?: number } = {},
): ScanMeasurements {
  const { acquisition } = source;
  const { min, max } = summarizeHu(volume.hu);
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
    fingerprint: createHash("sha256").update(slices).digest("hex"),
  };
}

/** Slices and spacing in the order of the patient's axes, whatever the order of storage; and how far these are off. */
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
