import { join } from "node:path";
import { InputError, quantile } from "@ctsurv/base/mod.ts";
import type { Cohort } from "@ctsurv/cohort/mod.ts";
import {
  type CaseMix,
  type Displayable,
  type ExternalValidation,
  externalValidationTable,
  readExternalValidation,
  writeExternalValidation,
} from "@ctsurv/report/mod.ts";
import { HORIZON_MONTHS, validationScores } from "@ctsurv/survival/mod.ts";
import { toSurvivalPredictions } from "@ctsurv/training/mod.ts";
import { comparedCohort, displayAs } from "../_facts.ts";
import { findRow, refuseFusion } from "../rows/rows.ts";
import type { TransferStudies } from "../open_transfer.ts";
import type { Study } from "../study.ts";
import type { StudyFeatures } from "../study_features.ts";

/** An external validation, as it stands in its file. */
export interface StudyExternalValidation extends Displayable {
  /** What `external_validation.json` holds. */
  readonly result: ExternalValidation;
}

/**
 * Trains one head on all patients of one cohort and evaluates it on another, whose outcomes it never sees, in the numbers
 * that TRIPOD+AI asks for. Beside them stand those of the cross-validation on the first cohort, and who is in each.
 * Nothing is fitted to the second cohort, not even a shift. Writes `external_validation.json` into the source's folder.
 *
 * @param model A row of Table 1 with images.
 * @throws {InputError} If there is no such row, or a training fails.
 */
export async function validateExternally(
  { source, target }: Pick<TransferStudies, "source" | "target">,
  { model = "efficientnet_b0" }: { readonly model?: string } = {},
): Promise<StudyExternalValidation> {
  const row = findRow(model);
  const { backbone } = row;
  if (backbone === undefined) throw new InputError(`${model} has no images: name a row of Table 1 that has`);
  refuseFusion(row, "External validation");
  const head = row.aggregation ? { aggregation: row.aggregation } : {};
  const features = await source.features(backbone);
  const internal = await source.crossValidate(features, head);
  const { parameters } = await source.train(features, head);
  const others = await target.features(backbone);
  const external = await target.predict(parameters, others, head);
  const path = join(source.folder, "external_validation.json");
  await writeExternalValidation(path, {
    kind: "external-validation",
    profile: source.profile.name,
    model: row.model,
    development: caseMix(source, features),
    validation: caseMix(target, others),
    internal: validationScores(toSurvivalPredictions(internal.predictions), HORIZON_MONTHS, {
      folds: internal.predictions.map(({ fold }) => fold),
    }),
    external: validationScores(toSurvivalPredictions(external), HORIZON_MONTHS),
    provenance: await source.provenance(features.weights),
  });
  const result = await readExternalValidation(path);
  return { result, ...displayAs(externalValidationTable(result)) };
}

/** Who is in a cohort, of the patients with features. */
function caseMix(study: Pick<Study, "cohort">, features: Pick<StudyFeatures, "patients" | "deaths">): CaseMix {
  const seen = new Set(features.patients.map(({ id }) => id));
  const records = study.cohort.patients.filter(({ id }) => seen.has(id)).map(({ record }) => record);
  const known = <Value>(of: (record: Cohort["patients"][number]["record"]) => Value | null) =>
    records.map(of).filter((value): value is Value => value !== null);
  const ages = known(({ age }) => age).sort((a, b) => a - b);
  const share = (values: readonly string[], is: RegExp) =>
    values.length === 0 ? null : values.filter((value) => is.test(value)).length / values.length;
  return {
    ...comparedCohort(study, features),
    age: ages.length === 0 ? null : quantile(ages, .5),
    male: share(known(({ gender }) => gender), /^m(ale)?$/i),
    advanced: share(known(({ overallStage }) => overallStage), /^(stage )?(III|IV)/i),
  };
}
