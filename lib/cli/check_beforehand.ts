import type { Cohort } from "@ctsurv/cohort/mod.ts";
import { type Profile, requireFolds, requireWeights } from "@ctsurv/training/mod.ts";

export interface Undertaking {
  readonly profile: Profile;
  /** Undefined: a built-in one, which is large enough. */
  readonly cohort: Cohort | undefined;
  /** The one that notebook 05 transfers to. */
  readonly target: Cohort | undefined;
}

/**
 * Checks what would otherwise end `reproduce` after hours: a cohort that is too small for the folds, and weights that
 * are not there.
 *
 * @throws {InputError} With what is missing and what to do.
 */
export async function checkBeforehand({ profile, cohort, target }: Undertaking): Promise<void> {
  for (const divided of [cohort, target]) if (divided) requireFolds(divided, profile);
  await requireWeights([...profile.backbones, "r3d_18"], profile.weights);
}
