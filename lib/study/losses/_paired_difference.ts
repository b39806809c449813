import { type PairedBootstrap, pairedBootstrap } from "@ctsurv/survival/mod.ts";
import { type CrossValidation, toSurvivalPredictions } from "@ctsurv/training/mod.ts";
import type { Choices } from "../protocol/choices.ts";

/** The first less the second in Ctd within folds, in the protocol's reading. */
export function pairedDifference(
  first: Pick<CrossValidation, "predictions">,
  second: Pick<CrossValidation, "predictions">,
  { ctd }: Pick<Choices, "ctd">,
): PairedBootstrap | null {
  const folds = first.predictions.map(({ fold }) => fold);
  const [a, b] = [toSurvivalPredictions(first.predictions), toSurvivalPredictions(second.predictions)];
  return pairedBootstrap(a, b, { replicates: 2000, folds, variant: ctd });
}
