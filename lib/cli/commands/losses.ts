import { namedMessages, remarkLines, saysBatchSizes, saysLosses } from "@ctsurv/report/mod.ts";
import { compareLosses, findRow } from "@ctsurv/study/mod.ts";
import type { Command } from "../command.ts";
import { imageRow } from "../model_options.ts";
import { studyFolders, studyOptions, withStudy } from "../runs/with_study.ts";

/** `ctsurv losses`: one model under each survival loss. */
export const losses: Command = {
  name: "losses",
  summary: "Cross-validate one model under each survival loss, and compare each with DeepHit.",
  options: {
    model: imageRow,
    ...studyOptions,
    "batch-sizes": { describe: "also train Cox's loss in batches of 4, of 16 and of all patients, which takes longer" },
    ...studyFolders,
  },
  details: "Heads are kept in the cache: a second run trains nothing. One loss alone is cross-validate --loss NAME.",
  async run(input) {
    const { model } = findRow(String(input.options.model));
    const batchSizes = input.options["batch-sizes"] === true ? [4, 16, "all"] as const : [];
    return await withStudy(input, { scans: true }, async (study) => {
      const compared = await compareLosses(study, model, { batchSizes });
      const { result } = compared;
      const tables = [compared.table, ...compared.batchSizes ? [compared.batchSizes] : []];
      const messages = result.rows.flatMap(({ loss, messages }) => namedMessages(loss, messages));
      return {
        json: { folder: study.folder, ...result },
        text: [
          ...tables.flatMap(({ text }) => [text, ""]),
          saysLosses(result),
          ...compared.batchSizes ? [saysBatchSizes(result)] : [],
          ...remarkLines({ ...result, messages }),
          "",
          study.folder,
        ].join("\n"),
      };
    });
  },
};
