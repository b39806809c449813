import { createRandom } from "@ctsurv/base/mod.ts";
import { checkBatches, constantLoss, type ConstantLossOptions } from "../deephit/constant_loss.ts";
import { binLabel } from "../deephit/labels.ts";
import { censorAt, type FollowUp, HORIZON_MONTHS } from "../follow_up/follow_up.ts";
import type { SurvivalLossOptions } from "./survival_loss.ts";

/** Options of {@linkcode oneCurveLoss}: those of the training that it is compared with. */
export interface OneCurveLossOptions extends ConstantLossOptions, SurvivalLossOptions {}

/**
 * The loss of a model that gives every patient the same curve: the lowest that can be had without looking at the patients,
 * as the expected mean over the batches of an epoch. A training whose loss stays above it has learnt nothing about them.
 * For DeepHit it is `constantLoss`; for the others:
 *
 * - logistic hazard and MTLR: minus the mean log-likelihood of the discrete Kaplan-Meier curve.
 * - PC-hazard: that of a hazard of deaths divided by months at risk, in each month.
 * - cross-entropy: the entropy of the share who died, among those whose answer is known. A batch in which nobody's is
 *   known costs 0, and is that likely as a draw of its patients from all.
 * - Cox: equal hazards, so that a death costs the logarithm of the patients at risk in its batch. The mean over 200 deals
 *   of the patients to batches.
 *
 * @example
 * ```ts
 * import { oneCurveLoss } from "@ctsurv/ctsurv/survival/losses";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const patients = [{ months: .5, event: 1 }, { months: 24, event: 0 }] as const;
 * for (const kind of ["mtlr", "logistic-hazard", "cross-entropy", "cox"] as const) {
 *   assertAlmostEquals(oneCurveLoss(patients, { kind, batchSize: 2 }), Math.log(2)); // one of two
 * }
 * ```
 *
 * @throws {InputError} For no patients, no batch size, or months that are negative or not finite.
 */
export function oneCurveLoss(
  patients: readonly FollowUp[],
  { kind = "deephit", ...options }: OneCurveLossOptions,
): number {
  if (kind === "deephit") return constantLoss(patients, options);
  const { batchSize, bins = HORIZON_MONTHS, labels = "interval" } = options;
  if (kind === "logistic-hazard" || kind === "mtlr") {
    return constantLoss(patients, { batchSize, bins, labels, alpha: 1, beta: 0 });
  }
  checkBatches(patients, batchSize);
  const followed = patients.map((patient) => {
    const { months } = censorAt(patient, bins);
    return { months, ...binLabel(patient, { scheme: labels, bins }) };
  });
  if (kind === "pc-hazard") return ofConstantHazards(followed, bins);
  if (kind === "cross-entropy") return ofOneProbability(followed, { batchSize, bins });
  return ofEqualHazards(followed, batchSize);
}

interface Followed {
  readonly months: number;
  readonly bin: number;
  readonly event: 0 | 1;
}

function ofConstantHazards(patients: readonly Followed[], bins: number): number {
  let loss = 0;
  for (let k = 0; k < bins; k++) {
    const spent = patients.reduce((sum, { months }) => sum + Math.max(0, Math.min(1, months - k)), 0);
    const deaths = patients.filter(({ months, event }) =>
      event === 1 && Math.max(0, Math.ceil(months) - 1) === k
    ).length;
    // Deaths at time 0 alone have no months at risk, and no hazard is high enough for them.
    if (deaths > 0 && spent > 0) loss += deaths * (1 - Math.log(deaths / spent));
  }
  return loss / patients.length;
}

function ofOneProbability(
  patients: readonly Followed[],
  { batchSize, bins }: { readonly batchSize: number; readonly bins: number },
): number {
  const deaths = patients.filter(({ event }) => event === 1).length;
  const alive = patients.filter(({ event, months }) => event === 0 && months >= bins).length;
  const known = deaths + alive;
  const part = (count: number) => count === 0 ? 0 : -count / known * Math.log(count / known);
  const entropy = part(deaths) + part(alive);
  let sum = 0;
  const batches = Math.ceil(patients.length / batchSize);
  for (let batch = 0; batch < batches; batch++) {
    const size = Math.min(batchSize, patients.length - batch * batchSize);
    sum += entropy * (1 - shareWithoutKnown({ patients: patients.length, known, size }));
  }
  return sum / batches;
}

/** The probability that none of `size` patients drawn from all is one of the `known`. */
function shareWithoutKnown(
  { patients, known, size }: { readonly patients: number; readonly known: number; readonly size: number },
): number {
  let share = 1;
  for (let drawn = 0; drawn < size; drawn++) share *= Math.max(0, patients - known - drawn) / (patients - drawn);
  return share;
}

/** Deals of the patients to batches over which the expected loss is taken. */
const DEALS = 200;

function ofEqualHazards(patients: readonly Followed[], batchSize: number): number {
  const order = createRandom(1, "batches of equal hazards");
  const batches = Math.ceil(patients.length / batchSize);
  let sum = 0;
  for (let deal = 0; deal < DEALS; deal++) {
    const dealt = order.shuffle([...patients]);
    for (let batch = 0; batch < batches; batch++) {
      const own = dealt.slice(batch * batchSize, (batch + 1) * batchSize);
      const costs = own.filter(({ event }) => event === 1)
        .map(({ months }) => Math.log(own.filter((other) => other.months >= months).length));
      if (costs.length > 0) sum += costs.reduce((total, cost) => total + cost, 0) / costs.length;
    }
  }
  return sum / (DEALS * batches);
}
