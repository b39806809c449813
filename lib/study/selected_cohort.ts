import { join, resolve, sep as SEPARATOR } from "node:path";
import type { Progress } from "@ctsurv/base/mod.ts";
import {
  type Cohort,
  ensurePhantom,
  lawCohortName,
  openCohort,
  openPhantomLaw,
  type PhantomLaw,
} from "@ctsurv/cohort/mod.ts";
import { type Environment, readEnvironment, selectLaw } from "./environment.ts";

/** Options of {@linkcode openSelectedCohort}. */
export interface SelectedCohortOptions {
  /** Which of the built-in cohorts, where none is named. @default {"phantom-lung1"} */
  readonly builtIn?: "phantom-lung1" | "phantom-claro";
  /**
   * What survival depends on. A cohort that the environment names must be a phantom then.
   *
   * @default {what `CTSURV_PHANTOM_LAW` says, for built-in cohorts; the cohort's own, for others}
   */
  readonly law?: PhantomLaw | undefined;
  /** Patients of the built-in cohort, where that is used. */
  readonly patients: number;
  /** Where the built-in cohort is kept between runs. @default {"../data/cohorts"} */
  readonly folder?: string;
  /** A cohort that is open: given back, without a word of progress, where it is the one that is selected. */
  readonly known?: Cohort | undefined;
  /** Told how many phantoms are made. */
  readonly progress?: Progress;
  /** Which cohorts the variables name. @default {what the process's variables say} */
  readonly environment?: Environment;
}

/**
 * The cohort that an environment variable names by its folder: `CTSURV_COHORT`, or in place of phantom-claro, to which
 * notebook 5 transfers, `CTSURV_TARGET_COHORT`. By default the built-in one, which is made where it is not there yet, in
 * `<name>-<patients>`. Relative paths start at the working directory, a notebook's own folder.
 *
 * @throws {InputError} If the folder holds no cohort, or a law is asked for and the cohort is no phantom.
 */
export async function openSelectedCohort(
  { builtIn = "phantom-lung1", law, patients, folder, known, progress, environment = readEnvironment() }:
    SelectedCohortOptions,
): Promise<Cohort> {
  const { cohort, targetCohort } = environment;
  const selected = builtIn === "phantom-lung1" ? cohort : targetCohort;
  if (selected) {
    const dir = resolve(selected);
    const cohort = known?.dir === dir ? known : await openCohort(dir);
    return law === undefined ? cohort : await openPhantomLaw(cohort, law);
  }
  const chosen = selectLaw(law, environment);
  const dir = resolve(join(folder ?? "../data/cohorts", `${builtIn}-${patients}`));
  if (known && known.manifest.phantom?.spec.law === chosen && isWithin(known.dir, dir)) return known;
  let made = 0;
  // Also where there is nothing to make, so that a notebook's output is the same each time.
  progress?.start("Phantom patients made", patients);
  const { replaced } = await ensurePhantom(builtIn, dir, {
    patients,
    onProgress({ done }) {
      if (done > made) progress?.tick(done - made);
      made = done;
    },
  });
  const summary = `${lawCohortName(builtIn, chosen)}: ${patients} patients`;
  progress?.done(replaced === undefined ? summary : `${summary}, in place of ${replaced}`);
  return await openPhantomLaw(await openCohort(dir), chosen);
}

/** Whether a folder is another one, or lies in it, as that of a law does. */
function isWithin(folder: string, other: string): boolean {
  return folder === other || folder.startsWith(other + SEPARATOR);
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
  return resolve(join(outputs, `${cohortInFileName(cohort)}-${profile}`));
}

/** A cohort's name in the name of a file: lower case, with hyphens for what has no place there. */
export function cohortInFileName(cohort: string): string {
  const name = cohort.normalize("NFKC").toLowerCase().replace(/[^\p{L}\p{N}._]+/gu, "-").replace(/^[-.]+|-+$/g, "");
  return name || "cohort";
}
