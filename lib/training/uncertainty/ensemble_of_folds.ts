import { InputError } from "@ctsurv/base/mod.ts";
import { concordance, type CtdVariant, curveSpread } from "@ctsurv/survival/mod.ts";
import { assembleFolds, type CrossValidation } from "../cross_validation/cross_validate.ts";
import { type OutOfFoldPrediction, toSurvivalPredictions } from "../cross_validation/fold_outcome.ts";

/** Several cross-validations as one. */
export interface FoldEnsemble {
  /** That of the mean curves: in each fold, an ensemble of the models that were trained without its patients. */
  readonly validation: CrossValidation;
  /** [patients][members]: the curves of each patient, in the order of the patients. */
  readonly curves: readonly (readonly Float64Array[])[];
}

/**
 * An ensemble within each fold: the same folds were trained several times, such as with other seeds, and a patient's
 * prediction is the mean of the curves of the models that did not see the patient. Its attention is the mean attention.
 *
 * @example
 * ```ts
 * import type { LabelledPatient } from "@ctsurv/ctsurv/features";
 * import { crossValidate, ensembleOfFolds, type Trainer } from "@ctsurv/ctsurv/training";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const patients = Array.from({ length: 12 }, (_, i) => ({
 *   id: `P${i}`,
 *   followUp: { months: 24 - 2 * i, event: 1 as const },
 * }));
 * // "Models" that give everybody the same curve, of another hazard each.
 * const withHazard = (hazard: number): Trainer<LabelledPatient, null> => ({
 *   train: () => Promise.resolve({ parameters: null, losses: [] }),
 *   predict: (_, patients) =>
 *     Promise.resolve(patients.map(({ id }) => ({
 *       id,
 *       survival: Float64Array.from({ length: 25 }, (_, month) => Math.exp(-hazard * month)),
 *       attention: new Float32Array(),
 *     }))),
 *   dispose: () => Promise.resolve(),
 * });
 * const folds = { folds: 3, foldSeed: 42 };
 * const runs = [.01, .05].map((hazard) => crossValidate(withHazard(hazard), patients, folds));
 * const { validation } = ensembleOfFolds(await Promise.all(runs));
 * assertAlmostEquals(validation.predictions[0]!.survival[24]!, (Math.exp(-.24) + Math.exp(-1.2)) / 2);
 * ```
 *
 * @param validations At least two of the same patients and folds.
 * @throws {InputError} If there are fewer than two, or their patients or folds differ.
 */
export function ensembleOfFolds(
  validations: readonly CrossValidation[],
  { variant = "risk" }: { readonly variant?: CtdVariant } = {},
): FoldEnsemble {
  const [first] = validations;
  if (!first || validations.length < 2) {
    throw new InputError(`An ensemble needs at least two cross-validations, not ${validations.length}`);
  }
  const predictions = first.predictions.map((own, i): readonly OutOfFoldPrediction[] => {
    const all = validations.map((one) => one.predictions[i]);
    if (all.every((other) => other?.id === own.id && other.fold === own.fold)) return all as OutOfFoldPrediction[];
    throw new InputError(`${own.id}: the cross-validations of an ensemble have other patients or folds`);
  });
  const curves = predictions.map((members) => members.map(({ survival }) => survival));
  const messages = validations.flatMap((one) => one.messages ?? []);
  const validation = withMeanCurves(
    {
      ...first,
      folds: first.folds.map((fold, i) => ({
        ...fold,
        losses: fold.losses.map((_, epoch) => meanOf(validations.map((one) => one.folds[i]!.losses[epoch]!))),
      })),
      predictions: first.predictions.map((own, i) => ({
        ...own,
        attention: own.attention.map((_, slice) => meanOf(predictions[i]!.map(({ attention }) => attention[slice]!))),
      })),
    },
    curves,
    { variant },
  );
  return { validation: { ...validation, ...messages.length > 0 && { messages } }, curves };
}

/**
 * A cross-validation with the mean of several curves of each patient in place of the patient's curve, such as those of
 * `dropoutPredictor`. Its scores are those of the mean curves.
 *
 * @param curves [patients][members], in the order of its predictions.
 * @throws {InputError} If a patient has fewer than two curves.
 */
export function withMeanCurves(
  { folds, predictions, constantLoss }: Pick<CrossValidation, "folds" | "predictions" | "constantLoss">,
  curves: readonly (readonly Float64Array[])[],
  { variant = "risk" }: { readonly variant?: CtdVariant } = {},
): CrossValidation {
  const means = predictions.map((own, i) => ({ ...own, survival: curveSpread(curves[i]!).mean }));
  const outcomes = folds.map(({ ctd: _, ...result }) => {
    const tested = means.filter(({ fold }) => fold === result.fold);
    return {
      result: { ...result, ctd: concordance(toSurvivalPredictions(tested), { variant }) },
      predictions: tested,
      ...constantLoss !== undefined && { constantLoss },
    };
  });
  return assembleFolds(outcomes, means.map(({ id }) => id), { variant });
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
