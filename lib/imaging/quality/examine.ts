import { InputError } from "@ctsurv/common/mod.ts";
import type { Examination } from "./assess_quality.ts";
import type { ScanMeasurements } from "./measure_scan.ts";

/**
 * A patient's measurements, or why the scan was refused, so that one bad scan does not end the examination of a cohort.
 *
 * @param measure Reads, preprocesses and measures. Whatever it throws but an `InputError` is thrown on: a defect.
 */
export async function examine(patient: string, measure: () => Promise<ScanMeasurements>): Promise<Examination> {
  try {
    return { patient, measured: await measure() };
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return { patient, refused: error.message };
  }
}
