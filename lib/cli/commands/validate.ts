import { externalValidationTable, saysExternalValidation } from "@ctsurv/report/mod.ts";
import { openStudy, readEnvironment, validateExternally } from "@ctsurv/study/mod.ts";
import type { Command } from "../command.ts";
import { imageRow } from "../model_options.ts";
import { COHORTS, studyFolders, studyOptions, withStudy } from "../runs/with_study.ts";

/** `ctsurv validate`: one model of one cohort, on another. */
export const validate: Command = {
  name: "validate",
  summary: "Train on one cohort and evaluate on another, in the numbers that TRIPOD+AI asks for.",
  options: {
    model: imageRow,
    target: { describe: "the other cohort's folder (default: CTSURV_TARGET_COHORT, else phantom-claro)", value: "DIR" },
    ...studyOptions,
    ...studyFolders,
  },
  async run({ options, environment = readEnvironment() }) {
    const targetCohort = options.target === undefined ? environment.targetCohort : String(options.target);
    const input = { options, environment: { ...environment, targetCohort } };
    return await withStudy(input, { scans: true }, async (source) => {
      const target = await openStudy({ builtIn: "phantom-claro", beside: source, cohorts: COHORTS });
      const { result } = await validateExternally({ source, target }, { model: String(options.model) });
      const text = [externalValidationTable(result).text, saysExternalValidation(result).join("\n"), source.folder];
      return { json: { folder: source.folder, ...result }, text: text.join("\n\n") };
    });
  },
};
