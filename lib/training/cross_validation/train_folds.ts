import { InputError, OutputError } from "@ctsurv/base/mod.ts";
import type { LabelledPatient } from "@ctsurv/features/mod.ts";
import { concordance, type CtdVariant } from "@ctsurv/survival/mod.ts";
import type { Trainer } from "../trainer.ts";
import { drawTrainingPatients } from "./draw_training_patients.ts";
import { refuseFewPatients } from "./few_patients.ts";
import { type FoldOutcome, toSurvivalPredictions } from "./fold_outcome.ts";
import { stratifiedFolds } from "./folds.ts";

/** Options of {@linkcode trainFolds}. */
export interface TrainFoldsOptions<Parameters = unknown> {
  /** Number of folds, 10 in the paper. */
  readonly folds: number;
  /** Seed of the folds, scikit-learn's `random_state`. */
  readonly foldSeed: number;
  /** The Ctd of the folds and of the interval. @default {"risk"} */
  readonly variant?: CtdVariant;
  /** How many patients each fold trains on, see `drawTrainingPatients`. @default {all whom it does not test} */
  readonly trainingPatients?: number;
  /** The only fold to train, from 1, such as by one job of a cluster. @default {all of them} */
  readonly onlyFold?: number;
  /** Called after every epoch of every fold, both numbered from 1. Folds that run at the same time take turns. */
  readonly onEpoch?: (fold: number, epoch: number, loss: number) => void;
  /** Is given the model of every fold, from 1, such as for a transfer that goes on from it. */
  readonly onTrained?: (fold: number, parameters: Parameters) => void;
  /** Is given every fold that was trained, as soon as it is done, such as for a file. */
  readonly onFold?: (outcome: FoldOutcome) => void | Promise<void>;
}

/**
 * Trains and tests every fold of a cross-validation, some at the same time as far as the trainer allows. `crossValidate`
 * makes one result of them.
 *
 * @returns The folds in order; one alone with `onlyFold`.
 * @throws {InputError} For the reasons of `crossValidate`, or if there is no such fold.
 */
export async function trainFolds<Patient extends LabelledPatient, Parameters>(
  trainer: Trainer<Patient, Parameters>,
  patients: readonly Patient[],
  { folds, foldSeed, variant = "risk", trainingPatients, onlyFold, onEpoch, onTrained, onFold }: TrainFoldsOptions<
    Parameters
  >,
): Promise<FoldOutcome[]> {
  if (onlyFold !== undefined && !(Number.isInteger(onlyFold) && onlyFold >= 1 && onlyFold <= folds)) {
    throw new InputError(`There is no fold ${onlyFold}: folds are 1 to ${folds}`);
  }
  refuseFewPatients(patients.map(({ followUp }) => followUp), { name: "This cohort", folds });
  const assignment = stratifiedFolds(patients.map(({ followUp }) => followUp.event), { folds, seed: foldSeed });
  const outcomes: FoldOutcome[] = [];
  const wanted = onlyFold === undefined ? Array.from({ length: folds }, (_, i) => i + 1) : [onlyFold];
  await forEachOf(wanted.length, trainer.concurrency ?? 1, async (place, check) => {
    const fold = wanted[place]!;
    const index = fold - 1;
    const others = patients.filter((_, i) => assignment[i] !== index);
    const train = trainingPatients === undefined
      ? others
      : drawTrainingPatients(others, { count: trainingPatients, seed: foldSeed, fold });
    const test = patients.filter((_, i) => assignment[i] === index);
    const onEpochOfFold = (epoch: number, loss: number) => {
      check();
      onEpoch?.(fold, epoch, loss);
    };
    const trained = await inFold(fold, folds, () => trainer.train(train, onEpochOfFold, { fold }));
    onTrained?.(fold, trained.parameters);
    const predictions = (await trainer.predict(trained.parameters, test)).map((prediction, i) => ({
      ...prediction,
      fold,
      ...test[i]!.followUp,
    }));
    const { losses, divergence } = trained;
    outcomes[place] = {
      result: {
        fold,
        patients: test.length,
        events: test.filter(({ followUp }) => followUp.event === 1).length,
        ctd: concordance(toSurvivalPredictions(predictions), { variant }),
        losses,
      },
      predictions,
      ...divergence !== undefined && { divergence },
      ...trainer.constantLoss && { constantLoss: trainer.constantLoss(train) },
    };
    await onFold?.(outcomes[place]);
  });
  return outcomes;
}

/** Says of which fold an error is: all patients together may have been no trouble. */
async function inFold<T>(fold: number, folds: number, train: () => Promise<T>): Promise<T> {
  try {
    return await train();
  } catch (error) {
    // Of a disk that is full no fold is the cause.
    if (!(error instanceof InputError) || error instanceof OutputError) throw error;
    throw new InputError(`Fold ${fold} of ${folds}: ${error.message}`, { cause: error });
  }
}

/**
 * Does `task` for 0 to `count` - 1 in order, some at the same time. After a failure nothing new is begun. Tasks that
 * are still running call `check`, which then throws, since nobody waits for their results.
 */
async function forEachOf(
  count: number,
  atOnce: number,
  task: (index: number, check: () => void) => Promise<void>,
): Promise<void> {
  let next = 0;
  let hasFailed = false;
  const check = () => {
    if (hasFailed) throw new Error("Another fold failed");
  };
  const lane = async () => {
    try {
      while (next < count && !hasFailed) await task(next++, check);
    } catch (error) {
      hasFailed = true;
      throw error;
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, count) }, lane));
}
