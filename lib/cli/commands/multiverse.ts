import { multiverseTable } from "@ctsurv/report/mod.ts";
import { findRow, runMultiverse } from "@ctsurv/study/mod.ts";
import type { Command } from "../command.ts";
import { imageRow } from "../model_options.ts";
import { choicesText } from "../protocol_options.ts";
import { COHORTS, studyFolders, studyOptions, withStudy } from "../runs/with_study.ts";

/** `ctsurv multiverse`: one model under each choice changed alone. */
export const multiverse: Command = {
  name: "multiverse",
  summary: "Cross-validate one model under each choice that the paper leaves open, changed one at a time.",
  options: {
    model: imageRow,
    ...studyOptions,
    change: {
      describe: "only this row, such as attention=linear, or all rows of a choice, such as seed (default: all rows)",
      value: "CHOICE[=VALUE]",
      repeatable: true,
    },
    ...studyFolders,
  },
  details: `Rows that are there already are not computed again.\n\n${choicesText()}`,
  async run(input) {
    const { change } = input.options as Readonly<Record<string, string | undefined>>;
    const { model } = findRow(String(input.options.model));
    return await withStudy(input, { scans: true }, async (study) => {
      const changes = change === undefined ? {} : { changes: change.split("\n") };
      const { result } = await runMultiverse(study, { model, cohorts: COHORTS, ...changes });
      return { json: { folder: study.folder, ...result }, text: `${multiverseTable(result).text}\n\n${study.folder}` };
    });
  },
};
