import { InputError } from "@ctsurv/base/mod.ts";
import { backbones } from "@ctsurv/nn/mod.ts";
import { fusionTable, remarkLines, saysFusion } from "@ctsurv/report/mod.ts";
import { compareFusion } from "@ctsurv/study/mod.ts";
import { type Command, parseWholeNumber } from "../command.ts";
import { parseRidge, ridgeOption } from "../evaluation/ridge_option.ts";
import { choicesText } from "../protocol_options.ts";
import { studyFolders, studyOptions, withStudy } from "../runs/with_study.ts";

/** `ctsurv fusion`: CT and clinical data together, beside each alone. */
export const fusion: Command = {
  name: "fusion",
  summary: "CT and clinical data together by late and joint fusion, beside each alone; test what the CT adds.",
  options: {
    backbone: {
      describe: `the backbone that reads the CT: ${Object.keys(backbones).join(", ")}`,
      value: "NAME",
      default: "efficientnet_b0",
    },
    "inner-folds": {
      describe: "inner folds of each training of late fusion, at least 2; each costs a training of the head",
      value: "N",
      default: "5",
    },
    ridge: { ...ridgeOption, describe: `of the rows' Cox regressions: ${ridgeOption.describe}` },
    ...studyOptions,
    ...studyFolders,
  },
  details: choicesText(),
  async run(input) {
    const backbone = String(input.options.backbone);
    const innerFolds = parseWholeNumber("inner-folds", String(input.options["inner-folds"] ?? 5));
    if (innerFolds < 2) throw new InputError(`--inner-folds takes a whole number from 2, not ${innerFolds}`);
    const ridge = parseRidge(input.options.ridge);
    return await withStudy(input, { scans: true }, async (study) => {
      const features = await study.features(backbone);
      const { result } = await compareFusion(study, features, { innerFolds, ridge });
      return {
        json: { ...result, folder: study.folder },
        text: [
          fusionTable(result).text,
          "",
          ...saysFusion(result),
          "",
          ...remarkLines(result),
          `Results: ${study.folder}`,
        ].join("\n"),
      };
    });
  },
};
