import { InputError } from "@ctsurv/common/mod.ts";
import type { FollowUp } from "./follow_up.ts";

/**
 * Administrative censoring: follow-up ends at `horizon` months for everyone. A death at exactly the horizon still
 * counts as an event.
 *
 * @throws {InputError} If the months are negative or not finite.
 */
export function censorAt(followUp: FollowUp, horizon: number): FollowUp {
  const { months } = followUp;
  if (!(months >= 0 && months < Infinity)) throw new InputError(`A follow-up time is months from 0, not ${months}`);
  return months > horizon ? { months: horizon, event: 0 } : followUp;
}
