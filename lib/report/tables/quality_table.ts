import type { QualityRow, ScanMeasurements } from "@ctsurv/imaging/mod.ts";
import { type Table, table, type TableColumn, type TableValue } from "./table.ts";

const ORDER: readonly QualityRow["status"][] = ["refused", "flagged", "ok"];

/**
 * Shows quality control to people: refused patients first, then flagged ones, with the reasons.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import type { QualityRow } from "@ctsurv/ctsurv/imaging";
 * import { qualityCsv, qualityTable } from "@ctsurv/ctsurv/report";
 *
 * const rows: QualityRow[] = [{ patient: "LUNG1-001", status: "refused", reasons: ["no lung"], measured: null }];
 * assertEquals(qualityTable(rows).csv.split("\r\n")[1], "LUNG1-001,refused,,,,,,,no lung");
 * assertEquals(qualityCsv(rows).startsWith("patient,status,reasons,kind,scanner,"), true);
 * ```
 */
export function qualityTable(rows: readonly QualityRow[], caption?: string): Table {
  const sorted = [...rows].sort((a, b) => ORDER.indexOf(a.status) - ORDER.indexOf(b.status));
  return table(sorted, [
    { label: "Patient", value: ({ patient }) => patient },
    { label: "Status", value: ({ status }) => status },
    measured("Slices", ({ slices }) => slices),
    measured("Spacing, mm", ({ spacing }) => spacing.map((mm) => mm.toFixed(2)).join(" × ")),
    measured("Kept", ({ kept, first, last }) => `${kept} (${first} to ${last})`),
    measured("Right, mL", ({ rightVolume }) => Math.round(rightVolume)),
    measured("Left, mL", ({ leftVolume }) => Math.round(leftVolume)),
    measured("Crop, mm", ({ boxSize }) => boxSize.map(Math.round).join(" × ")),
    { label: "Why", value: ({ reasons }) => reasons.map(oneLine).join("; ") },
  ], caption);
}

/**
 * Writes quality control for programs, as CSV (RFC 4180): every measurement, one row per patient in the order given.
 * The column names have the units. The example of {@linkcode qualityTable} shows it.
 */
export function qualityCsv(rows: readonly QualityRow[]): string {
  return table(rows, [
    { label: "patient", value: ({ patient }) => patient },
    { label: "status", value: ({ status }) => status },
    { label: "reasons", value: ({ reasons }) => reasons.map(oneLine).join("; ") },
    measured("kind", ({ kind }) => kind),
    measured("scanner", ({ scanner }) => scanner),
    measured("kernel", ({ kernel }) => kernel),
    measured("slices", ({ slices }) => slices),
    measured("slice_spacing_mm", ({ spacing }) => spacing[0]),
    measured("row_spacing_mm", ({ spacing }) => spacing[1]),
    measured("column_spacing_mm", ({ spacing }) => spacing[2]),
    measured("least_gap_mm", ({ gaps }) => gaps && gaps[0]),
    measured("most_gap_mm", ({ gaps }) => gaps && gaps[1]),
    measured("oblique_degrees", ({ oblique }) => oblique),
    measured("orientation", ({ orientation }) => orientation),
    measured("hu_min", ({ huRange }) => huRange[0]),
    measured("hu_max", ({ huRange }) => huRange[1]),
    measured("resampled_slices", ({ resampledSlices }) => resampledSlices),
    measured("kept", ({ kept }) => kept),
    measured("first", ({ first }) => first),
    measured("last", ({ last }) => last),
    measured("thin_slices", ({ thinSlices }) => thinSlices),
    measured("cut_at_base", ({ cutAtBase }) => cutAtBase),
    measured("cut_at_apex", ({ cutAtApex }) => cutAtApex),
    measured("lung_ml", ({ lungVolume }) => lungVolume),
    measured("right_ml", ({ rightVolume }) => rightVolume),
    measured("left_ml", ({ leftVolume }) => leftVolume),
    measured("missed_ml", ({ missedLung }) => missedLung),
    measured("body_ml", ({ bodyVolume }) => bodyVolume),
    measured("body_at_edge_mm", ({ bodyAtEdge }) => bodyAtEdge),
    measured("crop_rows_mm", ({ boxSize }) => boxSize[0]),
    measured("crop_columns_mm", ({ boxSize }) => boxSize[1]),
    measured("clipped_low", ({ clipped }) => clipped[0]),
    measured("clipped_high", ({ clipped }) => clipped[1]),
    measured("warnings", ({ warnings }) => warnings.map(oneLine).join("; ")),
    measured("fingerprint", ({ fingerprint }) => fingerprint),
  ]).csv;
}

/** A column that is empty for refused patients. */
function measured(label: string, value: (scan: ScanMeasurements) => TableValue): TableColumn<QualityRow> {
  return { label, value: ({ measured }) => measured && value(measured) };
}

/** Makes one line of a message: some list several series, one per line. */
function oneLine(text: string): string {
  return text.replace(/\s+/g, " ");
}
