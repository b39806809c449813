import type { HostTensor } from "@ctsurv/engine/mod.ts";
import type { LabelledPatient, TrainingPatient } from "@ctsurv/features/mod.ts";
import type { SurvivalHead } from "@ctsurv/nn/mod.ts";
import { concordance, type CtdVariant } from "@ctsurv/survival/mod.ts";
import { toSurvivalPredictions } from "./cross_validate.ts";
import { stratifiedFolds } from "./folds.ts";
import type { HeadPredictor } from "./head_predictor.ts";

/** Selection of an epoch by its Ctd on patients whom the training does not see. */
export interface ValidationOptions {
  /** The share of the training patients that is kept back, above 0 and at most 1/2; 0.1 in the authors' code. */
  readonly share: number;
  /** How their Ctd is computed. @default {"risk"} */
  readonly variant?: CtdVariant;
  /** Epochs without a better Ctd after which the training ends. @default {it runs to the last epoch} */
  readonly patience?: number;
}

/** The epoch that was selected. */
export interface SelectedEpoch {
  /** From 1; 0 where no epoch had a pair of patients to compare, and the weights are the last ones. */
  readonly epoch: number;
  /** Ctd on the patients who were kept back; null where no pair could be compared. */
  readonly ctd: number | null;
}

/**
 * Keeps patients back from a training, stratified on death: the first of `1 / share` stratified folds. Where there are too
 * few patients with one outcome for so many folds, there are as many as the others allow.
 *
 * @returns The patients to train on, and those who are kept back.
 * @throws {InputError} If there are fewer than two patients with the same outcome.
 */
export function keepBack<Patient extends LabelledPatient>(
  patients: readonly Patient[],
  { share }: Pick<ValidationOptions, "share">,
  seed: number,
): { readonly training: readonly Patient[]; readonly validation: readonly Patient[] } {
  const events = patients.map(({ followUp }) => followUp.event);
  const deaths = events.filter((event) => event === 1).length;
  const largest = Math.max(deaths, events.length - deaths);
  const folds = Math.max(2, Math.min(Math.round(1 / share), largest));
  const assignment = stratifiedFolds(events, { folds, seed });
  return {
    training: patients.filter((_, i) => assignment[i] !== 0),
    validation: patients.filter((_, i) => assignment[i] === 0),
  };
}

/** Watches a training epoch by epoch, and keeps the head of the best one. */
export interface EpochSelection {
  /** Scores the head after an epoch. `"stop"` where it has not become better for too long. */
  offer(epoch: number, head: SurvivalHead<HostTensor>): Promise<"stop" | void>;
  /** The head of the best epoch; undefined where none could be scored. */
  best(): SurvivalHead<HostTensor> | undefined;
  /** Which epoch that is. */
  selected(): SelectedEpoch;
}

/** Begins to watch. The first of epochs with the same Ctd wins, as in the authors' code. */
export function epochSelection(
  predictor: HeadPredictor,
  validation: readonly TrainingPatient[],
  { variant = "risk", patience = Infinity }: ValidationOptions,
): EpochSelection {
  let best: SurvivalHead<HostTensor> | undefined;
  let selected: SelectedEpoch = { epoch: 0, ctd: null };
  return {
    async offer(epoch, head) {
      const predicted = await predictor.predict(head, validation);
      const followed = predicted.map((prediction, i) => ({ ...prediction, ...validation[i]!.followUp }));
      const { value } = concordance(toSurvivalPredictions(followed), { variant });
      if (value !== null && (selected.ctd === null || value > selected.ctd)) {
        best = head;
        selected = { epoch, ctd: value };
      }
      return epoch - selected.epoch >= patience ? "stop" : undefined;
    },
    best: () => best,
    selected: () => selected,
  };
}
