import { join } from "node:path";
import { InputError, quantile } from "@ctsurv/base/mod.ts";
import type { Cohort } from "@ctsurv/cohort/mod.ts";
import {
  type CaseMix,
  type Displayable,
  type ExternalValidation,
  externalValidationTable,
  namedMessages,
  readExternalValidation,
  writeExternalValidation,
} from "@ctsurv/report/mod.ts";
import { HORIZON_MONTHS, validationScores } from "@ctsurv/survival/mod.ts";
import { toSurvivalPredictions } from "@ctsurv/training/mod.ts";
import { comparedCohort, displayAs } from "../_facts.ts";
import { cohortInFileName } from "../selected_cohort.ts";
import { findRow, refuseFusion } from "../rows/rows.ts";
import type { TransferStudies } from "../open_transfer.ts";
import type { Study } from "../study.ts";
import type { StudyFeatures } from "../study_features.ts";
import { refuseSamePatients } from "./_refuse_same_patients.ts";

/** An external validation, as it stands in its file. */
export interface StudyExternalValidation extends Displayable {
  /** What `external_validation.json` holds. */
  readonly result: ExternalValidation;
}

/** Options of {@linkcode validateExternally}. */
export interface ValidateExternallyOptions {
  /** A row of Table 1 with images. @default {"efficientnet_b0"} */
  readonly model?: string;
  /**
   * The probability of death within 24 months from which on a patient would be treated, for the net benefit.
   *
   * @default {Kaplan-Meier's share of deaths in the source, or its mean prediction where nobody was followed so long}
   */
  readonly threshold?: number;
}

/**
 * Trains one head on all patients of one cohort and evaluates it on another, whose outcomes it never sees, in the numbers
 * that TRIPOD+AI asks for. Beside them stand those of the cross-validation on the first cohort, and who is in each.
 * Nothing is fitted to the second cohort, not even a shift.
 *
 * Writes `external_validation.json` into the source's folder; for other models than EfficientNet-B0 with the model's name,
 * and for other targets than phantom-claro with the target's.
 *
 * @param studies The target may be opened with `needsFolds: false`.
 * @throws {InputError} If there is no such row, it has no images, the target has patients of the source, the protocol
 *   measures intensities on each cohort, the threshold is no probability above 0 and below 1, or a training fails.
 */
export async function validateExternally(
  { source, target }: Pick<TransferStudies, "source" | "target">,
  { model = "efficientnet_b0", threshold }: ValidateExternallyOptions = {},
): Promise<StudyExternalValidation> {
  const row = findRow(model);
  const { backbone } = row;
  if (backbone === undefined) throw new InputError(`${model} has no images: name a row of Table 1 that has`);
  refuseFusion(row, "External validation");
  if (threshold !== undefined && !(threshold > 0 && threshold < 1)) {
    throw new InputError(`A threshold is a probability above 0 and below 1, not ${threshold}`);
  }
  refuseMeasuredIntensities(source);
  refuseSamePatients(source, target);
  const head = row.aggregation ? { aggregation: row.aggregation } : {};
  const [features, others] = [await source.features(backbone), await target.features(backbone)];
  refuseSamePatients({ ...source, slices: features.slices }, { ...target, slices: others.slices });
  const internal = await source.crossValidate(features, head);
  const { parameters, divergence } = await source.train(features, head);
  const external = await target.predict(parameters, others, head);
  const variant = source.protocol.choices.ctd;
  const inside = validationScores(toSurvivalPredictions(internal.predictions), HORIZON_MONTHS, {
    folds: internal.predictions.map(({ fold }) => fold),
    variant,
    ...threshold !== undefined && { threshold },
  });
  const outside = validationScores(toSurvivalPredictions(external), HORIZON_MONTHS, {
    variant,
    threshold: inside.netBenefit.threshold,
  });
  const path = join(source.folder, `${fileName(row.model, target.cohort)}.json`);
  await writeExternalValidation(path, {
    kind: "external-validation",
    profile: source.profile.name,
    model: row.model,
    development: caseMix(source, features),
    validation: caseMix(target, others),
    internal: inside,
    external: outside,
    messages: [
      ...namedMessages("out of fold", internal.messages),
      ...namedMessages("trained on all patients", divergence === undefined ? [] : [divergence]),
    ],
    provenance: await source.provenance(features.weights),
  });
  const result = await readExternalValidation(path);
  return { result, ...displayAs(externalValidationTable(result)) };
}

/** `external_validation` for the headline on phantom-claro, with the names of another model and another target. */
function fileName(model: string, { name }: Pick<Cohort, "name">): string {
  const target = cohortInFileName(name);
  return [
    "external_validation",
    ...model === "efficientnet_b0" ? [] : [model],
    ...target === "phantom-claro" ? [] : [target],
  ].join("_");
}

/** A mean and a deviation of the target's pixels would be fitted to the target. */
function refuseMeasuredIntensities({ protocol: { choices } }: Pick<Study, "protocol">): void {
  if (choices.intensities === "window") return;
  throw new InputError(
    `With intensities=${choices.intensities} each cohort's slices are scaled by that cohort's own pixels, so something is ` +
      "fitted to the cohort to validate on: choose intensities=window",
  );
}

/** Who is in a cohort, of the patients with features. */
function caseMix(
  study: Pick<Study, "cohort">,
  features: Pick<StudyFeatures, "patients" | "deaths" | "skipped">,
): CaseMix {
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
    skipped: features.skipped,
    advanced: share(known(({ overallStage }) => overallStage), /^(stage )?(III|IV)/i),
  };
}
