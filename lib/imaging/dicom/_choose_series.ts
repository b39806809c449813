import { InputError } from "@ctsurv/base/mod.ts";
import type { DicomHeader } from "./header.ts";
import { describeSeries, describeSingles, readSeriesFacts, type SeriesOfPatient } from "./series.ts";

/** If a folder holds several CT series, the only one with at least this many slices is the scan. */
const FEWEST_SLICES = 10;
/** Most series that a message lists. */
const LISTED = 20;

/** The files of one series. */
export type Series = readonly [DicomHeader, ...DicomHeader[]];

/**
 * Finds the CT series among the files of a folder. RTSTRUCT, SEG, localizers and other files are set aside, and the
 * warnings list them.
 *
 * @param wanted SeriesInstanceUID of the series to take, if there are several.
 * @throws {InputError} If there is no CT, or there are several series and it is not clear which is the scan.
 */
export function chooseSeries(
  path: string,
  headers: readonly DicomHeader[],
  wanted: string | undefined,
  warnings: string[],
): Series {
  const scans = selectCt(headers, warnings);
  const aside = countOthers(headers, new Set(scans));
  const series = Map.groupBy(scans, (header) => header.series) as Map<string, [DicomHeader, ...DicomHeader[]]>;
  if (series.size === 0) throw new InputError(`${path}: no CT image, only ${aside}`);
  if (aside) warnings.push(`set aside beside the CT: ${aside}`);
  refuseSeveralPatients(path, wanted === undefined ? scans : series.get(wanted) ?? []);

  if (wanted !== undefined) {
    const named = series.get(wanted);
    if (!named) throw new InputError(`${path}: no CT series ${wanted}. There is:${list(series)}`);
    return named;
  }
  const all = [...series.values()];
  const large = all.filter((files) => countSlices(files) >= FEWEST_SLICES);
  const chosen = all.length === 1 ? all[0] : large.length === 1 ? large[0] : undefined;
  if (!chosen) {
    const singles = describeSingles(describable(series));
    if (singles) throw new InputError(`${path}: ${singles}`);
    throw new InputError(
      `${path}: ${series.size} CT series. Choose one by its UID (--series, or the option "series"), or give its ` +
        `folder:${list(series)}`,
    );
  }
  if (all.length > 1) {
    warnings.push(`read the only CT series with at least ${FEWEST_SLICES} slices of:${list(series)}`);
  }
  return chosen;
}

function refuseSeveralPatients(path: string, scans: readonly DicomHeader[]): void {
  const patients = Map.groupBy(scans, (header) => header.patient);
  if (patients.size < 2) return;
  if (patients.size > 2 && patients.size === scans.length) {
    throw new InputError(
      `${path}: each of ${scans.length} CT images has a PatientID of its own, as some anonymisers leave them. Anonymise ` +
        "again with one PatientID per patient, or convert the folder to NIfTI",
    );
  }
  const names = [...patients].slice(0, LISTED).map(([patient, files]) =>
    `${patient || "(none)"} (${countFiles(files)})`
  );
  throw new InputError(
    `${path}: CT of ${patients.size} patients, by their PatientID: ${names.join(", ")}. Give the folder of one`,
  );
}

function selectCt(headers: readonly DicomHeader[], warnings: string[]): readonly DicomHeader[] {
  const slices = headers.filter((header) => !header.isLocalizer);
  const scans = slices.filter((header) => header.modality === "CT");
  if (scans.length > 0) return scans;
  const nameless = slices.filter((header) => header.modality === "" && header.tags.pixels() !== undefined);
  if (nameless.length > 0) warnings.push("the files do not say their Modality; they are taken for CT");
  return nameless;
}

function countOthers(headers: readonly DicomHeader[], scans: ReadonlySet<DicomHeader>): string {
  const others = headers.filter((header) => !scans.has(header));
  const kinds = Map.groupBy(others, (header) => header.isLocalizer ? "localizer" : header.modality || "no modality");
  return [...kinds].map(([kind, files]) => `${kind} (${countFiles(files)})`).join(", ");
}

function describable(series: ReadonlyMap<string, Series>): SeriesOfPatient[] {
  return [...series].map(([uid, files]) => ({ uid, slices: countSlices(files), ...readSeriesFacts(files[0].tags) }));
}

function list(series: ReadonlyMap<string, Series>): string {
  const lines = describable(series).slice(0, LISTED).map((one) => `\n  ${describeSeries(one)}`);
  return lines.join("") + (series.size > LISTED ? `\n  and ${series.size - LISTED} more` : "");
}

/** An enhanced CT has all its slices in one file. */
function countSlices(files: Series): number {
  return files.reduce((sum, { tags }) => sum + (tags.optional("NumberOfFrames") ?? 1), 0);
}

function countFiles(files: readonly unknown[]): string {
  return `${files.length} ${files.length === 1 ? "file" : "files"}`;
}
