import { InputError } from "@ctsurv/base/mod.ts";
import { backbones } from "@ctsurv/nn/mod.ts";
import { type CohortPart, findRow, prepareRow } from "@ctsurv/study/mod.ts";
import type { Command } from "../command.ts";
import { studyFolders, studyOptions, withStudy } from "../runs/with_study.ts";

/** `ctsurv prepare`: slices and features of a part of a cohort. */
export const prepare: Command = {
  name: "prepare",
  summary: "Preprocess patients and extract their features into the cache, so that cross-validate finds them there.",
  options: {
    model: {
      describe: `whose features: ${Object.keys(backbones).join(", ")}, average_pooling, self_attention`,
      value: "NAME",
      required: true,
    },
    part: {
      describe: "only this part of the patients, such as 2/10: a job of a cluster",
      value: "K/N",
      default: "1/1",
    },
    ...studyOptions,
    cache: studyFolders.cache!,
  },
  details: "Patients who cannot be used are listed, with the reason; cross-validate leaves them out.",
  async run(input) {
    const { model } = findRow(String(input.options.model));
    const part = parsePart(String(input.options.part));
    return await withStudy(input, { scans: true }, async (study) => {
      const prepared = await prepareRow(study, model, part);
      const { patients, skipped } = prepared;
      return {
        json: { model, cohort: study.cohort.name, cache: study.cache, ...prepared },
        text: [
          `${model}: ${
            patients - skipped.length
          } of ${patients} patients of part ${part.part} of ${part.parts} prepared`,
          ...skipped.map(({ patient, reason }) => `${patient} left out: ${reason}`),
        ].join("\n"),
      };
    });
  },
};

function parsePart(text: string): CohortPart {
  const [, part, parts] = /^(\d+)\/(\d+)$/.exec(text) ?? [];
  if (part === undefined) throw new InputError(`--part is "${text}": write such as 2/10, the second of ten parts`);
  return { part: Number(part), parts: Number(parts) };
}
