import { join } from "node:path";
import { InputError } from "@ctsurv/base/mod.ts";
import {
  type Displayable,
  type Figure,
  type LearningCurve,
  learningCurveFigure,
  learningCurveTable,
  type LearningPoint,
  namedMessages,
  readLearningCurve,
  writeLearningCurve,
} from "@ctsurv/report/mod.ts";
import type { CrossValidation } from "@ctsurv/training/mod.ts";
import { comparedCohort, displayAs, fileNameOf } from "../_facts.ts";
import { pairedWithinFolds } from "../laws/compare_laws.ts";
import type { Choices } from "../protocol/choices.ts";
import { findRow, refuseFusion } from "../rows/rows.ts";
import type { Study } from "../study.ts";

/** A learning curve, as it stands in its file. */
export interface StudyLearningCurve extends Displayable {
  /** What `learning_curve.json` holds. */
  readonly result: LearningCurve;
  /** Ctd within folds over the number of training patients. */
  readonly figure: Figure;
}

/** Options of {@linkcode learningCurve}. */
export interface LearningCurveOptions {
  /** The row of Table 1. @default {"efficientnet_b0"} */
  readonly model?: string;
  /** Parts of each fold's training patients, above 0 and below 1. @default {0.25, 0.5, 0.75} */
  readonly shares?: readonly number[];
}

/**
 * Cross-validates a row with a part of each fold's training patients: how much would more patients help? The patients who
 * are tested are the same at every point, so the points are compared in pairs. Each fold draws its patients once, with the
 * shares of deaths kept, and a smaller part is a part of the larger one.
 *
 * The number of epochs stays, so fewer patients also mean fewer steps, as they would for a group with a smaller cohort.
 * Writes `learning_curve.json` and the figure (for other models than EfficientNet-B0 with the model's name).
 *
 * @throws {InputError} If there is no such row, it has no images, or a share is not above 0 and below 1.
 */
export async function learningCurve(
  study: Study,
  { model = "efficientnet_b0", shares = [.25, .5, .75] }: LearningCurveOptions = {},
): Promise<StudyLearningCurve> {
  const wrong = shares.find((share) => !(share > 0 && share < 1));
  if (wrong !== undefined) {
    throw new InputError(`A share of the training patients is above 0 and below 1, not ${wrong}`);
  }
  const row = findRow(model);
  const { choices } = study.protocol;
  if (row.backbone === undefined) throw new InputError(`${model} has no images: its learning curve is not drawn here`);
  refuseFusion(row, "The learning curve");
  const features = await study.features(row.backbone);
  const head = row.aggregation ? { aggregation: row.aggregation } : {};
  const all = await study.crossValidate(features, head);
  const { patients } = features;
  const least = patients.length - Math.max(...all.folds.map((fold) => fold.patients));
  const points: LearningPoint[] = [];
  const messages: string[] = [];
  for (const share of shares.toSorted((a, b) => a - b)) {
    const trainingPatients = Math.round(share * least);
    if (trainingPatients < 2) continue;
    const title = `${row.name}, ${trainingPatients} training patients`;
    const part = await study.crossValidate(features, { ...head, trainingPatients, title });
    messages.push(...namedMessages(`${trainingPatients} training patients`, part.messages));
    points.push({
      share,
      ...pointOf(part, trainingPatients, choices),
      difference: pairedWithinFolds(part, all, choices),
    });
  }
  const mean = patients.length * (all.folds.length - 1) / all.folds.length;
  const name = fileNameOf("learning_curve", row.model);
  const path = join(study.folder, `${name}.json`);
  await writeLearningCurve(path, {
    kind: "learning-curve",
    cohort: comparedCohort(study, features),
    profile: study.profile.name,
    model: row.model,
    points: [...points, { share: 1, ...pointOf(all, mean, choices), difference: null }],
    skipped: features.skipped,
    messages: [...messages, ...namedMessages("all training patients", all.messages)],
    provenance: await study.provenance(features.weights),
  });
  const result = await readLearningCurve(path);
  const figure = await study.save(name, learningCurveFigure(result));
  return { result, figure, ...displayAs(learningCurveTable(result)) };
}

function pointOf(
  { ctdWithinFolds, atHorizon: { ici } }: CrossValidation,
  patients: number,
  { ctd }: Pick<Choices, "ctd">,
): Pick<LearningPoint, "patients" | "ctd" | "ici"> {
  return { patients, ctd: ctdWithinFolds.pre[ctd], ici };
}
