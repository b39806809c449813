import { resolve } from "node:path";
import { checkOutputFolder } from "@ctsurv/base/mod.ts";
import { findProfile, lungsNotice, openStudy, profiles, readEnvironment, type Study } from "@ctsurv/study/mod.ts";
import type { CommandInput, CommandOption } from "../command.ts";
import { protocolOptions, withProtocol } from "../protocol_options.ts";

/** The folder of the phantom cohorts. */
export const COHORTS = "data/cohorts";

/** The options that say which study it is, of every command that cross-validates rows. */
export const studyOptions: Readonly<Record<string, CommandOption>> = {
  cohort: { describe: "the cohort's folder (default: CTSURV_COHORT, else phantom-lung1)", value: "DIR" },
  profile: {
    describe: `how much is run: ${Object.keys(profiles).join(", ")} (default: CTSURV_PROFILE, else workshop)`,
    value: "NAME",
  },
  ...protocolOptions,
};

/** The options that say where a study writes. */
export const studyFolders: Readonly<Record<string, CommandOption>> = {
  output: { describe: "folder of results (default: outputs/<cohort>-<profile>, with the protocol)", value: "DIR" },
  cache: { describe: "folder that keeps slices, features and heads between runs", value: "DIR", default: "data/cache" },
};

/**
 * Opens the study of {@linkcode studyOptions} and {@linkcode studyFolders}, and ends it after its use.
 *
 * @param needs.scans Whether scans are read: then the cache is written, and weights of the lungs may need a notice.
 * @throws {InputError} If an option makes no sense or a folder cannot be written to.
 */
export async function withStudy<Result>(
  { options, environment: given = readEnvironment() }: Pick<CommandInput, "options" | "environment">,
  needs: { readonly scans: boolean },
  use: (study: Study) => Promise<Result>,
): Promise<Result> {
  const { cohort, profile, output } = options as Readonly<Record<string, string | undefined>>;
  const environment = withProtocol({
    ...given,
    profile: findProfile(profile, given).name,
    cohort: cohort ?? given.cohort,
    outputs: given.outputs ?? "outputs",
  }, options);
  if (output !== undefined) await checkOutputFolder(output);
  const cache = String(options.cache);
  if (needs.scans) await checkOutputFolder(cache);
  const study = await openStudy({
    environment,
    cache,
    cohorts: COHORTS,
    ...output !== undefined && { folder: resolve(output) },
  });
  try {
    const notice = needs.scans ? lungsNotice(study) : undefined;
    if (notice !== undefined) console.error(notice);
    return await use(study);
  } finally {
    await study.segmenter.dispose();
  }
}
