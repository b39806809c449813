import { join } from "node:path";
import { InputError } from "@ctsurv/base/mod.ts";
import {
  type CrossValidationRecord,
  type MultiverseRow,
  readCrossValidation,
  writeCrossValidation,
} from "@ctsurv/report/mod.ts";
import { type CtdReading, type CtdVariant, differenceOfReadings } from "@ctsurv/survival/mod.ts";
import { toSurvivalPredictions } from "@ctsurv/training/mod.ts";
import { scansOf } from "../_facts.ts";
import type { Choices } from "../protocol/choices.ts";
import type { StudyRow } from "../rows/rows.ts";
import type { Study } from "../study.ts";
import type { StudyFeatures } from "../study_features.ts";
import { cohortProof } from "./_cohort_proofs.ts";
import type { KnownEffect, MultiverseChange } from "./multiverse_rows.ts";

/** A choice that is said to be made and changes nothing. */
export class SilentChoice extends InputError {}

/** A row of the multiverse to be made. */
export interface RowToChange {
  readonly row: StudyRow;
  readonly features: StudyFeatures;
  readonly headline: CrossValidationRecord;
  readonly change: MultiverseChange;
}

/** A row whose study is open. */
export interface RowToCompare extends RowToChange {
  readonly known: KnownEffect | undefined;
  /** The headline's. */
  readonly choices: Choices;
}

/**
 * A row of the multiverse, beside the headline.
 *
 * @throws {SilentChoice} If it equals the headline to the last bit though nothing shows that it has to.
 */
export async function compareWithHeadline(
  changed: Study,
  { row, features, headline, change, known, choices }: RowToCompare,
): Promise<MultiverseRow> {
  const needsOwn = known?.effect !== "none" && hasOwnFeatures(changed.protocol.choices, choices);
  const own = needsOwn ? await changed.features(row.backbone!) : features;
  const slug = `${row.model}-${change.name.replace(/[^\w.]+/g, "-")}`;
  const validation = known?.effect === "none" ? headline : await crossValidated(changed, { row, slug, features: own });
  const effect = known ?? findEffect(changed, { validation, headline, change, features, choices, own });
  const patients = patientsOfBoth(validation, headline);
  return {
    name: change.name,
    title: `${change.choice}: ${change.value}`,
    headline: `${choices[change.choice]}`,
    patients: validation.predictions.length,
    ctd: ctdOf(validation, changed.protocol.choices),
    mean: meanOf(validation, changed.protocol.choices),
    difference: differenceOfReadings(
      readingOf(validation, patients, changed.protocol.choices.ctd),
      readingOf(headline, patients, choices.ctd),
    ),
    effect: effect?.effect ?? "moved",
    ...effect && { note: effect.note },
  };
}

/** Whether a study's features are not those of the headline: whether another choice on the way to them differs. */
function hasOwnFeatures(own: Choices, headline: Choices): boolean {
  const choices = ["months", "lungs", "interpolation", "interior", "intensities", "readout", "trunkMode"] as const;
  return choices.some((name) => own[name] !== headline[name]);
}

/** A row's cross-validation: the one on file if it is of the same study and scans, or a new one, which is kept. */
export async function crossValidated(
  study: Study,
  { row, slug, features }: { readonly row: StudyRow; readonly slug: string; readonly features: StudyFeatures },
): Promise<CrossValidationRecord> {
  const folder = join(study.folder, "multiverse");
  const scans = scansOf(features);
  const { machine: _, git: __, ...wanted } = await study.provenance(features.weights);
  const before = await readCrossValidation(folder, slug).catch((error) => {
    if (error instanceof InputError) return undefined;
    throw error;
  });
  if (before) {
    const { machine: _, git: __, ...made } = before.provenance;
    if (before.scans === scans && JSON.stringify(made) === JSON.stringify(wanted)) return before;
  }
  const title = `${row.name}, ${study.protocol.name}`;
  const head = { title, ...row.aggregation && { aggregation: row.aggregation } };
  const validation = await study.crossValidate(features, head);
  const provenance = await study.provenance(features.weights);
  const record = { ...validation, ...scans !== undefined && { scans }, provenance: { ...provenance } };
  await writeCrossValidation(folder, slug, record);
  return record;
}

/** What a change did, where nothing was known beforehand: undefined where predictions moved. */
function findEffect(
  changed: Study,
  { validation, headline, change, features, choices, own }: {
    readonly validation: CrossValidationRecord;
    readonly headline: CrossValidationRecord;
    readonly change: MultiverseChange;
    readonly features: StudyFeatures;
    readonly choices: Choices;
    readonly own: StudyFeatures;
  },
): KnownEffect | undefined {
  if (!haveSamePredictions(validation, headline)) return undefined;
  const { patients } = own;
  const { protocol: { choices: ownChoices }, profile: { folds } } = changed;
  const trainedOn = { patients, headline: features.patients, own: ownChoices, choices, folds };
  const note = cohortProof(change, trainedOn);
  if (note !== undefined) return { effect: "none", note };
  throw new SilentChoice(
    `${change.name} changes nothing: its predictions equal the headline's to the last bit, and nothing shows that they ` +
      "have to. The choice does not reach the computation",
  );
}

function haveSamePredictions(a: CrossValidationRecord, b: CrossValidationRecord): boolean {
  return a.predictions.length === b.predictions.length && a.predictions.every(({ id, fold, survival }, i) => {
    const other = b.predictions[i]!;
    return id === other.id && fold === other.fold && survival.every((s, month) => s === other.survival[month]);
  });
}

/** The patients whom both predict. */
function patientsOfBoth(a: CrossValidationRecord, b: CrossValidationRecord): string[] {
  const ofFirst = new Set(a.predictions.map(({ id }) => id));
  return b.predictions.map(({ id }) => id).filter((id) => ofFirst.has(id));
}

function readingOf(record: CrossValidationRecord, ids: readonly string[], variant: CtdVariant): CtdReading {
  const byId = new Map(record.predictions.map((prediction) => [prediction.id, prediction]));
  const predictions = ids.map((id) => byId.get(id)!);
  return { predictions: toSurvivalPredictions(predictions), folds: predictions.map(({ fold }) => fold), variant };
}

/** Ctd within folds under the reading that a protocol takes. */
export function ctdOf({ ctdWithinFolds }: CrossValidationRecord, { ctd }: Choices) {
  const { value, interval } = ctdWithinFolds!.pre[ctd];
  return { value, interval };
}

/** The mean of the folds' Ctd; of the same predictions under another reading it is not on file. */
function meanOf({ mean, provenance }: CrossValidationRecord, { ctd }: Choices): number | null {
  return provenance.protocol?.choices.ctd === ctd ? mean : null;
}
