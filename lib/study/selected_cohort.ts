import { join, resolve } from "node:path";
import type { Progress } from "@ctsurv/base/mod.ts";
import { type Cohort, ensurePhantom, openCohort } from "@ctsurv/cohort/mod.ts";
import { type Environment, readEnvironment } from "./environment.ts";

/** Options of {@linkcode openSelectedCohort}. */
export interface SelectedCohortOptions {
  /** Which of the built-in cohorts, where none is named. @default {"phantom-lung1"} */
  readonly builtIn?: "phantom-lung1" | "phantom-claro";
  /** Patients of the built-in cohort, where that is used. */
  readonly patients: number;
  /** Where the built-in cohort is kept between runs. @default {"../data/cohorts"} */
  readonly folder?: string;
  /** Told how many phantoms are made. */
  readonly progress?: Progress;
  /** The `CTSURV_` variables. @default {what the process's variables say} */
  readonly environment?: Environment;
}

/**
 * The cohort that an environment variable names by its folder: `CTSURV_COHORT`, or in place of phantom-claro, to which
 * notebook 5 transfers, `CTSURV_TARGET_COHORT`. By default the built-in one, which is made where it is not there yet, in
 * `<name>-<patients>`. Relative paths start at the working directory, a notebook's own folder.
 *
 * @throws {InputError} If the folder holds no cohort.
 */
export async function openSelectedCohort(
  { builtIn = "phantom-lung1", patients, folder, progress, environment = readEnvironment() }: SelectedCohortOptions,
): Promise<Cohort> {
  const { cohort, targetCohort } = environment;
  const selected = builtIn === "phantom-lung1" ? cohort : targetCohort;
  if (selected) return await openCohort(resolve(selected));
  const dir = resolve(join(folder ?? "../data/cohorts", `${builtIn}-${patients}`));
  let known = 0;
  // Also where there is nothing to make, so that a notebook's output is the same each time.
  progress?.start("Phantom patients made", patients);
  await ensurePhantom(builtIn, dir, {
    patients,
    onProgress({ done }) {
      if (done > known) progress?.tick(done - known);
      known = done;
    },
  });
  progress?.done(`${builtIn}: ${patients} patients`);
  return await openCohort(dir);
}

/**
 * Where the results of a cohort and profile go: `<outputs>/<cohort>-<profile>`, in lower case and with hyphens for what
 * has no place in a file's name.
 *
 * @param environment Names the folder of all results: by default the variable `CTSURV_OUTPUTS`, else `../outputs` beside
 *   a notebook's folder.
 */
export function outputsFolder(
  cohort: string,
  profile: string,
  { outputs = "../outputs" }: Pick<Environment, "outputs"> = readEnvironment(),
): string {
  const name = cohort.normalize("NFKC").toLowerCase().replace(/[^\p{L}\p{N}._]+/gu, "-").replace(/^[-.]+|-+$/g, "");
  return resolve(join(outputs, `${name || "cohort"}-${profile}`));
}
