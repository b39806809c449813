import { fileURLToPath } from "node:url";
import { type Cohort, openCohort } from "@ctsurv/cohort/mod.ts";
import { outputsFolder } from "@ctsurv/notebook/mod.ts";
import { findProfile, type Profile } from "@ctsurv/training/mod.ts";

/** What the notebooks are to be run on. */
export interface SelectedRun {
  readonly profile: Profile;
  /** Undefined: the built-in one. */
  readonly cohort: Cohort | undefined;
  /** The one that notebook 05 transfers to; undefined: the built-in one. */
  readonly target: Cohort | undefined;
  /** Where its results are kept: `outputs/<cohort>-<profile>`. */
  readonly folder: string;
}

export interface SelectRunOptions {
  /** Name of the profile; default the environment's, else workshop. */
  readonly profile?: string | undefined;
  /** The cohort's folder; default the environment's, else the built-in one. */
  readonly cohort?: string | undefined;
}

/**
 * Finds what a profile and a cohort's folder name, and the environment where they do not.
 *
 * @throws {InputError} If there is no such profile, or a folder holds no cohort.
 */
export async function selectRun(given: SelectRunOptions): Promise<SelectedRun> {
  const profile = findProfile(given.profile);
  const open = (dir: string | undefined) => dir === undefined ? undefined : openCohort(dir);
  const named = (variable: string) => Deno.env.get(variable) || undefined;
  const cohort = await open(given.cohort ?? named("CTSURV_COHORT"));
  const target = await open(named("CTSURV_TARGET_COHORT"));
  const outputs = named("CTSURV_OUTPUTS") ?? fileURLToPath(new URL("../../outputs/", import.meta.url));
  return { profile, cohort, target, folder: outputsFolder(cohort?.name ?? "phantom-lung1", profile.name, outputs) };
}
