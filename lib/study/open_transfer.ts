import { resolve } from "node:path";
import { openCohort } from "@ctsurv/cohort/mod.ts";
import { readEnvironment } from "./environment.ts";
import { findProfile, requireFolds } from "./profile.ts";
import { findProtocol } from "./protocol/find_protocol.ts";
import { monthRule } from "./protocol/settings.ts";
import { openStudy, type OpenStudyOptions } from "./open_study.ts";
import type { Study } from "./study.ts";

/** Two studies for a transfer, which share engine, lungs, progress and the source's folder of results. */
export interface TransferStudies {
  /** The cohort that is learnt from. */
  readonly source: Study;
  /** The cohort that is predicted. */
  readonly target: Study;
}

/**
 * Opens the source, as {@linkcode openStudy} does, and the target: the cohort that `CTSURV_TARGET_COHORT` names, or
 * phantom-claro. Cohorts that the environment names are checked before a built-in one is made.
 *
 * @throws {InputError} As {@linkcode openStudy} does, for either.
 */
export async function openTransfer(
  options: Pick<OpenStudyOptions, "environment" | "cache" | "law"> = {},
): Promise<TransferStudies> {
  const { environment = readEnvironment(), law } = options;
  const { cohort, targetCohort } = environment;
  const profile = findProfile(undefined, environment);
  const months = monthRule(findProtocol(profile.name, environment).choices);
  for (const folder of [cohort, targetCohort]) {
    if (folder !== undefined) requireFolds(await openCohort(resolve(folder)), profile, months);
  }
  const source = await openStudy(options);
  return { source, target: await openStudy({ builtIn: "phantom-claro", beside: source, ...law && { law } }) };
}
