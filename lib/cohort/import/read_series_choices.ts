import { InputError } from "@ctsurv/base/mod.ts";
import { parseCsv, readTable } from "../table/mod.ts";

/** Names of the two columns, in any case; the first of each is ctsurv's own, others are those of TCIA's and IDC's lists. */
const columns = {
  patient: ["patient", "patientid", "patient id", "subject id", "id"],
  series: ["series", "seriesinstanceuid", "series uid", "series instance uid", "uid", "path"],
} as const;

/**
 * Reads a CSV that says which scan to use of each patient: a column `patient`, and a column `series` with the
 * SeriesInstanceUID, or with the path of a NIfTI file in the folder of images.
 *
 * @returns PatientID -> series. Rows without a series are left out.
 * @throws {InputError} If the file cannot be read, lacks a column, or names two series for one patient.
 *
 * @example
 * ```ts
 * import { readSeriesChoices } from "@ctsurv/ctsurv/cohort";
 * import { assertEquals } from "@std/assert";
 *
 * const path = await Deno.makeTempFile({ suffix: ".csv" });
 * await Deno.writeTextFile(path, "PatientID,SeriesInstanceUID\nLUNG1-001,1.2.3\n");
 * assertEquals([...await readSeriesChoices(path)], [["LUNG1-001", "1.2.3"]]);
 * await Deno.remove(path);
 * ```
 */
export async function readSeriesChoices(path: string): Promise<Map<string, string>> {
  const { header, rows } = parseCsv(await readTable(path), path);
  const indexOf = (what: keyof typeof columns) => {
    const names = header.map((name) => name.toLowerCase().replaceAll("_", " "));
    const found = columns[what].map((name) => names.indexOf(name)).find((index) => index >= 0);
    if (found === undefined) {
      throw new InputError(`${path} has no column ${what}. It needs patient and series; it has ${header.join(", ")}`);
    }
    return found;
  };
  const [patientAt, seriesAt] = [indexOf("patient"), indexOf("series")];
  const chosen = new Map<string, string>();
  for (const { line, cells } of rows) {
    const [patient, series] = [cells[patientAt]!, cells[seriesAt]!];
    if (patient === "" || series === "") continue;
    const earlier = chosen.get(patient);
    if (earlier !== undefined && earlier !== series) {
      throw new InputError(
        `${path}, row ${line}: ${patient} has ${earlier} in a row above, and ${series} here; keep one`,
      );
    }
    chosen.set(patient, series);
  }
  return chosen;
}
