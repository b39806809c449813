import { join, resolve } from "node:path";
import { type Cohort, ensurePhantom, openCohort } from "@ctsurv/cohort/mod.ts";
import type { Progress } from "@ctsurv/common/mod.ts";

export interface SelectedCohortOptions {
  /** Patients of the built-in cohort, where that is used. */
  readonly patients: number;
  /** Where the built-in cohort is kept between runs. @default {"../data/cohorts"} */
  readonly folder?: string;
  readonly progress?: Progress;
}

/**
 * The cohort that the environment variable `CTSURV_COHORT` names by its folder; by default the built-in phantom-lung1,
 * which is made where it is not there yet, in `phantom-lung1-<patients>`. Relative paths start at the working directory,
 * a notebook's own folder.
 *
 * @throws {InputError} If the folder holds no cohort.
 */
export async function openSelectedCohort({ patients, folder, progress }: SelectedCohortOptions): Promise<Cohort> {
  const selected = Deno.env.get("CTSURV_COHORT");
  if (selected) return await openCohort(resolve(selected));
  const dir = resolve(join(folder ?? "../data/cohorts", `phantom-lung1-${patients}`));
  let known = 0;
  // Also where there is nothing to make, so that a notebook's output is the same each time.
  progress?.start("Phantom patients made", patients);
  await ensurePhantom("phantom-lung1", dir, {
    patients,
    onProgress({ done }) {
      if (done > known) progress?.tick(done - known);
      known = done;
    },
  });
  progress?.done(`phantom-lung1: ${patients} patients`);
  return await openCohort(dir);
}
