import { type ComparedCohort, type Displayable, jupyterDisplay, type Table, table } from "@ctsurv/report/mod.ts";
import type { Study } from "./study.ts";
import type { StudyFeatures } from "./study_features.ts";

/** The part of a table that notebooks look for, for an object that is shown by it. */
export function displayAs(shown: Table): Displayable {
  return { [jupyterDisplay]: () => shown[jupyterDisplay]() };
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
