import { join } from "node:path";
import { InputError } from "@ctsurv/base/mod.ts";
import { clinicalCovariates, clinicalEncoding } from "@ctsurv/cohort/table/mod.ts";
import {
  type Displayable,
  type FusionModel,
  type FusionResult,
  type FusionRow,
  fusionTable,
  namedMessages,
  readFusion,
  saysFusion,
  type Sentences,
  sentences,
  writeFusion,
} from "@ctsurv/report/mod.ts";
import { holm } from "@ctsurv/survival/mod.ts";
import {
  type AddedValue,
  addedValue,
  assembleFolds,
  coxTrainer,
  type CrossValidation,
  type FusionPatient,
  INNER_FOLDS,
} from "@ctsurv/training/mod.ts";
import { comparedCohort, displayAs, fileNameOf, writeTable } from "../_facts.ts";
import { pairedWithinFolds } from "../laws/compare_laws.ts";
import type { Choices } from "../protocol/choices.ts";
import type { FusionKind } from "../rows/rows.ts";
import type { Study } from "../study.ts";
import type { StudyFeatures } from "../study_features.ts";
import { runFolds, type StudyHeadOptions, type UseTrainer, withTrainer } from "../study_trainer.ts";
import { fusionPatients, withFusion } from "./_with_fusion.ts";

/** Options of {@linkcode compareFusion}. */
export interface CompareFusionOptions extends Pick<StudyHeadOptions, "epochs" | "aggregation"> {
  /** Inner folds of each training of late fusion. @default {5} */
  readonly innerFolds?: number;
  /**
   * Ridge of the Cox regressions, as in `fitCox`; 1 lets a dozen patients be fitted. The test of the risk never has one.
   * @default {0}
   */
  readonly ridge?: number;
}

/** CT and clinical data together, beside each alone. A notebook shows the table. */
export interface FusionComparisons extends Displayable {
  /** What `fusion.json` holds. */
  readonly result: FusionResult;
  /** What was found, in sentences. */
  readonly said: Sentences;
  /** The four cross-validations, on the same patients and folds. */
  readonly runs: Readonly<Record<FusionModel, CrossValidation>>;
}

const names: Readonly<Record<FusionModel, string>> = {
  clinical: "Clinical data alone, Cox regression",
  ct: "CT alone, survival head",
  late_fusion: "Late fusion: the CT's risk in Cox regression",
  joint_fusion: "Joint fusion: clinical data beside the patient vector",
};

/**
 * Cross-validates the CT alone, clinical data alone, and both together by late and by joint fusion, on the patients of
 * some features and the profile's folds. It tests the CT's risk beside the clinical covariates, compares the rows within
 * folds, and writes `fusion.json`, `fusion.md` and `fusion.csv` into the study's folder of results (for other backbones
 * than EfficientNet-B0 with the backbone's name). Trained heads are kept as those of other rows.
 *
 * @param features Of the backbone that reads the CT, as `study.features` gives them.
 * @throws {InputError} If there are too few patients or deaths for the folds or inner folds, the protocol trains the
 *   backbone's final block, or Cox regression refuses the covariates; a ridge helps with the last.
 */
export async function compareFusion(
  study: Study,
  features: StudyFeatures,
  { innerFolds = INNER_FOLDS, ridge = 0, ...options }: CompareFusionOptions = {},
): Promise<FusionComparisons> {
  const patients = fusionPatients(study, features);
  const run: UseTrainer<CrossValidation> = async (trainer, given, title) => {
    const outcomes = await runFolds(study, trainer, given, title);
    return assembleFolds(outcomes, given.map(({ id }) => id), { variant: study.protocol.choices.ctd });
  };
  const fuse = (kind: FusionKind) => {
    const title = names[`${kind}_fusion`];
    return withFusion(study, kind, features, { ...options, title, innerFolds, ridge, ridgeName: "a ridge" }, run);
  };
  const runs = {
    clinical: await withTrainer(
      coxTrainer({ ridge, ridgeName: "a ridge" }),
      patients,
      { title: names.clinical, epochs: 0 },
      run,
    ),
    ct: await study.crossValidate(features, { ...options, title: names.ct }),
    late_fusion: await fuse("late"),
    joint_fusion: await fuse("joint"),
  };
  const added = addedOrNothing(patients, runs.ct);
  const { choices } = study.protocol;
  const { name: backbone } = features.backbone.architecture;
  const path = join(study.folder, fileNameOf("fusion", backbone));
  await writeFusion(`${path}.json`, {
    kind: "fusion",
    cohort: comparedCohort(study, features),
    profile: study.profile.name,
    protocol: study.protocol.name,
    backbone,
    weights: features.weights,
    covariates: clinicalCovariates(clinicalEncoding(patients.map(({ record }) => record))),
    innerFolds,
    ridge,
    rows: Object.entries(runs).map(([model, run]) => rowOf(model as FusionModel, run, choices)),
    comparisons: comparisonsOf(runs, choices),
    addedRisk: added && { test: added.test, p: added.p, hazardRatio: added.hazardRatio },
    skipped: features.skipped,
    messages: Object.entries(runs).flatMap(([model, { messages }]) =>
      namedMessages(names[model as FusionModel], messages)
    ),
    provenance: { ...await study.provenance(features.weights) },
  });
  const result = await readFusion(`${path}.json`);
  const shown = fusionTable(result);
  await writeTable(path, shown);
  return { result, runs, said: sentences(...saysFusion(result)), ...displayAs(shown) };
}

/** A dozen patients can be too few for Cox regression without a ridge; the rows are worth having all the same. */
function addedOrNothing(
  patients: readonly FusionPatient[],
  { predictions }: Pick<CrossValidation, "predictions">,
): AddedValue | null {
  try {
    return addedValue(patients, predictions);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return null;
  }
}

function rowOf(
  model: FusionModel,
  { ctdWithinFolds, mean, stdSample, atHorizon: { auc } }: CrossValidation,
  { ctd }: Pick<Choices, "ctd">,
): FusionRow {
  return { model, name: names[model], ctdWithinFolds: ctdWithinFolds.pre[ctd], mean, stdSample, auc };
}

function comparisonsOf(runs: FusionComparisons["runs"], choices: Pick<Choices, "ctd">): FusionResult["comparisons"] {
  const found = (["late_fusion", "joint_fusion"] as const).flatMap((model) =>
    (["clinical", "ct"] as const).map((against) => ({
      model,
      against,
      difference: pairedWithinFolds(runs[model], runs[against], choices),
    }))
  );
  const compared = found.filter(({ difference }) => difference !== null);
  const adjusted = holm(compared.map(({ difference }) => difference!.p));
  return found.map((one) => ({ ...one, pHolm: adjusted[compared.indexOf(one)] ?? null }));
}
