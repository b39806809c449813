import { InputError } from "@ctsurv/base/mod.ts";
import { featureSlug, readExternalFeatures, readFeatureFacts } from "@ctsurv/features/mod.ts";
import { monthRule } from "../protocol/settings.ts";
import { rowNames, type StudyRow } from "../rows/rows.ts";
import type { Study } from "../study.ts";
import { type StudyFeatures, withDisplay } from "../study_features.ts";
import { externalBackbone } from "./_external_backbone.ts";

/**
 * The row of features that another program made: named by `features.json`, or after the folder. It has the protocol's soft
 * attention where patients have a vector for each slice.
 *
 * @throws {InputError} If there is no such folder, or its name is that of a row that is computed here.
 */
export async function externalRow(folder: string): Promise<StudyRow> {
  const { name } = await readFeatureFacts(folder);
  const model = featureSlug(name);
  if (rowNames.includes(model)) {
    throw new InputError(
      `${folder}: ${model} is a row that is computed here. Give the features another name in features.json, such as ` +
        `{"name": "${name}, external"}`,
    );
  }
  return { model, name, external: folder };
}

/**
 * Features of a study's patients from a folder that another program made, in the place of `study.features`: heads are
 * trained on them and rows saved as on features of a backbone. Their weights are `external`, with the hash of the files.
 * Whatever needs the network is refused.
 *
 * @throws {InputError} If the folder is not as docs/COHORTS.md says, or none of the study's patients has features.
 */
export async function externalFeatures(
  { cohort, protocol: { choices }, progress }: Pick<Study, "cohort" | "protocol" | "progress">,
  folder: string,
): Promise<StudyFeatures> {
  const found = await readExternalFeatures(folder, cohort.patients, { months: monthRule(choices), progress });
  const { patients, skipped, hash } = found;
  const backbone = externalBackbone(found, { slug: featureSlug(found.name), folder });
  return withDisplay({
    patients,
    skipped,
    slices: [],
    backbone,
    view: { kind: backbone.architecture.input, slices: "all", size: 0 },
    weights: { kind: "external", hash },
    deaths: patients.filter(({ followUp }) => followUp.event === 1).length,
    activations: () => Promise.try(backbone.architecture.spec).then(() => []),
  });
}
