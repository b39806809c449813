import { InputError } from "@ctsurv/base/mod.ts";
import { kaplanMeier, kaplanMeierAt } from "../estimates/kaplan_meier.ts";
import { checkPredictions, type Outcomes, survivalOfAll, type SurvivalPredictions } from "../follow_up/predictions.ts";

/** What treating by a model would be worth, at one threshold. */
export interface DecisionPoint {
  /** The probability of death from which on a patient would be treated. */
  readonly threshold: number;
  /** Patients whose predicted probability of death is at least the threshold. */
  readonly treated: number;
  /** Net benefit of treating these; null where nobody of them was followed to the time. */
  readonly model: number | null;
  /** Net benefit of treating everybody; null where nobody was followed to the time. */
  readonly treatAll: number | null;
  /**
   * Patients of 100 who would be spared the treatment without missing a death, against treating everybody; null where a
   * net benefit is.
   */
  readonly avoided: number | null;
}

/** Net benefit by threshold. That of treating nobody is 0 at every threshold. */
export interface DecisionCurve {
  /** Months. */
  readonly time: number;
  /** Kaplan-Meier's probability of death by the time; null where nobody was followed to it. */
  readonly deaths: number | null;
  /** One entry per threshold. */
  readonly points: readonly DecisionPoint[];
}

/** 1 % to 99 %. */
const THRESHOLDS: readonly number[] = Array.from({ length: 99 }, (_, k) => (k + 1) / 100);

/**
 * Decision curve analysis (Vickers & Elkin 2006): whether acting on a model would do more good than treating everybody
 * or nobody. Whoever treats from a probability p of death on holds a death that is missed to be as bad as (1 - p) / p
 * treatments without need. So the net benefit is
 *
 *     share of patients at or above p * (1 - S+ - S+ p / (1 - p))
 *
 * where S+ is the survival at `time` of the patients at or above p. Follow-up is censored, so S+ is their Kaplan-Meier
 * estimate (Vickers et al. 2008). R and Python have the same in `dcurves`, which gives no value where the last patient
 * at or above p died before `time`; here S+ is 0 then, as all of them are known to have died.
 *
 * Probabilities that are wrong on the whole are worth less than the order of the patients is: recalibrate before.
 *
 * @example
 * ```ts
 * import { decisionCurve } from "@ctsurv/ctsurv/survival";
 * import { assertAlmostEquals, assertEquals } from "@std/assert";
 *
 * const { points: [point] } = decisionCurve(
 *   { times: [24], survival: [[.2], [.4], [.7], [.9]], months: [5, 24, 24, 24], event: [1, 0, 0, 0] },
 *   24,
 *   { thresholds: [.5] },
 * );
 * assertEquals(point?.treated, 2);
 * assertAlmostEquals(point?.model!, 1 / 4 - 1 / 4); // One of four dies and is treated, another is treated in vain.
 * assertAlmostEquals(point?.treatAll!, 1 / 4 - 3 / 4);
 * ```
 *
 * @param time Months.
 * @param options.thresholds Probabilities above 0 and below 1. @default {0.01, 0.02, ..., 0.99}
 * @throws {InputError} If the predictions are not complete, the time is outside of them, or a threshold is no
 *   probability above 0 and below 1.
 */
export function decisionCurve(
  predictions: SurvivalPredictions,
  time: number,
  { thresholds = THRESHOLDS }: { readonly thresholds?: readonly number[] } = {},
): DecisionCurve {
  const wrong = thresholds.find((threshold) => !(threshold > 0 && threshold < 1));
  if (wrong !== undefined) throw new InputError(`A threshold is a probability above 0 and below 1, not ${wrong}`);
  const { months, event } = checkPredictions(predictions);
  const risk = survivalOfAll(predictions, time).map((s) => 1 - s);
  const everybody = survivalOf({ months, event }, time);
  const points = thresholds.map((threshold): DecisionPoint => {
    const odds = threshold / (1 - threshold);
    const members = [...risk.keys()].filter((i) => risk[i]! >= threshold);
    const survival = survivalOf(
      { months: members.map((i) => months[i]!), event: members.map((i) => event[i]!) },
      time,
    );
    const benefit = (share: number, s: number | null) => s === null ? null : share * (1 - s - s * odds);
    const model = members.length === 0 ? 0 : benefit(members.length / risk.length, survival);
    const treatAll = benefit(1, everybody);
    return {
      threshold,
      treated: members.length,
      model,
      treatAll,
      avoided: model === null || treatAll === null ? null : 100 * (model - treatAll) / odds,
    };
  });
  return { time, deaths: everybody === null ? null : 1 - everybody, points };
}

/**
 * The ranges of thresholds at which a model is worth more than treating everybody and more than treating nobody.
 *
 * @example
 * ```ts
 * import { decisionCurve, usefulThresholds } from "@ctsurv/ctsurv/survival";
 * import { assertEquals } from "@std/assert";
 *
 * const predictions = { times: [24], survival: [[.2], [.4], [.7], [.95]], months: [5, 20, 24, 24], event: [1, 1, 0, 0] };
 * // Above 80 % nobody is treated, and at 5 % everybody is.
 * assertEquals(usefulThresholds(decisionCurve(predictions, 24)), [[.06, .8]]);
 * ```
 *
 * @returns The first and last threshold of each range.
 */
export function usefulThresholds({ points }: Pick<DecisionCurve, "points">): [first: number, last: number][] {
  // Rounding makes no model useful.
  const isBest = points.map(({ model, treatAll }) => model !== null && model > Math.max(treatAll ?? 0, 0) + 1e-12);
  return points.flatMap(({ threshold }, k): [number, number][] => {
    if (!isBest[k] || isBest[k - 1]) return [];
    const end = isBest.indexOf(false, k);
    return [[threshold, points.at(end === -1 ? -1 : end - 1)!.threshold]];
  });
}

function survivalOf(outcomes: Outcomes, time: number): number | null {
  return kaplanMeierAt(kaplanMeier(outcomes), time)?.survival ?? null;
}
