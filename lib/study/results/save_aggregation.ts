import { join } from "node:path";
import { type AggregationResult, readAggregation, writeAggregation } from "@ctsurv/report/mod.ts";
import { comparedCohort } from "../_facts.ts";
import type { Study } from "../study.ts";
import type { StudyFeatures } from "../study_features.ts";

/** Saves what notebook 3 finds beyond its rows of Table 1 as `aggregation.json`, and reads it back. */
export async function saveAggregation(
  study: Study,
  features: StudyFeatures,
  found: Pick<AggregationResult, "comparisons" | "seeds" | "attended" | "laws">,
): Promise<AggregationResult> {
  const path = join(study.folder, "aggregation.json");
  await writeAggregation(path, {
    kind: "aggregation",
    cohort: comparedCohort(study, features),
    profile: study.profile.name,
    ...found,
    provenance: await study.provenance(features.weights),
  });
  return await readAggregation(path);
}
