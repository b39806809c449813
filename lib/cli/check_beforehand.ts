import { fileURLToPath } from "node:url";
import type { Cohort } from "@ctsurv/cohort/mod.ts";
import { checkResources } from "@ctsurv/common/mod.ts";
import { type Profile, requireFolds, requireWeights } from "@ctsurv/training/mod.ts";
import { resourceNeeds } from "./resource_needs.ts";

const data = fileURLToPath(new URL("../../data", import.meta.url));

/** What `reproduce` is about to run, and on whom. */
export interface Undertaking {
  readonly profile: Profile;
  /** Undefined: a built-in one, which is large enough. */
  readonly cohort: Cohort | undefined;
  /** The one that notebook 05 transfers to. */
  readonly target: Cohort | undefined;
}

/**
 * Checks what would otherwise end `reproduce` after hours: a cohort that is too small for the folds, weights that
 * are not there, and a disk that is too full. Warns on stderr if memory may not do.
 *
 * @throws {InputError} With what is missing and what to do.
 */
export async function checkBeforehand({ profile, cohort, target }: Undertaking): Promise<void> {
  for (const divided of [cohort, target]) if (divided) requireFolds(divided, profile);
  await requireWeights([...profile.backbones, "r3d_18"], profile.weights);
  const needs = await resourceNeeds({ profile, cohort, target }, data);
  const warning = await checkResources(`The profile ${profile.name}`, { folder: data, needs });
  if (warning) console.error(warning);
}
