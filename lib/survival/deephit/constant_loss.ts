import { InputError } from "@ctsurv/base/mod.ts";
import { type FollowUp, HORIZON_MONTHS } from "../follow_up/follow_up.ts";
import { binLabel, type Discretisation } from "./labels.ts";
import type { DeepHitOptions } from "./loss.ts";

/** Options of {@linkcode constantLoss}: those of the training that it is compared with. */
export interface ConstantLossOptions extends DeepHitOptions {
  /** Patients in a batch. */
  readonly batchSize: number;
  /** Monthly bins. @default {24} */
  readonly bins?: number;
  /** How months become bins, see `binLabel`. @default {"interval"} */
  readonly labels?: Discretisation;
}

/**
 * The loss of a model that gives every patient the same curve, that of Kaplan-Meier: the lowest loss that can be had
 * without looking at the patients. A training whose loss stays above it has learnt nothing about them.
 *
 *     L1 = -mean over patients of the log-likelihood of the discrete Kaplan-Meier curve, by the bins of the labels
 *     L2 = expected number of comparable pairs in a batch / N, since exp(0) = 1 for equal curves
 *
 * It is the expected mean over the batches of an epoch, the last and smaller one included, as training reports it.
 *
 * @example
 * ```ts
 * import { constantLoss } from "@ctsurv/ctsurv/survival/deephit";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * // One of two patients dies in the first month: the curve falls to 1/2, and both patients are as likely as that.
 * const patients = [{ months: .5, event: 1 }, { months: 24, event: 0 }] as const;
 * const l1 = Math.log(2), l2 = 1 / 2; // one pair, two patients
 * assertAlmostEquals(constantLoss(patients, { batchSize: 2 }), (l1 + l2) / 2);
 * ```
 *
 * @throws {InputError} For no patients, no batch size, or months that are negative or not finite.
 */
export function constantLoss(
  patients: readonly FollowUp[],
  { batchSize, bins = HORIZON_MONTHS, labels = "interval", alpha = .5, beta = .5, ...options }: ConstantLossOptions,
): number {
  checkBatches(patients, batchSize);
  const width = labels === "nodes" ? bins + 1 : bins;
  const labelled = patients.map((followUp) => binLabel(followUp, { scheme: labels, bins }));
  // Without a tail the loss asks nothing about a patient who survived the last bin.
  const { tail = true } = options;
  const asked = labelled.filter(({ bin, event }) => tail || event === 1 || bin < width - 1);
  const ofBin = (k: number, wanted: 0 | 1, among: typeof labelled) =>
    among.filter(({ bin, event }) => bin === k && event === wanted).length;
  let logLikelihood = 0, logAlive = 0, pairs = 0;
  for (let k = 0; k < width; k++) {
    const atRisk = asked.filter(({ bin }) => bin >= k).length;
    const deaths = ofBin(k, 1, asked), censored = ofBin(k, 0, asked);
    if (deaths > 0) logLikelihood += deaths * (logAlive + Math.log(deaths / atRisk));
    if (deaths < atRisk) logAlive += Math.log(1 - deaths / atRisk);
    if (censored > 0) logLikelihood += censored * logAlive;
    const later = labelled.filter(({ bin }) => bin > k).length;
    pairs += deaths * (later + (options.tiedCensored ? ofBin(k, 0, labelled) : 0));
  }
  const l1 = -logLikelihood / patients.length;
  return alpha * l1 + beta * expectedRanking(pairs, patients.length, batchSize, options);
}

/** The expected L2, as the mean over the batches of an epoch, if every comparable pair counts 1. */
function expectedRanking(
  pairs: number,
  patients: number,
  batchSize: number,
  { rankReduction = "pairs/N" }: DeepHitOptions,
): number {
  if (patients < 2) return 0;
  const together = (size: number) => pairs * size * (size - 1) / (patients * (patients - 1));
  const ofBatch = (size: number) => together(size) / (rankReduction === "pairs/N" ? size : size * size);
  const whole = Math.floor(patients / batchSize), rest = patients % batchSize;
  const batches = whole + (rest > 0 ? 1 : 0);
  return (whole * ofBatch(batchSize) + (rest > 0 ? ofBatch(rest) : 0)) / batches;
}

/** @throws {InputError} For no patients, or no batch size. */
export function checkBatches(patients: readonly FollowUp[], batchSize: number): void {
  if (patients.length === 0) throw new InputError("The loss of one curve for everybody needs a patient");
  if (Number.isInteger(batchSize) && batchSize > 0) return;
  throw new InputError(`A batch has a whole number of patients from 1, not ${batchSize}`);
}
