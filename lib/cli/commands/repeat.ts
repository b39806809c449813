import { InputError } from "@ctsurv/base/mod.ts";
import { remarkLines, repeatsTable, saysRepeats } from "@ctsurv/report/mod.ts";
import { checkRepeats, repeatCrossValidation } from "@ctsurv/study/mod.ts";
import { type Command, parseWholeNumber } from "../command.ts";
import { COHORTS, studyFolders, studyOptions, withStudy } from "../runs/with_study.ts";

/** `ctsurv repeat`: two rows, cross-validated again and again with other folds and weights. */
export const repeat: Command = {
  name: "repeat",
  summary: "Compare two rows over repeated cross-validation, by the corrected resampled t-test.",
  options: {
    models: {
      describe: "two rows on one backbone, separated by a comma",
      value: "A,B",
      default: "efficientnet_b0,average_pooling",
    },
    repeats: { describe: "how often all folds are trained", value: "N", default: "5" },
    ...studyOptions,
    ...studyFolders,
  },
  async run(input) {
    const { models, repeats: times } = input.options as Readonly<Record<string, string>>;
    const [first, second, ...more] = models!.split(",").map((name) => name.trim());
    if (!first || !second || more.length > 0) {
      throw new InputError(`--models takes two rows, such as efficientnet_b0,average_pooling; not "${models}"`);
    }
    const repeats = parseWholeNumber("repeats", times!);
    checkRepeats({ models: [first, second], repeats });
    return await withStudy(input, { scans: true }, async (study) => {
      const options = { models: [first, second], repeats, cohorts: COHORTS } as const;
      const { result } = await repeatCrossValidation(study, options);
      const text = [
        repeatsTable(result).text,
        saysRepeats(result),
        [...remarkLines(result), study.folder].join("\n"),
      ].join("\n\n");
      return { json: { folder: study.folder, ...result }, text };
    });
  },
};
