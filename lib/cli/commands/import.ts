import { checkOutputFolder, InputError, terminalProgress } from "@ctsurv/base/mod.ts";
import { importCohort, type ImportedCohort, readSeriesChoices } from "@ctsurv/cohort/mod.ts";
import { parseSeriesRules } from "@ctsurv/imaging/mod.ts";
import type { Command } from "../command.ts";
import { parseLeastLung } from "../model_options.ts";

/** `ctsurv import`: turns downloaded images and a clinical table into a cohort. */
export const importCommand: Command = {
  name: "import",
  summary: "Turn a folder of images, such as a download of LUNG1, and a clinical table into a cohort.",
  options: {
    images: { describe: "folder of DICOM series (in any layout) or NIfTI files", value: "DIR", required: true },
    clinical: {
      describe: "the clinical table, with LUNG1's columns or those that --columns describes",
      value: "CSV",
      required: true,
    },
    output: {
      describe: "the cohort's folder: a new one, or an earlier import to replace",
      value: "COHORT",
      required: true,
    },
    name: {
      describe: "the cohort's name (default: LUNG1 if the table is LUNG1's, else the name of the folder)",
      value: "NAME",
    },
    columns: {
      describe: "JSON file that describes the table's columns and values; see docs/COHORTS.md",
      value: "FILE",
    },
    series: {
      describe: "the scan to use of a patient who has several, by SeriesInstanceUID or NIfTI path",
      value: "PATIENT=UID",
      repeatable: true,
    },
    "series-rule": {
      describe:
        "for patients with several CT series: thinnest, thickest, most-slices, fewest-slices, earliest, latest, " +
        "axial, contrast, no-contrast, or several with commas; or a CSV with columns patient and series",
      value: "RULE",
    },
    exclude: { describe: "a patient to leave out, and the reason", value: "PATIENT=REASON", repeatable: true },
    slices: {
      describe:
        "write only these slices of each scan, at half the resolution, into the cohort: middle-5, the five in " +
        "the middle by number (default: the whole scan)",
      value: "CHOICE",
    },
    "least-lung": {
      describe: "mL of lung below which a scan of this cohort is refused, for scans that show a part of the chest " +
        "(default: 300; 20 with --slices)",
      value: "ML",
    },
    copy: { describe: "copy the images into the cohort; without it, the cohort refers to them in their place" },
    "keep-excluded": { describe: "keep the seven patients of LUNG1 that the paper excludes" },
  },
  async run({ options }) {
    const text = (name: string) => typeof options[name] === "string" ? options[name] : undefined;
    const { named, rules } = await readRule(text("series-rule"));
    await checkOutputFolder(String(options.output));
    const imported = await importCohort({
      images: String(options.images),
      clinical: String(options.clinical),
      output: String(options.output),
      name: text("name"),
      columns: text("columns"),
      series: parsePairs("series", text("series"), "LUNG1-001=1.2.3"),
      listedSeries: named,
      seriesRules: rules,
      exclude: parsePairs("exclude", text("exclude"), '"LUNG1-058=made by Plastimatch"'),
      slices: parseSlices(text("slices")),
      leastLung: parseLeastLung(text("least-lung")),
      copy: options.copy === true,
      keepExcluded: options["keep-excluded"] === true,
      progress: terminalProgress(),
    });
    return { text: describe(imported), json: imported };
  },
};

/** Rules, or the series that a table names for each patient. */
async function readRule(rule: string | undefined) {
  if (rule === undefined) return { named: new Map<string, string>(), rules: [] };
  if (/\.(csv|tsv|txt)(\.gz)?$/i.test(rule)) return { named: await readSeriesChoices(rule), rules: [] };
  return { named: new Map<string, string>(), rules: parseSeriesRules(rule) };
}

function parseSlices(slices: string | undefined): "middle-5" | undefined {
  if (slices === undefined || slices === "middle-5") return slices;
  throw new InputError(`--slices ${slices}: choose middle-5, or leave it out for whole scans`);
}

/** The value for each patient, from lines such as "LUNG1-001=1.2.3". */
function parsePairs(option: string, lines: string | undefined, example: string): ReadonlyMap<string, string> {
  const pairs = new Map<string, string>();
  for (const line of lines?.split("\n") ?? []) {
    const [, patient, value] = /^([^=]+)=(.+)$/.exec(line) ?? [];
    if (!patient || !value) throw new InputError(`--${option} ${line}: write it as in ${example}`);
    if (pairs.has(patient)) throw new InputError(`--${option} names ${patient} twice`);
    pairs.set(patient, value);
  }
  return pairs;
}

function describe({ name, dir, patients, segmentations, excluded, record, skipped }: ImportedCohort): string {
  const { clinical, found, leftOut, withoutImage, withoutRow, remarks, oddStages } = record;
  const counts: readonly (readonly [what: string, count: number, note?: string])[] = [
    ["patients in the table", clinical.patients],
    ["  excluded", excluded.length],
    ["  without a CT", withoutImage.length, few(withoutImage)],
    ["  left out", leftOut.length],
    ["  in the cohort", patients.length, few(patients)],
    ["CTs missing from the table", withoutRow.length, few(withoutRow)],
    ["SEG drawn on the CTs", segmentations.SEG],
    ["RTSTRUCT drawn on the CTs", segmentations.RTSTRUCT],
  ];
  const sections: readonly (readonly [title: string, lines: readonly string[]])[] = [
    ["Found", [
      ...found.dicom.map(({ modality, series, images }) =>
        `${modality}: ${series} series, ${images} ${images === 1 ? "image" : "images"}`
      ),
      ...found.nifti > 0 ? [`NIfTI: ${found.nifti} files`] : [],
      ...found.copies > 0 ? [`${found.copies} files are copies of others`] : [],
    ]],
    ["Files skipped", skipped.map(({ reason, files }) => `${files.length}, ${reason}: ${few(files)}`)],
    ["Excluded", excluded.map(({ patient, reason }) => `${patient}: ${reason}`)],
    ["Left out", leftOut.map(({ patient, reason }) => `${patient}: ${reason}`)],
    ["Remarks", shorten(remarks.map(({ patient, remark }) => `${patient}: ${remark}`))],
    [
      "Odd or unknown stages, kept as written",
      shorten(oddStages.map(({ patient, column, value }) => `${patient}: ${column} ${value ?? "NA"}`)),
    ],
  ];
  const width = Math.max(...counts.map(([what]) => what.length)) + 2;
  return [
    `${name} in ${dir}`,
    "",
    ...counts.map(([what, count, note]) =>
      `${what.padEnd(width)}${String(count).padStart(5)}  ${note ?? ""}`.trimEnd()
    ),
    ...sections.flatMap(([title, lines]) => lines.length > 0 ? ["", title, ...lines.map((line) => `  ${line}`)] : []),
    "",
    `Next: CTSURV_COHORT=${dir} deno task reproduce`,
  ].join("\n");
}

function few(names: readonly string[]): string {
  return names.slice(0, 3).join(", ") + (names.length > 3 ? ", …" : "");
}

/** As many lines as fit a screen; cohort.json has all. */
function shorten(lines: readonly string[]): readonly string[] {
  return lines.length <= 15 ? lines : [...lines.slice(0, 15), `and ${lines.length - 15} more, in cohort.json`];
}
