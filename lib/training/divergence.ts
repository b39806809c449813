import { InputError } from "@ctsurv/base/mod.ts";
import { type HostTensor, isSpec, leaves, type Tree } from "@ctsurv/engine/mod.ts";
import { HORIZON_MONTHS } from "@ctsurv/survival/mod.ts";
import type { SurvivalLossOptions } from "@ctsurv/survival/losses/mod.ts";
import type { Trained } from "./trainer.ts";

/** How many times the loss may be that of the first epoch, or of a model that knows nothing. */
const FAR_ABOVE = 5;

const ADVICE = "Trust its predictions only as far as patients whom it did not see bear them out.";
const REMEDY =
  "Take a lower learning rate, or scale the features (scaleFeatures); weights of a backbone that is broken " +
  "or was made for other images do this too";

/** What a trained model's loss is compared with. */
export interface DivergenceOptions {
  /** Patients in a batch. */
  readonly batchSize: number;
  /** The loss of the training. @default {the paper's} */
  readonly loss?: SurvivalLossOptions;
}

/**
 * Says that a training diverged: in its last epoch the loss is far above that of the first, or above that of a model
 * that gives every patient the same curve. Undefined if it did not.
 *
 * @param losses [epochs]
 *
 * @example
 * ```ts
 * import { describeDivergence } from "@ctsurv/ctsurv/training";
 * import { assertEquals, assertMatch } from "@std/assert";
 *
 * assertEquals(describeDivergence([2.4, 2.2, 2.1], { batchSize: 4 }), undefined);
 * assertMatch(describeDivergence([2.4, 87, 941], { batchSize: 4 })!, /from 2.4 in the first epoch to 941 in the last/);
 * ```
 */
export function describeDivergence(
  losses: readonly number[],
  { batchSize, loss = {} }: DivergenceOptions,
): string | undefined {
  const first = losses[0], last = losses.at(-1);
  if (first === undefined || last === undefined) return undefined;
  const uninformed = uninformedLoss(batchSize, loss);
  const rose = `training diverged: the loss went from ${short(first)} in the first epoch to ${short(last)} in the last`;
  if (last > FAR_ABOVE * first && last > uninformed) return `${rose}. ${ADVICE} ${REMEDY}`;
  if (last <= FAR_ABOVE * uninformed) return undefined;
  return `${rose}, where a model that knows nothing has about ${short(uninformed)}. ${ADVICE} ${REMEDY}`;
}

/** The losses of a training, with what they say of it. */
export function lossesOf(losses: readonly number[], options: DivergenceOptions): Omit<Trained<never>, "parameters"> {
  const divergence = describeDivergence(losses, options);
  return { losses, ...divergence !== undefined && { divergence } };
}

/** The loss of a network whose outputs are all 0; at most, since most patients are not followed to the last bin. */
function uninformedLoss(
  batchSize: number,
  { kind = "deephit", alpha = 0.5, beta = 0.5, rankReduction = "pairs/N" }: SurvivalLossOptions,
): number {
  if (kind === "cox") return Math.log(Math.max(batchSize, 2));
  if (kind === "cross-entropy") return Math.LN2;
  if (kind === "mtlr") return Math.log(HORIZON_MONTHS + 1);
  if (kind !== "deephit") return HORIZON_MONTHS * Math.LN2;
  const pairs = (batchSize - 1) / 2 / (rankReduction === "pairs/N" ? 1 : batchSize);
  return alpha * Math.log(HORIZON_MONTHS + 1) + beta * pairs;
}

function short(loss: number): string {
  return loss < 1e5 ? String(Number(loss.toPrecision(3))) : loss.toExponential(1);
}

/**
 * Refuses a loss that is not a number any more.
 *
 * @throws {InputError} With the epoch, from 1.
 */
export function refuseLossWithoutValue(loss: number, epoch: number, epochs: number): void {
  if (Number.isFinite(loss)) return;
  throw new InputError(`Training diverged: the loss is ${loss} in epoch ${epoch} of ${epochs}. ${REMEDY}`);
}

/**
 * Refuses trained parameters that are not finite: the last step of a training can break them after its loss was read.
 *
 * @throws {InputError} If there is one.
 */
export function refuseDivergedParameters(parameters: object): void {
  const isHost = isSpec as (node: unknown) => node is HostTensor;
  const broken = leaves(parameters as Tree<HostTensor>, isHost).find(({ value: { data } }) =>
    !(data as Float32Array).every(Number.isFinite)
  );
  if (broken) throw new InputError(`Training diverged: ${broken.path} is not finite after the last step. ${REMEDY}`);
}
