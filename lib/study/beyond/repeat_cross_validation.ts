import { join } from "node:path";
import { InputError } from "@ctsurv/base/mod.ts";
import {
  type Displayable,
  namedMessages,
  readRepeats,
  type RepeatedScore,
  type Repeats,
  repeatsTable,
  type RepeatTest,
  writeRepeats,
} from "@ctsurv/report/mod.ts";
import { compareRepeats, type CtdVariant, type FoldScores } from "@ctsurv/survival/mod.ts";
import type { CrossValidation } from "@ctsurv/training/mod.ts";
import { comparedCohort, displayAs } from "../_facts.ts";
import { findRow, refuseFusion, type StudyRow } from "../rows/rows.ts";
import { openStudy, type OpenStudyOptions } from "../open_study.ts";
import type { Study } from "../study.ts";

/** Options of {@linkcode repeatCrossValidation}. */
export interface RepeatOptions extends Pick<OpenStudyOptions, "cohorts"> {
  /** Two rows of Table 1 on the same backbone. @default {soft attention and average pooling on EfficientNet-B0} */
  readonly models?: readonly [first: string, second: string];
  /** How often all folds are trained, the study's own folds among them. @default {5} */
  readonly repeats?: number;
}

/** A repeated cross-validation, as it stands in its file. */
export interface StudyRepeats extends Displayable {
  /** What `repeats.json` holds. */
  readonly result: Repeats;
}

/** A row of a repeated cross-validation: it has images. */
export interface RepeatedRow extends StudyRow {
  /** The frozen network, the same of both rows. */
  readonly backbone: string;
}

const DEFAULT_ROWS = ["efficientnet_b0", "average_pooling"] as const;

/**
 * The rows of a repeated cross-validation, before anything is opened or trained.
 *
 * @returns The two rows, which have one backbone.
 * @throws {InputError} If a row is not there, the two are the same or have not the same backbone, or there is no repetition.
 */
export function checkRepeats(
  { models: [first, second], repeats }: Required<Pick<RepeatOptions, "models" | "repeats">>,
): readonly [first: RepeatedRow, second: RepeatedRow] {
  if (!(Number.isInteger(repeats) && repeats >= 1)) {
    throw new InputError(`A cross-validation is repeated a whole number of times from 1, not ${repeats}`);
  }
  const rows = [findRow(first), findRow(second)] as const;
  for (const row of rows) refuseFusion(row, "A repeated cross-validation");
  const [{ backbone, model }, other] = rows;
  if (model === other.model) throw new InputError(`${first} and ${second} are the same row: name two that differ`);
  if (backbone === undefined || backbone !== other.backbone) {
    throw new InputError(`${first} and ${second} have not the same features: name two rows of one backbone`);
  }
  return [{ ...rows[0], backbone }, { ...rows[1], backbone }];
}

/**
 * Repeats the cross-validation of two rows with other folds and other first weights, and compares them by the corrected
 * resampled t-test over the folds of all repetitions. Repetition k adds k - 1 to the study's seeds of folds and training;
 * the first is the study's own. Writes `repeats.json`, for other rows than the default ones with their names.
 *
 * One cross-validation deals the patients once. How much its number owes to that deal, only another deal shows.
 *
 * @throws {InputError} If a row is not there, the two are the same or have not the same backbone, or there is no repetition.
 */
export async function repeatCrossValidation(
  study: Study,
  { models = DEFAULT_ROWS, repeats = 5, cohorts }: RepeatOptions = {},
): Promise<StudyRepeats> {
  const rows = checkRepeats({ models, repeats });
  const { backbone } = rows[0];
  const features = await study.features(backbone);
  const { environment, protocol: { choices: { seed, foldSeed, ctd } } } = study;
  const repetitions: Repeats["repetitions"][number][] = [];
  const messages: string[] = [];
  const scores: (readonly [FoldScores, FoldScores])[] = [];
  for (let k = 0; k < repeats; k++) {
    const seeds = { foldSeed: foldSeed + k, seed: seed + k };
    const kept = environment.set.filter((one) => !Object.hasOwn(seeds, one.split("=")[0]!.trim()));
    const set = [...kept, ...Object.entries(seeds).map(([name, value]) => `${name}=${value}`)];
    const dealt = k === 0 ? study : await openStudy({
      environment: { ...environment, set },
      beside: study,
      ...cohorts !== undefined && { cohorts },
    });
    const runs: CrossValidation[] = [];
    for (const { name, aggregation } of rows) {
      const title = `${name}, repetition ${k + 1} of ${repeats}`;
      const run = await dealt.crossValidate(features, { title, ...aggregation && { aggregation } });
      messages.push(...namedMessages(title, run.messages));
      runs.push(run);
    }
    const [first, second] = runs as [CrossValidation, CrossValidation];
    repetitions.push({ ...seeds, first: scoreOf(first, ctd), second: scoreOf(second, ctd) });
    scores.push([foldScores(first), foldScores(second)]);
  }
  const path = join(study.folder, `${fileNameOfRows(rows)}.json`);
  await writeRepeats(path, {
    kind: "repeats",
    cohort: comparedCohort(study, features),
    profile: study.profile.name,
    models: [rows[0].name, rows[1].name],
    repetitions,
    once: testOf(scores.slice(0, 1)),
    together: testOf(scores),
    skipped: features.skipped,
    messages,
    provenance: await study.provenance(features.weights),
  });
  const result = await readRepeats(path);
  return { result, ...displayAs(repeatsTable(result)) };
}

/** `repeats` for the default rows, with the names of others. */
function fileNameOfRows(rows: readonly StudyRow[]): string {
  const models = rows.map(({ model }) => model);
  return models.every((model, i) => model === DEFAULT_ROWS[i]) ? "repeats" : ["repeats", ...models].join("_");
}

function testOf(repetitions: Parameters<typeof compareRepeats>[0]): RepeatTest | null {
  const test = compareRepeats(repetitions);
  if (test === null) return null;
  const { statistic: _, p, ...rest } = test;
  return { ...rest, p: Number.isNaN(p) ? null : p };
}

function scoreOf({ ctdWithinFolds, mean }: CrossValidation, variant: CtdVariant): RepeatedScore {
  return { withinFolds: ctdWithinFolds.pre[variant].value, mean };
}

function foldScores({ folds }: CrossValidation): FoldScores {
  return {
    folds: folds.map(({ fold, patients, ctd }) => ({ fold: `${fold}`, patients, value: ctd.value })),
    summary: null,
  };
}
