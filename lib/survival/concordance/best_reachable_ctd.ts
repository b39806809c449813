import type { FollowUp } from "../follow_up/follow_up.ts";
import { concordance } from "./concordance.ts";

/** The survival curve that a patient's death was drawn from, as phantoms have it. */
export interface TrueSurvival {
  readonly patient: string;
  /** S(0), S(1), ... by month. */
  readonly survival: readonly number[];
}

/** What happened to a patient, censored at the horizon. */
export interface OutcomeToReach {
  readonly id: string;
  readonly followUp: FollowUp;
}

/**
 * Ctd of the survival curves that a phantom's deaths were drawn from: what a model could reach that saw everything there
 * is to see. Chance decides the rest. Null where no two patients can be compared.
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
