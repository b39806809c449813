import { externalValidationTable, remarkLines, saysExternalValidation } from "@ctsurv/report/mod.ts";
import { openStudy, readEnvironment, validateExternally } from "@ctsurv/study/mod.ts";
import { type Command, parseNumber } from "../command.ts";
import { imageRow } from "../model_options.ts";
import { COHORTS, studyFolders, studyOptions, withStudy } from "../runs/with_study.ts";

/** `ctsurv validate`: one model of one cohort, on another. */
export const validate: Command = {
  name: "validate",
  summary: "Train on one cohort and evaluate on another, in the numbers that TRIPOD+AI asks for.",
  options: {
    model: imageRow,
    target: { describe: "the other cohort's folder (default: CTSURV_TARGET_COHORT, else phantom-claro)", value: "DIR" },
    threshold: {
      describe:
        "probability of death from which on a patient would be treated, for the net benefit (default: the share of deaths " +
        "in the cohort that the model is trained on)",
      value: "P",
    },
    ...studyOptions,
    ...studyFolders,
  },
  async run({ options, environment = readEnvironment() }) {
    const targetCohort = options.target === undefined ? environment.targetCohort : String(options.target);
    const threshold = options.threshold === undefined
      ? undefined
      : parseNumber("threshold", String(options.threshold), "above 0 and below 1, such as 0.5", (p) => p > 0 && p < 1);
    const input = { options, environment: { ...environment, targetCohort } };
    return await withStudy(input, { scans: true }, async (source) => {
      const target = await openStudy({ builtIn: "phantom-claro", beside: source, cohorts: COHORTS, needsFolds: false });
      const { result } = await validateExternally({ source, target }, {
        model: String(options.model),
        ...threshold !== undefined && { threshold },
      });
      const leftOut = [result.development, result.validation].flatMap(({ name, skipped = [] }) =>
        remarkLines({ skipped }).map((line) => `${name}: ${line}`)
      );
      const { messages = [] } = result;
      const text = [
        externalValidationTable(result).text,
        saysExternalValidation(result).join("\n"),
        [...remarkLines({ messages }), ...leftOut, source.folder].join("\n"),
      ];
      return { json: { folder: source.folder, ...result }, text: text.join("\n\n") };
    });
  },
};
