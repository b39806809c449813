import { InputError, quoteCsv, terminalProgress, writeAtomic } from "@ctsurv/base/mod.ts";
import { type Cohort, readTumour, tumourSize } from "@ctsurv/cohort/mod.ts";
import type { MeasuredRecord } from "@ctsurv/cohort/table/mod.ts";

/**
 * Measures the tumour of every patient of whom it is known. Volume and diameter become covariates as logarithms to base
 * 2, so that a hazard ratio is that of a size that is doubled.
 *
 * @param table Where volumes and diameters are saved, in mL and mm.
 * @throws {InputError} If no tumour is known.
 */
export async function measureTumours(
  cohort: Pick<Cohort, "dir" | "name" | "patients">,
  table: string | undefined,
): Promise<{ readonly records: readonly MeasuredRecord[]; readonly notes: readonly string[] }> {
  const progress = terminalProgress();
  progress.start("Tumours", cohort.patients.length);
  const records: MeasuredRecord[] = [];
  const rows = ["PatientID,volume,diameter"];
  const unknown: string[] = [];
  for (const patient of cohort.patients) {
    const tumour = await readTumour(cohort, patient);
    const size = tumour && tumourSize(tumour);
    if (size && size.volume > 0) {
      const { volume, diameter } = size;
      records.push({
        ...patient.record,
        measurements: { volume: Math.log2(volume), diameter: Math.log2(diameter) },
      });
      rows.push(`${quoteCsv(patient.id)},${volume},${diameter}`);
    } else unknown.push(patient.id);
    progress.tick();
  }
  progress.done(`The tumour is known of ${records.length} of ${cohort.patients.length} patients`);
  if (records.length === 0) {
    throw new InputError(
      `No tumour of ${cohort.name} is known. --tumour reads GTV-1 from SEG or RTSTRUCT, which "ctsurv import" finds ` +
        "beside the scans (docs/COHORTS.md)",
    );
  }
  if (table !== undefined) await writeAtomic(table, `${rows.join("\n")}\n`);
  return {
    records,
    notes: unknown.length > 0
      ? [
        `Left out, because the tumour is unknown: ${unknown.length} of ${cohort.patients.length} patients, ` +
        unknown.slice(0, 5).join(", ") + (unknown.length > 5 ? ", …" : ""),
      ]
      : [],
  };
}
