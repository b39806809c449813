import { join } from "node:path";
import { InputError } from "@ctsurv/base/mod.ts";
import { parseCsv } from "../table/csv.ts";
import type { PhantomPatient } from "./draw_patient.ts";
import type { PhantomTumour } from "./draw_tumour.ts";

/** What a phantom patient's tumour is like, whatever the law: a row of `truth/tumours.csv`. */
export interface PhantomTumourTruth extends Omit<PhantomTumour, "linearPredictor"> {
  /** PatientID. */
  readonly patient: string;
}

const PROPERTIES = ["volume", "density", "necrosis", "spiculation"] as const;
const HEADER = [
  "patient",
  "radius_mm",
  "volume_mm3",
  "density_hu",
  "necrosis",
  "spiculation",
  ...PROPERTIES.map((property) => `z_${property}`),
];

/** The text of `truth/tumours.csv`. */
export function formatPhantomTumours(patients: readonly PhantomPatient[]): string {
  const rows = patients.map(({ record, tumour }) => [
    record.patient,
    tumour.radius,
    tumour.volume,
    tumour.density,
    tumour.necrosis,
    tumour.spiculation,
    ...PROPERTIES.map((property) => tumour.deviations[property]),
  ]);
  return [HEADER, ...rows, []].map((cells) => cells.join(",")).join("\n");
}

/**
 * Reads what the tumours of a phantom cohort are like, in the order of the patients' numbers. The table is the same under
 * every law.
 *
 * @param dir Folder of the cohort, or of one of its laws.
 * @throws {InputError} If there is no such table, because the cohort is not a phantom or its recipe is older than 3.
 *
 * @example
 * ```ts
 * import { ensurePhantom, readPhantomTumours } from "@ctsurv/ctsurv/cohort";
 * import { assert } from "@std/assert";
 *
 * const dir = await Deno.makeTempDir();
 * await ensurePhantom("phantom-lung1", dir, { patients: 2, overrides: { matrix: 32 } });
 * for (const { density, necrosis } of await readPhantomTumours(dir)) {
 *   assert(density > -450 && density < 50); // HU
 *   assert(necrosis > 0 && necrosis < 0.6); // share of the volume
 * }
 * await Deno.remove(dir, { recursive: true });
 * ```
 */
export async function readPhantomTumours(dir: string): Promise<PhantomTumourTruth[]> {
  const path = join(dir, "truth", "tumours.csv");
  const text = await Deno.readTextFile(path).catch((error) => {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new InputError(
      `${path}: not found; only phantom cohorts of ctsurv 0.2.0 and later know what their tumours are like`,
    );
  });
  return parseCsv(text, path).rows.map(({ cells: [patient, ...numbers] }) => {
    const [radius, volume, density, necrosis, spiculation, ...z] = numbers.map(Number) as [number, ...number[]];
    const deviations = Object.fromEntries(PROPERTIES.map((property, i) => [property, z[i]!]));
    return {
      patient: patient!,
      radius,
      volume: volume!,
      density: density!,
      necrosis: necrosis!,
      spiculation: spiculation!,
      deviations: deviations as PhantomTumour["deviations"],
    };
  });
}
