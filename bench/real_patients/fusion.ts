import { join } from "node:path";
import { writeAtomic } from "@ctsurv/base/mod.ts";
import { fusionTable, saysFusion } from "@ctsurv/report/mod.ts";
import { compareFusion, type Study, type StudyFeatures } from "@ctsurv/study/mod.ts";
import { writeJson } from "./totals.ts";

/** Inner folds of late fusion. Five would take as long as all other rows of the headline together. */
const INNER_FOLDS = 3;

/**
 * CT and clinical data together, beside each alone. Trained heads stay in the folder of trainings, where an interrupted run
 * goes on; only totals are written among the results.
 */
export async function realFusion(
  study: Study,
  features: StudyFeatures,
  { output, epochs }: { readonly output: string; readonly epochs: number },
): Promise<void> {
  const { result } = await compareFusion(study, features, { innerFolds: INNER_FOLDS, epochs });
  const { provenance: { machine: _, git: __, ...made }, skipped: ___, ...rest } = result;
  await writeJson(join(output, "fusion.json"), { ...rest, made });
  const { markdown } = fusionTable(result);
  await writeAtomic(
    join(output, "fusion.md"),
    [markdown, ...saysFusion(result).map((said) => `- ${said}`), ""].join("\n"),
  );
}
