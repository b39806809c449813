import { resolve } from "node:path";
import { checkOutputFolder } from "@ctsurv/base/mod.ts";
import { backbones } from "@ctsurv/nn/mod.ts";
import { multiverseTable } from "@ctsurv/report/mod.ts";
import {
  findProfile,
  findRow,
  lungsNotice,
  openStudy,
  profiles,
  readEnvironment,
  runMultiverse,
} from "@ctsurv/study/mod.ts";
import type { Command } from "../command.ts";
import { choicesText, protocolOptions, withProtocol } from "../protocol_options.ts";

/** `ctsurv multiverse`: one model under each choice changed alone. */
export const multiverse: Command = {
  name: "multiverse",
  summary: "Cross-validate one model under each choice that the paper leaves open, changed one at a time.",
  options: {
    model: {
      describe: `the row of Table 1: ${Object.keys(backbones).join(", ")}, average_pooling, self_attention`,
      value: "NAME",
      default: "efficientnet_b0",
    },
    cohort: { describe: "the cohort's folder (default: CTSURV_COHORT, else phantom-lung1)", value: "DIR" },
    profile: {
      describe: `how much is run: ${Object.keys(profiles).join(", ")} (default: CTSURV_PROFILE, else workshop)`,
      value: "NAME",
    },
    ...protocolOptions,
    change: {
      describe: "only this row, such as attention=linear, or all rows of a choice, such as seed (default: all rows)",
      value: "CHOICE[=VALUE]",
      repeatable: true,
    },
    output: { describe: "folder of results (default: outputs/<cohort>-<profile>, with the protocol)", value: "DIR" },
    cache: { describe: "folder that keeps slices and features between runs", value: "DIR", default: "data/cache" },
  },
  details: `Rows that are there already are not computed again.\n\n${choicesText()}`,
  async run({ options, environment: given = readEnvironment() }) {
    const { cohort, profile, output, change } = options as Readonly<Record<string, string | undefined>>;
    const { model } = findRow(String(options.model));
    const environment = withProtocol({
      ...given,
      profile: findProfile(profile, given).name,
      cohort: cohort ?? given.cohort,
      outputs: given.outputs ?? "outputs",
    }, options);
    if (output !== undefined) await checkOutputFolder(output);
    const cache = String(options.cache);
    await checkOutputFolder(cache);
    const cohorts = "data/cohorts";
    const study = await openStudy({
      environment,
      cache,
      cohorts,
      ...output !== undefined && { folder: resolve(output) },
    });
    try {
      const notice = lungsNotice(study);
      if (notice !== undefined) console.error(notice);
      const changes = change === undefined ? {} : { changes: change.split("\n") };
      const { result } = await runMultiverse(study, { model, cohorts, ...changes });
      return { json: { folder: study.folder, ...result }, text: `${multiverseTable(result).text}\n\n${study.folder}` };
    } finally {
      await study.segmenter.dispose();
    }
  },
};
