import { join } from "node:path";
import { InputError } from "@ctsurv/base/mod.ts";
import { parseCsv } from "../table/csv.ts";
import type { PhantomPatient } from "./draw_patient.ts";

/** The true risk of a phantom patient, which a perfect model would know: a row of `truth/risk.csv`. */
export interface PhantomRisk {
  /** PatientID. */
  readonly patient: string;
  /** Volume of the dominant tumour, mm3. */
  readonly tumourVolume: number;
  /** The higher it is, the sooner patients die. */
  readonly linearPredictor: number;
  /** Probability of being alive at 0, 1, …, 24 months. */
  readonly survival: readonly number[];
}

const HEADER = ["patient", "tumour_volume_mm3", "linear_predictor"];

/** The text of `truth/risk.csv`. */
export function formatPhantomRisk(patients: readonly PhantomPatient[]): string {
  const months = patients[0]?.survival.map((_, month) => `S${month}`) ?? [];
  const rows = patients.map(({ record, tumour, survival }) => [
    record.patient,
    tumour.volume,
    tumour.linearPredictor,
    ...survival,
  ]);
  return [[...HEADER, ...months], ...rows, []].map((cells) => cells.join(",")).join("\n");
}

/**
 * Reads the true risk of the patients of a phantom cohort, in the order of their numbers.
 *
 * @param dir The cohort's folder.
 * @throws {InputError} If the cohort has no truth, because it is not a phantom.
 */
export async function readPhantomRisk(dir: string): Promise<PhantomRisk[]> {
  const path = join(dir, "truth", "risk.csv");
  const text = await Deno.readTextFile(path).catch((error) => {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new InputError(`${path}: not found; only phantom cohorts know the true risk of their patients`);
  });
  return parseCsv(text, path).rows.map(({ cells: [patient, ...numbers] }) => {
    const [tumourVolume, linearPredictor, ...survival] = numbers.map(Number);
    return { patient: patient!, tumourVolume: tumourVolume!, linearPredictor: linearPredictor!, survival };
  });
}
