import type { LabelledPatient } from "@ctsurv/features/mod.ts";
import { refuseFewPatients } from "../cross_validation/few_patients.ts";
import { stratifiedFolds } from "../cross_validation/folds.ts";
import type { Trainer, TrainingOf } from "../trainer.ts";

/** S(24) is read no nearer to 0 or 1: the risk of a network that is quite sure would outweigh all others. */
const NEAREST = 1e-3;

/**
 * The risk that a survival curve stands for: log(-log S(24)), the logarithm of the cumulative hazard. Under proportional
 * hazards it is the linear predictor and a constant.
 *
 * @example
 * ```ts
 * import { riskOf } from "@ctsurv/ctsurv/training";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const [healthy, ill] = [Float64Array.of(1, .8), Float64Array.of(1, .64)]; // twice the hazard
 * assertAlmostEquals(riskOf(ill) - riskOf(healthy), Math.log(2));
 * ```
 *
 * @param survival S(0) to S(24).
 */
export function riskOf(survival: ArrayLike<number>): number {
  const last = survival[survival.length - 1]!;
  return Math.log(-Math.log(Math.min(Math.max(last, NEAREST), 1 - NEAREST)));
}

/** Options of {@linkcode outOfFoldRisks}. */
export interface OutOfFoldRisksOptions {
  /** Number of folds, at least 2. */
  readonly folds: number;
  /** Seed of the folds, scikit-learn's `random_state`. */
  readonly seed: number;
  /** Is called after each epoch of each training, as a trainer does. */
  readonly onEpoch?: (epoch: number, loss: number) => void;
  /** The fold of the cross-validation whose training patients these are; for heads that start from others. */
  readonly of?: TrainingOf | undefined;
}

/** Risks of patients by models that did not see them. */
export interface OutOfFoldRisks {
  /** [patients]: see {@linkcode riskOf}. */
  readonly risks: Float64Array;
  /** [patients]: the fold, from 0, whose model predicted each. */
  readonly folds: Int32Array;
}

/**
 * The risk of each patient by a model that was trained on other patients: those outside the patient's fold, stratified on
 * death. No patient's risk depends on the patient's own months.
 *
 * Each fold has a model of its own, whose level is its own too, so only risks of one fold can be compared, as in Ctd within
 * folds. A regression on them therefore takes the folds as strata. For what has to be of one level, such as a baseline
 * hazard, the risks of each fold are shifted to the mean of all.
 *
 * @throws {InputError} If there are too few patients or deaths for the folds.
 */
export async function outOfFoldRisks<Patient extends LabelledPatient, Parameters>(
  trainer: Trainer<Patient, Parameters>,
  patients: readonly Patient[],
  { folds, seed, onEpoch, of }: OutOfFoldRisksOptions,
): Promise<OutOfFoldRisks> {
  refuseFewPatients(patients.map(({ followUp }) => followUp), { name: "A training of late fusion", folds });
  const assignment = stratifiedFolds(patients.map(({ followUp }) => followUp.event), { folds, seed });
  const risks = new Float64Array(patients.length);
  for (let fold = 0; fold < folds; fold++) {
    const others = patients.filter((_, i) => assignment[i] !== fold);
    const { parameters } = await trainer.train(others, onEpoch, of);
    const own = [...patients.keys()].filter((i) => assignment[i] === fold);
    const predictions = await trainer.predict(parameters, own.map((i) => patients[i]!));
    own.forEach((i, k) => risks[i] = riskOf(predictions[k]!.survival));
  }
  return { risks: shiftToOneMean(risks, assignment), folds: assignment };
}

/** Shifts the risks of each fold so that all folds have the mean of all risks. */
function shiftToOneMean(risks: Float64Array, folds: ArrayLike<number>): Float64Array {
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const all = mean([...risks]);
  const groups = Map.groupBy(risks.keys(), (i) => folds[i]!);
  const means = new Map([...groups].map(([fold, members]) => [fold, mean(members.map((i) => risks[i]!))]));
  return risks.map((risk, i) => risk - means.get(folds[i]!)! + all);
}
