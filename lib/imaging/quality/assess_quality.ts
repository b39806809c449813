import { InputError, median } from "@ctsurv/base/mod.ts";
import type { ScanMeasurements } from "./measure_scan.ts";

/** mL. Scans whose lungs were found whole (phantoms, LUNG1-003) have 0 to 5; this much is a ball of 27 mm. */
const MOST_MISSED_ML = 10;
/**
 * mL. Lungs of adults hold 2 to 8 L of tissue and air, from breathing out to a deep breath. Beyond these limits a lung
 * was missed or has collapsed, or other air was taken for lung.
 */
const LUNG_VOLUME_ML = [1500, 10_000] as const;
/**
 * The right lung is about a fifth larger than the left one. Beyond this ratio, one has collapsed or was found in part.
 */
const LARGEST_SIDE_RATIO = 3;
/** A side with less than this share of the other has no lung, but bowel gas or a part of the other lung. */
const LEAST_SIDE_SHARE = 0.05;
/** Chest CT is read in slices of 1 to 5 mm; thicker ones average a small tumour away. */
const THICKEST_SLICE_MM = 5;
/**
 * The largest field of view, 780 mm in 512 pixels, has 1.5 mm. Scans with much larger pixels were reduced by somebody.
 */
const COARSEST_PIXEL_MM = 2;
/** Scanners measure square pixels. */
const LARGEST_PIXEL_RATIO = 1.01;
/** Oblique slices show other areas: at this angle the end of 300 mm of lung is off by 10 mm, three slices. */
const MOST_OBLIQUE_DEGREES = 2;
/** Outer air is -1000 HU. If nothing is that low, the rescaling is wrong or the air was cut off. */
const AIR_HU = -900;
/** Every chest has cortical bone. */
const BONE_HU = 300;
/**
 * Shoulders and arms often reach the edge, with some 80 mm of outline on either side. More means a chest that is cut
 * off.
 */
const LONGEST_EDGE_MM = 200;

/** The reasons why a person should look at a scan; empty if there are none. Each names the number that is odd. */
export function scanFlags(scan: ScanMeasurements): string[] {
  return [...coverageFlags(scan), ...lungFlags(scan), ...gridFlags(scan), ...intensityFlags(scan), ...scan.doubts];
}

function coverageFlags({ cutAtBase, cutAtApex, bodyAtEdge }: ScanMeasurements): string[] {
  const flags: string[] = [];
  if (cutAtBase) flags.push("the scan begins within the lungs: their base is cut off");
  if (cutAtApex) flags.push("the scan ends within the lungs: their apex is cut off");
  if (bodyAtEdge > LONGEST_EDGE_MM) {
    flags.push(`the field of view cuts the body: ${Math.round(bodyAtEdge)} mm of outline on its edge`);
  }
  return flags;
}

function lungFlags({ lungVolume, rightVolume, leftVolume, missedLung, thinSlices }: ScanMeasurements): string[] {
  const [least, most] = LUNG_VOLUME_ML;
  const [smaller, larger] = [Math.min(rightVolume, leftVolume), Math.max(rightVolume, leftVolume)];
  const side = rightVolume < leftVolume ? "right" : "left";
  const flags: string[] = [];
  if (lungVolume < least) flags.push(`small lungs: ${Math.round(lungVolume)} mL, expected at least ${least} mL`);
  if (lungVolume > most) flags.push(`large lungs: ${Math.round(lungVolume)} mL, expected at most ${most} mL`);
  if (smaller < LEAST_SIDE_SHARE * larger) flags.push(`no ${side} lung was found`);
  else if (larger > LARGEST_SIDE_RATIO * smaller) {
    flags.push(`the ${side} lung is ${(larger / smaller).toFixed(1)} times smaller than the other`);
  }
  if (missedLung > MOST_MISSED_ML) {
    flags.push(`a region of ${Math.round(missedLung)} mL as dense as lung was not taken for lung`);
  }
  if (thinSlices > 0) {
    flags.push(`${thinSlices} ${plural(thinSlices, "slice")} with hardly any lung between the others`);
  }
  return flags;
}

function gridFlags({ spacing: [slice, row, column], oblique }: ScanMeasurements): string[] {
  const flags: string[] = [];
  if (slice > THICKEST_SLICE_MM) flags.push(`thick slices: ${millimetres(slice)}`);
  if (Math.max(row, column) > COARSEST_PIXEL_MM) flags.push(`coarse pixels: ${millimetres(Math.max(row, column))}`);
  if (Math.max(row, column) > LARGEST_PIXEL_RATIO * Math.min(row, column)) {
    flags.push(`pixels that are not square: ${millimetres(row)} by ${millimetres(column)}`);
  }
  if (oblique > MOST_OBLIQUE_DEGREES) flags.push(`the grid leans by ${oblique.toFixed(1)} degrees`);
  return flags;
}

function intensityFlags({ huRange: [min, max] }: ScanMeasurements): string[] {
  const flags: string[] = [];
  if (min > AIR_HU) flags.push(`no air: the lowest value is ${Math.round(min)} HU`);
  if (max < BONE_HU) flags.push(`no bone: the highest value is ${Math.round(max)} HU`);
  return flags;
}

function millimetres(length: number): string {
  return `${Number(length.toFixed(2))} mm`;
}

function plural(count: number, noun: string): string {
  return count === 1 ? noun : `${noun}s`;
}

/** The measurements of a patient's scan, or the reason why it was refused. */
export type Examination =
  | { readonly patient: string; readonly measured: ScanMeasurements }
  | { readonly patient: string; readonly refused: string };

/** The verdict of quality control on one patient. */
export interface QualityRow {
  /** PatientID. */
  readonly patient: string;
  /** "flagged": usable, but a person should look. "refused": not usable. */
  readonly status: "ok" | "flagged" | "refused";
  /** Why it was flagged or refused; empty if ok. */
  readonly reasons: readonly string[];
  /** The measurements behind the verdict; null if refused. */
  readonly measured: ScanMeasurements | null;
}

/**
 * Multiples of the median number of kept slices. They are generous, because people differ in height. Beyond them, lung
 * was missed or something else was taken for it.
 */
const KEPT_RANGE = [0.6, 1.6] as const;
/** A median of fewer scans says nothing. */
const FEWEST_FOR_MEDIAN = 5;

/**
 * Decides for each patient whether the scan is ok, flagged or refused, in the given order. A scan is flagged for its
 * own measurements and for what it is among the others: its number of kept slices is far from the median, or it is the
 * same scan as another patient's.
 *
 * @example
 * ```ts
 * import { assessQuality } from "@ctsurv/ctsurv/imaging";
 * import { assertEquals } from "@std/assert";
 *
 * const rows = assessQuality([{ patient: "LUNG1-014", refused: "3 slices are missing" }]);
 * assertEquals(rows, [
 *   { patient: "LUNG1-014", status: "refused", reasons: ["3 slices are missing"], measured: null },
 * ]);
 * ```
 */
export function assessQuality(examinations: readonly Examination[]): QualityRow[] {
  const measured = examinations.flatMap((one) => "measured" in one ? [one] : []);
  const middle = measured.length < FEWEST_FOR_MEDIAN
    ? undefined
    : median(measured.map(({ measured }) => measured.kept));
  const sameScan = Map.groupBy(measured, ({ measured }) => measured.fingerprint);
  return examinations.map((one): QualityRow => {
    const { patient } = one;
    if ("refused" in one) return { patient, status: "refused", reasons: [one.refused], measured: null };
    const { kept, fingerprint } = one.measured;
    const twins = sameScan.get(fingerprint)!.filter((other) => other !== one).map(({ patient }) => patient);
    const reasons = [
      ...scanFlags(one.measured),
      ...middle !== undefined && (kept < KEPT_RANGE[0] * middle || kept > KEPT_RANGE[1] * middle)
        ? [`${kept} slices kept, where the cohort's median is ${middle}`]
        : [],
      ...twins.length > 0 ? [`the same scan as ${twins.join(", ")}`] : [],
    ];
    return { patient, status: reasons.length > 0 ? "flagged" : "ok", reasons, measured: one.measured };
  });
}

/**
 * Measures one patient's scan and turns a refusal into a result, so that one bad scan does not end the examination of a
 * cohort.
 *
 * @param measure Reads, preprocesses and measures. Its `InputError` is the reason for refusing the scan; any other
 *   error is a defect and is thrown on.
 *
 * @example
 * ```ts
 * import { InputError } from "@ctsurv/ctsurv/base";
 * import { examine } from "@ctsurv/ctsurv/imaging";
 * import { assertEquals } from "@std/assert";
 *
 * const examination = await examine("LUNG1-014", () => {
 *   throw new InputError("3 slices are missing");
 * });
 * assertEquals(examination, { patient: "LUNG1-014", refused: "3 slices are missing" });
 * ```
 */
export async function examine(patient: string, measure: () => Promise<ScanMeasurements>): Promise<Examination> {
  try {
    return { patient, measured: await measure() };
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return { patient, refused: error.message };
  }
}
