import { InputError } from "@ctsurv/base/mod.ts";
import { learningCurveTable, remarkLines, saysLearningCurve } from "@ctsurv/report/mod.ts";
import { learningCurve } from "@ctsurv/study/mod.ts";
import type { Command } from "../command.ts";
import { imageRow } from "../model_options.ts";
import { studyFolders, studyOptions, withStudy } from "../runs/with_study.ts";

/** `ctsurv learning-curve`: one row with fewer training patients. */
export const learningCurveCommand: Command = {
  name: "learning-curve",
  summary: "Cross-validate a row with parts of the training patients: would more patients help?",
  options: {
    model: imageRow,
    shares: {
      describe: "parts of each fold's training patients, in percent and separated by commas",
      value: "LIST",
      default: "25,50,75",
    },
    ...studyOptions,
    ...studyFolders,
  },
  async run(input) {
    const shares = String(input.options.shares).split(",").map((percent) => percentOf(percent.trim()));
    return await withStudy(input, { scans: true }, async (study) => {
      const { result } = await learningCurve(study, { model: String(input.options.model), shares });
      const text = [
        learningCurveTable(result).text,
        saysLearningCurve(result),
        [...remarkLines(result), study.folder].join("\n"),
      ].join("\n\n");
      return { json: { folder: study.folder, ...result }, text };
    });
  },
};

function percentOf(text: string): number {
  const percent = Number(text);
  if (text !== "" && percent > 0 && percent < 100) return percent / 100;
  throw new InputError(`--shares takes numbers above 0 and below 100, such as 25,50,75; not "${text}"`);
}
