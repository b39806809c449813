import { InputError } from "@ctsurv/base/mod.ts";
import { cross, norm, type Vector } from "../volume/_affine.ts";
import type { DicomTags } from "./_tags.ts";

/** What tells the CT series of a patient apart, as far as one of its images gives it. Texts are empty if it does not. */
export interface SeriesFacts {
  /** Day of the series, or else of its acquisition or study: "2006-09-24". */
  readonly date: string;
  /** SliceThickness (0018,0050), mm. */
  readonly thickness: number | null;
  /** ConvolutionKernel (0018,1210). */
  readonly kernel: string;
  /** How slices lie: "axial", "coronal", "sagittal" or "oblique". */
  readonly plane: string;
  /** ContrastBolusAgent (0018,0010). */
  readonly contrast: string;
  /** SeriesDescription (0008,103E). */
  readonly description: string;
}

/** A CT series among those of a patient. */
export interface SeriesOfPatient extends SeriesFacts {
  /** SeriesInstanceUID; empty if the files have none. */
  readonly uid: string;
  /** Slices in it, copies counted once. */
  readonly slices: number;
}

/** The facts of a series from one of its images. */
export function readSeriesFacts(tags: DicomTags): SeriesFacts {
  const thickness = tags.optional("SliceThickness");
  return {
    date: dateOf(tags.text("SeriesDate") || tags.text("AcquisitionDate") || tags.text("StudyDate")),
    thickness: thickness !== undefined && thickness > 0 ? thickness : null,
    kernel: tags.text("ConvolutionKernel"),
    plane: planeOf(tags.text("ImageOrientationPatient")),
    contrast: tags.text("ContrastBolusAgent"),
    description: tags.text("SeriesDescription"),
  };
}

/** DICOM's 20060924, or 2006.09.24 of old files, as 2006-09-24. */
function dateOf(text: string): string {
  const [, year, month, day] = /^(\d{4})\.?(\d\d)\.?(\d\d)$/.exec(text) ?? [];
  return year ? `${year}-${month}-${day}` : text;
}

/** The plane that the normal of the slices is perpendicular to, within 20 degrees. */
function planeOf(orientation: string): string {
  const numbers = orientation.split("\\").map(Number);
  if (numbers.length !== 6 || !numbers.every(Number.isFinite)) return "";
  const normal = cross(numbers.slice(0, 3) as unknown as Vector, numbers.slice(3) as unknown as Vector);
  const main = normal.findIndex((value) => Math.abs(value) > 0.94 * norm(normal));
  return ["sagittal", "coronal", "axial"][main] ?? "oblique";
}

/** A series as lists show it: its UID, and what tells it apart. */
export function describeSeries(series: SeriesOfPatient): string {
  const { uid, slices, date, thickness, kernel, plane, contrast, description } = series;
  const facts = [
    `${slices} ${slices === 1 ? "slice" : "slices"}`,
    date,
    thickness === null ? "" : `${Number(thickness.toFixed(3))} mm`,
    plane,
    kernel && `kernel ${kernel.replaceAll("\\", " ")}`,
    contrast && `contrast ${contrast}`,
    description && `"${description}"`,
  ];
  return `${uid || "(no UID)"} (${facts.filter(Boolean).join(", ")})`;
}

/** What to say where every image has a series of its own; undefined otherwise. */
export function describeSingles(series: readonly SeriesOfPatient[]): string | undefined {
  if (series.length < 3 || series.some(({ slices }) => slices !== 1)) return undefined;
  return `each of ${series.length} CT images is a series of its own (SeriesInstanceUID differs from slice to slice), as ` +
    "some anonymisers leave them. Anonymise again with one SeriesInstanceUID per series, or convert the folder to NIfTI";
}

/** A rule that chooses among the series of a patient; see {@linkcode parseSeriesRules}. */
export type SeriesRule =
  | "thinnest"
  | "thickest"
  | "most-slices"
  | "fewest-slices"
  | "earliest"
  | "latest"
  | "axial"
  | "contrast"
  | "no-contrast";

/** Every rule takes the series that it prefers; several, if they are alike in what it looks at. */
const rules: Readonly<Record<SeriesRule, (series: readonly SeriesOfPatient[]) => SeriesOfPatient[]>> = {
  thinnest: (series) => extreme(series, ({ thickness }) => thickness, Math.min),
  thickest: (series) => extreme(series, ({ thickness }) => thickness, Math.max),
  "most-slices": (series) => extreme(series, ({ slices }) => slices, Math.max),
  "fewest-slices": (series) => extreme(series, ({ slices }) => slices, Math.min),
  earliest: (series) => extreme(series, dayOf, Math.min),
  latest: (series) => extreme(series, dayOf, Math.max),
  axial: (series) => series.filter(({ plane }) => plane === "axial"),
  contrast: (series) => series.filter(({ contrast }) => hasContrast(contrast)),
  "no-contrast": (series) => series.filter(({ contrast }) => !hasContrast(contrast)),
};

function extreme(
  series: readonly SeriesOfPatient[],
  value: (series: SeriesOfPatient) => number | null,
  best: (...values: number[]) => number,
): SeriesOfPatient[] {
  const values = series.flatMap((one) => value(one) ?? []);
  return values.length === 0 ? [] : series.filter((one) => value(one) === best(...values));
}

function dayOf({ date }: SeriesOfPatient): number | null {
  return /^\d{4}-\d\d-\d\d$/.test(date) ? Number(date.replaceAll("-", "")) : null;
}

function hasContrast(agent: string): boolean {
  return agent !== "" && !/^(no|none|without|n|0)$/i.test(agent);
}

/**
 * Reads rules as they are written: "thinnest", or several, "axial,thinnest,most-slices", each of which chooses among
 * those that the one before it left.
 *
 * @throws {InputError} If there is no such rule. The message lists all of them.
 */
export function parseSeriesRules(text: string): SeriesRule[] {
  return text.split(",").map((name) => {
    const rule = name.trim();
    if (rule in rules) return rule as SeriesRule;
    throw new InputError(
      `"${rule}" is no rule that chooses a series; there are ${Object.keys(rules).join(", ")}. ` +
        "Several are written with commas: axial,thinnest",
    );
  });
}

/**
 * The series that rules choose, one rule after the other. A rule that fits none, because no series says what it looks
 * at, leaves those there were.
 */
export function applySeriesRules<Series extends SeriesOfPatient>(
  series: readonly Series[],
  given: readonly SeriesRule[],
): Series[] {
  return given.reduce<readonly Series[]>((left, rule) => {
    const chosen = rules[rule](left) as Series[];
    return chosen.length > 0 ? chosen : left;
  }, series) as Series[];
}
