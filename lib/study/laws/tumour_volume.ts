import { readPhantomRisk } from "@ctsurv/cohort/mod.ts";
import {
  concordanceWithinFolds,
  concordanceWithinFoldsInterval,
  type CtdWithinFoldsEntry,
} from "@ctsurv/survival/mod.ts";
import type { CrossValidation } from "@ctsurv/training/mod.ts";
import type { Study } from "../study.ts";

/**
 * Ctd within folds of the tumour's volume alone: the larger the tumour, the sooner the death. Nothing is trained. It is
 * what measuring the tumour gives, to be read beside what a network gives on the same pairs of patients.
 *
 * @param run A cross-validation of the study's patients, for their folds.
 * @returns Null for a cohort that is no phantom: the volume is taken from the generator's truth.
 */
export async function tumourVolumeAlone(
  { cohort }: Pick<Study, "cohort">,
  { predictions }: Pick<CrossValidation, "predictions">,
): Promise<CtdWithinFoldsEntry | null> {
  if (!cohort.manifest.phantom) return null;
  const truth = await readPhantomRisk(cohort.dir);
  const volumes = new Map(truth.map(({ patient, tumourVolume }) => [patient, tumourVolume]));
  const largest = Math.max(...volumes.values());
  const scored = {
    times: [predictions[0]!.survival.length - 1],
    survival: predictions.map(({ id }) => [1 - volumes.get(id)! / largest]),
    months: predictions.map(({ months }) => months),
    event: predictions.map(({ event }) => event),
  };
  const folds = predictions.map(({ fold }) => fold);
  const { value, comparable } = concordanceWithinFolds(scored, folds);
  const interval = concordanceWithinFoldsInterval(scored, folds);
  return { value, interval: interval && { low: interval.low, high: interval.high }, comparable };
}
