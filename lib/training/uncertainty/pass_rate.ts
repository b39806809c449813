import { InputError } from "@ctsurv/base/mod.ts";
import type { SurvivalModel } from "../model/survival_model.ts";
import type { DropoutPasses } from "./dropout_predictor.ts";

/** The rate of passes with dropout, and where it is from. */
export interface PassRate {
  /** Probability with which a hidden unit of DeepHit is left out. */
  readonly rate: number;
  /** Given, that of the model's training, or the paper's, because the model's file does not record its own. */
  readonly from: "given" | "training" | "paper";
}

/**
 * The rate at which a model is applied with dropout: the given one, else that of its training.
 *
 * @example
 * ```ts
 * import { passRate } from "@ctsurv/ctsurv/training";
 * import { assertEquals } from "@std/assert";
 *
 * const trainedOn = { cohort: "A", patients: 96, events: 60, profile: "workshop", epochs: 60, segmenter: "threshold" };
 * assertEquals(passRate({ trainedOn: { ...trainedOn, dropout: .1 } }), { rate: .1, from: "training" });
 * assertEquals(passRate({ trainedOn }), { rate: .2, from: "paper" });
 * ```
 *
 * @param options.where The model's file, for the message. @default {"The model"}
 * @throws {InputError} If the model was trained without dropout in DeepHit, and no rate is given.
 */
export function passRate(
  { trainedOn: { dropout } }: Pick<SurvivalModel, "trainedOn">,
  { rate, where = "The model" }: Pick<DropoutPasses, "rate"> & { readonly where?: string } = {},
): PassRate {
  if (rate !== undefined) return { rate, from: "given" };
  if (dropout === undefined) return { rate: 0.2, from: "paper" };
  if (dropout > 0) return { rate: dropout, from: "training" };
  throw new InputError(
    `${where} was trained with dropout=0, so DeepHit has none to predict with: give a rate (--dropout-rate P)`,
  );
}
