import type { FollowUp } from "../follow_up/follow_up.ts";
import { concordance } from "./concordance.ts";

/** The survival curve from which a phantom patient's death was drawn. */
export interface TrueSurvival {
  /** The patient's name. */
  readonly patient: string;
  /** S(0), S(1), ... by month. */
  readonly survival: readonly number[];
}

/** What happened to a patient, censored at the horizon. */
export interface OutcomeToReach {
  /** The patient's name, as in {@linkcode TrueSurvival.patient}. */
  readonly id: string;
  /** Months and event. */
  readonly followUp: FollowUp;
}

/**
 * Ctd of the survival curves from which a phantom's deaths were drawn: the Ctd of a model that knows everything that
 * can be known. Chance decides the rest. Null where no two patients can be compared.
 *
 * @example
 * ```ts
 * import { bestReachableCtd } from "@ctsurv/ctsurv/survival";
 * import { assertEquals } from "@std/assert";
 *
 * const truth = [
 *   { patient: "A", survival: [1, .8, .6] },
 *   { patient: "B", survival: [1, .9, .8] },
 * ];
 * // By chance the patient at the lower risk died first.
 * const outcomes = [
 *   { id: "A", followUp: { months: 2, event: 0 as const } },
 *   { id: "B", followUp: { months: 1, event: 1 as const } },
 * ];
 * assertEquals(bestReachableCtd(truth, outcomes), 0);
 * ```
 *
 * @throws {Error} If a patient is not in the truth.
 */
export function bestReachableCtd(truth: readonly TrueSurvival[], patients: readonly OutcomeToReach[]): number | null {
  const curves = new Map(truth.map(({ patient, survival }) => [patient, survival]));
  const survival = patients.map(({ id }) => {
    const curve = curves.get(id);
    if (!curve) throw new Error(`The phantom's truth has no patient ${id}`);
    return curve;
  });
  if (survival.length === 0) return null;
  return concordance({
    times: survival[0]!.map((_, month) => month),
    survival,
    months: patients.map(({ followUp }) => followUp.months),
    event: patients.map(({ followUp }) => followUp.event),
  }).value;
}
