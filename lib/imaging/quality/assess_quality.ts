import type { ScanMeasurements } from "./measure_scan.ts";
import { scanFlags } from "./scan_flags.ts";

/** A patient's scan as measured, or why it was refused. */
export type Examination =
  | { readonly patient: string; readonly measured: ScanMeasurements }
  | { readonly patient: string; readonly refused: string };

/** What quality control says of a patient. */
export interface QualityRow {
  readonly patient: string;
  /** "flagged": usable, but a person should look; "refused": not usable. */
  readonly status: "ok" | "flagged" | "refused";
  /** Why it was flagged or refused; empty if ok. */
  readonly reasons: readonly string[];
  /** Null if refused. */
  readonly measured: ScanMeasurements | null;
}

/** Multiples of the median; generous, as people differ in height. Beyond, lung was missed or something taken for it. */
const KEPT_RANGE = [0.6, 1.6] as const;
/** A median of fewer says nothing. */
const FEWEST_FOR_MEDIAN = 5;

/**
 * Says of each patient whether the scan is ok, flagged or refused, in the order given. A scan is flagged for what it
 * is, and for what it is among the others: far from the median in its number of slices, or the same as another patient's.
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

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return (sorted[(sorted.length - 1) >> 1]! + sorted[sorted.length >> 1]!) / 2;
}
