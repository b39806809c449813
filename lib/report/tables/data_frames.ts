import type { DataFrame } from "danfojs-node";
import { InputError } from "@ctsurv/base/mod.ts";
import type { ClinicalRecord } from "@ctsurv/cohort/table/mod.ts";
import { followUp } from "@ctsurv/features/mod.ts";
import { daysToMonths, type FollowUp, HORIZON_MONTHS } from "@ctsurv/survival/mod.ts";
import { jupyterDisplay } from "../displayable.ts";
import type { Table1Result } from "../results/table1.ts";
import { type FrameLike, frameTable } from "./frame_table.ts";
import type { TableValue } from "./table.ts";

/**
 * Rows as a danfo.js data frame, for exploring in a notebook: `groupby`, `describe`, `query`, `sortValues`. A frame or
 * a series that ends a cell is shown by {@linkcode frameTable}. danfo.js takes over half a second to import (it brings a
 * second build of TensorFlow.js), so it is imported when first asked for.
 *
 * A missing number becomes NaN, because danfo's `groupby` would add null as 0. The mean of a group with NaN is NaN;
 * `dropNa({ axis: 1 })` drops such rows first. A missing text stays null.
 *
 * @param rows Their keys are the columns, in the order in which they first appear. A row need not have all of them.
 * @throws {InputError} If a column is named like a member of danfo's frames, such as `mean` or `size`: each column
 *   becomes a property of the frame and would hide the member.
 */
export async function toDataFrame(rows: readonly Readonly<Record<string, TableValue>>[]): Promise<DataFrame> {
  const { DataFrame, NDframe } = await import("danfojs-node");
  showFrames(NDframe.prototype);
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const taken = columns.filter((column) => column in DataFrame.prototype);
  if (taken.length > 0) {
    throw new InputError(`A data frame has members named ${taken.join(", ")}: give these columns other names`);
  }
  const missing = new Map(columns.map((column) => [column, isText(rows, column) ? null : NaN]));
  return new DataFrame(rows.map((row) => columns.map((column) => row[column] ?? missing.get(column))), { columns });
}

function isText(rows: readonly Readonly<Record<string, TableValue>>[], column: string): boolean {
  return rows.some((row) => typeof row[column] === "string");
}

/** Makes notebooks show what `groupby` and `column` give, not only frames made here: `base` is the class of them all. */
function showFrames(base: object): void {
  Object.defineProperty(base, jupyterDisplay, {
    configurable: true,
    value(this: FrameLike) {
      return frameTable(this)[jupyterDisplay]();
    },
  });
}

/**
 * The clinical table as a data frame, one row per patient in the order of the cohort:
 *
 * - `patient`: PatientID
 * - `age`: years, NaN where unknown
 * - `sex`, `stage` (overall), `histology`: as written, null where unknown
 * - `survivalMonths`: months of 30.4375 days from the scan to death or to the last contact
 * - `dead`: 1 if `survivalMonths` ended in death, 0 if the patient was alive then
 * - `followUpMonths`, `event`: the follow-up that models are trained on, which ends at 24 months. 1: died by then
 * - `outcome`: the same in words: "died within 24 months", "alive at 24 months" or "lost to follow-up"
 *
 * @throws {InputError} If a survival time is negative or not finite.
 */
export async function clinicalFrame(
  { patients }: { readonly patients: readonly { readonly record: ClinicalRecord }[] },
): Promise<DataFrame> {
  return await toDataFrame(patients.map(({ record }) => {
    const { patient, age, gender, overallStage, histology, survivalDays, dead } = record;
    const { months, event } = followUp(record);
    return {
      patient,
      age,
      sex: gender,
      stage: overallStage,
      histology,
      survivalMonths: daysToMonths(survivalDays),
      dead: dead ? 1 : 0,
      followUpMonths: months,
      event,
      outcome: outcomeOf({ months, event }),
    };
  }));
}

function outcomeOf({ months, event }: FollowUp): string {
  if (event === 1) return `died within ${HORIZON_MONTHS} months`;
  return months === HORIZON_MONTHS ? `alive at ${HORIZON_MONTHS} months` : "lost to follow-up";
}

/**
 * The results behind Table 1 as a data frame, one row per model in the order of the results:
 *
 * - `cohort`, `profile`, `patients`, `events`: what the model was cross-validated on; the same in each row
 * - `model`, `name`: for programs and for people
 * - `weights` ("seeded", "phantom", "pretrained" or "trained"), `weightsHash`
 * - `view` ("slice" or "volume"), `slices` (a number as text, or "all"), `pixels` (rows and columns of a slice): what
 *   the model sees of a patient
 * - `folds`: how many
 * - `ctdMean`, `ctdStdSample` (divided by n - 1), `ctdStdPopulation` (divided by n): over the folds that have a Ctd
 * - `ctdPooled`, `ctdLow`, `ctdHigh`: Ctd over all out-of-fold predictions together, with its 95 % interval
 * - `seconds`: wall time of features and training
 *
 * A number that the results do not have is NaN.
 */
export async function resultsFrame({ cohort, profile, models }: Table1Result): Promise<DataFrame> {
  return await toDataFrame(
    models.map(({ model, name, weights, view, folds, mean, stdSample, stdPopulation, pooled, seconds }) => ({
      cohort: cohort.name,
      profile,
      patients: cohort.patients,
      events: cohort.events,
      model,
      name,
      weights: weights.kind,
      weightsHash: weights.hash,
      view: view.kind,
      slices: `${view.slices}`,
      pixels: view.size,
      folds: folds.length,
      ctdMean: mean,
      ctdStdSample: stdSample,
      ctdStdPopulation: stdPopulation,
      ctdPooled: pooled.value,
      ctdLow: pooled.interval[0],
      ctdHigh: pooled.interval[1],
      seconds,
    })),
  );
}
