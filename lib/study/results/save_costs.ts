import { join } from "node:path";
import { type ModelCost, modelCost } from "@ctsurv/analysis/mod.ts";
import { writeAtomic } from "@ctsurv/base/mod.ts";
import { measureCost, type MeasuredCost, viewFor } from "@ctsurv/features/mod.ts";
import { backbones } from "@ctsurv/nn/mod.ts";
import { costTable } from "@ctsurv/report/mod.ts";
import type { Study } from "../study.ts";
import type { StudyFeatures } from "../study_features.ts";

/** What models cost, and the patient that they were counted on. */
export interface StudyCosts {
  /** Counted on the traced graph, and measured on this machine. */
  readonly costs: readonly (ModelCost & { readonly measured: MeasuredCost })[];
  /** The median of the patients' kept slices. */
  readonly slices: number;
}

/**
 * Counts and measures what backbones cost for a patient of this cohort, seen as the profile has it, and writes
 * `cost.json` and `cost.md`.
 *
 * @param features Whose patients and weights are meant.
 */
export async function saveCosts(
  study: Study,
  features: StudyFeatures,
  models: readonly string[],
): Promise<StudyCosts> {
  const { profile, progress, folder } = study;
  const counts = features.slices.map(({ kept }) => kept.length).sort((a, b) => a - b);
  const median = counts[counts.length >> 1]!;
  const { engine } = study.environment;
  const costs: (ModelCost & { readonly measured: MeasuredCost })[] = [];
  progress.start("Backbones measured", models.length);
  for (const model of models) {
    const { kind, slices, size } = viewFor(backbones[model]!, profile);
    const seen = { slices: slices === "all" ? median : slices, size };
    costs.push({
      ...modelCost(backbones[model]!, seen),
      measured: await measureCost({ model, kind, ...seen, engine }),
    });
    progress.tick();
  }
  progress.done(`${costs.length} backbones measured`);
  const provenance = await study.provenance(features.weights);
  await writeAtomic(join(folder, "cost.json"), JSON.stringify({ costs, provenance }, null, 2) + "\n");
  await writeAtomic(join(folder, "cost.md"), costTable(costs).markdown);
  return { costs, slices: median };
}
