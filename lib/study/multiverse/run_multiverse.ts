import { join } from "node:path";
import { InputError, OutputError, writeAtomic } from "@ctsurv/base/mod.ts";
import {
  type CrossValidationRecord,
  type Displayable,
  type Figure,
  type MissingRow,
  multiverseFigure,
  type MultiverseResult,
  type MultiverseRow,
  multiverseTable,
  readCrossValidation,
  writeCrossValidation,
  writeMultiverse,
} from "@ctsurv/report/mod.ts";
import { type CtdReading, type CtdVariant, differenceOfReadings } from "@ctsurv/survival/mod.ts";
import { toSurvivalPredictions } from "@ctsurv/training/mod.ts";
import { comparedCohort, displayAs, fileNameOf, scansOf } from "../_facts.ts";
import type { Choices } from "../protocol/choices.ts";
import { findRow, refuseFusion, type StudyRow } from "../rows/rows.ts";
import { openStudy, type OpenStudyOptions, type Study } from "../study.ts";
import type { StudyFeatures } from "../study_features.ts";
import { cohortProof } from "./_cohort_proofs.ts";
import {
  findChanges,
  type KnownEffect,
  knownEffect,
  type MultiverseChange,
  multiverseChanges,
} from "./multiverse_rows.ts";

/** Options of {@linkcode runMultiverse}. */
export interface MultiverseOptions extends Pick<OpenStudyOptions, "cohorts"> {
  /** The row of Table 1 that is varied. @default {"efficientnet_b0"} */
  readonly model?: string;
  /** Choices or changes by name, such as `seed` or `attention=linear`. @default {all} */
  readonly changes?: readonly string[];
  /** Is told each row as soon as it is there. */
  readonly onRow?: (row: MultiverseRow | MissingRow) => void;
}

/** A multiverse, and where it was written. */
export interface Multiverse extends Displayable {
  /** All that `multiverse.json` holds. */
  readonly result: MultiverseResult;
  /** What each choice moves. */
  readonly figure: Figure;
}

/**
 * Cross-validates one row of Table 1 under each choice of the protocol changed alone, and compares each with the row as it
 * is. Writes `multiverse.json`, `multiverse.md`, `multiverse.csv` and the figure, and keeps every cross-validation under
 * `multiverse/`: an interrupted run goes on where it stopped. One of other scans or patients is made again.
 *
 * @throws {InputError} If there is no such row or choice, or no patient can be used. At the end, if a row equals the
 *   headline to the last bit though nothing shows that it has to: then the choice does not reach the computation, and no
 *   result may claim it.
 */
export async function runMultiverse(
  study: Study,
  { model = "efficientnet_b0", changes, cohorts, onRow }: MultiverseOptions = {},
): Promise<Multiverse> {
  const row = findRow(model);
  if (row.backbone === undefined) throw new InputError(`${model} has no images, so that hardly any choice concerns it`);
  refuseFusion(row, "The multiverse");
  const asked = changes ? findChanges(changes, study.protocol) : multiverseChanges(study.protocol);
  const features = await study.features(row.backbone);
  const headline = await crossValidated(study, { row, slug: model, features });
  const rows: MultiverseRow[] = [];
  const missing: MissingRow[] = [];
  const silent: string[] = [];
  for (const change of asked) {
    const found = await changedRow(study, { row, features, headline, change, cohorts }).catch((error) => {
      if (!(error instanceof InputError) || error instanceof OutputError) throw error;
      if (error instanceof SilentChoice) silent.push(error.message);
      return { name: change.name, reason: error.message };
    });
    if ("reason" in found) missing.push(found);
    else rows.push(found);
    onRow?.(found);
  }
  const { profile, protocol } = study;
  const result: MultiverseResult = {
    kind: "multiverse",
    cohort: comparedCohort(study, features),
    profile: profile.name,
    model,
    headline: { protocol: protocol.name, ctd: ctdOf(headline, protocol.choices), mean: headline.mean },
    rows,
    missing,
    provenance: headline.provenance,
  };
  const file = (extension: string) => join(study.folder, `${fileNameOf("multiverse", model)}.${extension}`);
  await writeMultiverse(file("json"), result);
  const shown = multiverseTable(result);
  await writeAtomic(file("md"), shown.markdown);
  await writeAtomic(file("csv"), shown.csv);
  const figure = await study.save(fileNameOf("multiverse", model), multiverseFigure(result));
  if (silent.length > 0) {
    throw new InputError(
      `${silent.join(".\n")}. No result with it can be trusted. All other rows are in ${file("md")}`,
    );
  }
  return { result, figure, ...displayAs(shown) };
}

/** A choice that is said to be made and changes nothing. */
class SilentChoice extends InputError {}

interface RowToChange {
  readonly row: StudyRow;
  readonly features: StudyFeatures;
  readonly headline: CrossValidationRecord;
  readonly change: MultiverseChange;
  readonly cohorts: string | undefined;
}

async function changedRow(
  study: Study,
  { row, features, headline, change, cohorts }: RowToChange,
): Promise<MultiverseRow> {
  const { environment, protocol: { choices } } = study;
  const { backbone, weights } = features;
  const { aggregation } = row;
  const trained = weights.kind === "pretrained";
  const known = knownEffect(change, { ...backbone, trained, choices, ...aggregation && { aggregation } });
  const set = [...environment.set.filter((one) => one.split("=")[0]!.trim() !== change.choice), change.name];
  const changed = await openStudy({
    environment: { ...environment, set },
    beside: study,
    ...cohorts !== undefined && { cohorts },
  });
  try {
    return await compareWithHeadline(changed, { row, features, headline, change, known, choices });
  } finally {
    if (changed.segmenter !== study.segmenter) await changed.segmenter.dispose();
  }
}

interface RowToCompare extends Omit<RowToChange, "cohorts"> {
  readonly known: KnownEffect | undefined;
  /** The headline's. */
  readonly choices: Choices;
}

async function compareWithHeadline(
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
async function crossValidated(
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

function ctdOf({ ctdWithinFolds }: CrossValidationRecord, { ctd }: Choices) {
  const { value, interval } = ctdWithinFolds!.pre[ctd];
  return { value, interval };
}

/** The mean of the folds' Ctd; of the same predictions under another reading it is not on file. */
function meanOf({ mean, provenance }: CrossValidationRecord, { ctd }: Choices): number | null {
  return provenance.protocol?.choices.ctd === ctd ? mean : null;
}
