import { sha256, writeAtomic } from "@ctsurv/base/mod.ts";
import { type ComparedCohort, type Displayable, jupyterDisplay, type Table, table } from "@ctsurv/report/mod.ts";
import type { Study } from "./study.ts";
import type { StudyFeatures } from "./study_features.ts";

/** The part of a table that notebooks look for, for an object that is shown by it. */
export function displayAs(shown: Table): Displayable {
  return { [jupyterDisplay]: () => shown[jupyterDisplay]() };
}

/** Writes a table as Markdown and as CSV, beside the JSON of its result: `<path>.md` and `<path>.csv`. */
export async function writeTable(path: string, { markdown, csv }: Pick<Table, "markdown" | "csv">): Promise<void> {
  await writeAtomic(`${path}.md`, markdown);
  await writeAtomic(`${path}.csv`, csv);
}

/** Names and values, one below the other. */
export function factsTable(
  caption: string,
  facts: readonly (readonly [name: string, value: string | number])[],
): Table {
  return table(facts, [
    { label: caption, value: ([name]) => name },
    { label: "", value: ([, value]) => `${value}` },
  ]);
}

/** A result's file without the extension: `losses` for the headline of Table 1, `losses_<model>` for other rows. */
export function fileNameOf(result: string, model: string): string {
  return model === "efficientnet_b0" ? result : `${result}_${model}`;
}

/** The cohort that a result is of, for its file. */
export function comparedCohort(
  { cohort: { name, hash } }: Pick<Study, "cohort">,
  { patients, deaths }: Pick<StudyFeatures, "patients" | "deaths">,
): ComparedCohort {
  return { name, hash, patients: patients.length, events: deaths };
}

/**
 * Tells features of some scans from those of others. A cohort's hash knows which images there are, and nothing of what is
 * in them.
 *
 * @returns SHA-256 over the patients who are used, their follow-up and the keys of their slices, see `preprocessCached`,
 *   and over the names of those who are left out. Undefined without scans, as of external features, whose own hash says
 *   it.
 */
export function scansOf(
  { patients, slices, skipped }: Pick<StudyFeatures, "patients" | "slices" | "skipped">,
): string | undefined {
  if (slices.length === 0) return undefined;
  const used = patients.map(({ id, followUp: { months, event } }, i) => [id, months, event, slices[i]!.key]);
  return sha256(JSON.stringify([used, skipped.map(({ patient }) => patient)]));
}
