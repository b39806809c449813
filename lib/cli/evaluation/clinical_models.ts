import { type CtdVariant, type LikelihoodRatio, likelihoodRatio } from "@ctsurv/survival/mod.ts";
import {
  type ChosenCox,
  type ClinicalCox,
  type ClinicalPatient,
  coxTrainer,
  crossValidate,
  type CrossValidation,
  penalisedCoxTrainer,
} from "@ctsurv/training/mod.ts";
import { type Covariate, describeCovariates } from "./clinical_text.ts";
import type { CovariateChoice } from "./clinical_covariates.ts";
import { ridgeName } from "./ridge_option.ts";

/** A Cox regression on one choice of covariates, on all patients and cross-validated. */
export interface ClinicalModel {
  /** The covariates as they were asked for. */
  readonly name: string;
  readonly penalty: "none" | "ridge" | "elastic net";
  /** Of the fit on all patients; null under a penalty that was chosen inside each fold. */
  readonly fit: FittedClinicalModel | null;
  /** Under a chosen penalty: that of all patients, and how many coefficients are not 0. */
  readonly chosen: {
    readonly penalty: number;
    readonly l1Ratio: number;
    readonly covariates: number;
    readonly selected: number;
  } | null;
  readonly crossValidation: CrossValidation;
}

/** What is known of a fit on all patients. */
export interface FittedClinicalModel extends ClinicalCox {
  readonly covariates: readonly Covariate[];
  /** Null with a ridge, under which the test does not hold. */
  readonly likelihoodRatio: LikelihoodRatio | null;
}

/** How the regressions are done. */
export interface ClinicalModelOptions {
  readonly ridge: number;
  /** Of the elastic net. */
  readonly l1Ratio: number;
  readonly folds: number;
  readonly foldSeed: number;
  /** Of Ctd in the folds. */
  readonly variant: CtdVariant;
  /** Called after each fold of a penalised model, and after its fit on all patients. */
  readonly onFold: () => void;
}

/** Models of each choice: one, or with all columns of a table a ridge and an elastic net. */
export async function clinicalModels(
  choices: readonly CovariateChoice[],
  patients: readonly ClinicalPatient[],
  options: ClinicalModelOptions,
): Promise<ClinicalModel[]> {
  const models: ClinicalModel[] = [];
  for (const choice of choices) {
    if (!choice.isPenalised) {
      models.push(await plainModel(choice, patients, options));
      continue;
    }
    for (const l1Ratio of new Set([0, options.l1Ratio])) {
      models.push(await penalisedModel(choice, patients, { ...options, l1Ratio }));
    }
  }
  return models;
}

async function plainModel(
  { title, covariates }: CovariateChoice,
  patients: readonly ClinicalPatient[],
  { ridge, folds, foldSeed, variant }: ClinicalModelOptions,
): Promise<ClinicalModel> {
  const trainer = coxTrainer({ ridge, ridgeName: ridgeName(ridge), covariates });
  const { parameters } = await trainer.train(patients);
  return {
    name: title,
    penalty: ridge > 0 ? "ridge" : "none",
    fit: {
      ...parameters,
      covariates: describeCovariates(parameters, patients.map(({ record }) => record)),
      likelihoodRatio: ridge > 0 ? null : likelihoodRatio(parameters.cox),
    },
    chosen: null,
    crossValidation: await crossValidate(trainer, patients, { folds, foldSeed, variant }),
  };
}

async function penalisedModel(
  { title, covariates }: CovariateChoice,
  patients: readonly ClinicalPatient[],
  { l1Ratio, folds, foldSeed, variant, onFold }: ClinicalModelOptions,
): Promise<ClinicalModel> {
  const trainer = penalisedCoxTrainer({ l1Ratio, seed: foldSeed, covariates });
  const crossValidation = await crossValidate(trainer, patients, { folds, foldSeed, variant, onFold });
  const { parameters: { cox } } = await trainer.train(patients);
  onFold();
  return {
    name: title,
    penalty: l1Ratio === 0 ? "ridge" : "elastic net",
    fit: null,
    chosen: describeChosen(cox),
    crossValidation,
  };
}

function describeChosen({ penalty, l1Ratio, coefficients }: ChosenCox["cox"]): NonNullable<ClinicalModel["chosen"]> {
  return { penalty, l1Ratio, covariates: coefficients.length, selected: coefficients.filter((b) => b !== 0).length };
}

/** How a model is named in a table: its covariates and, where there is one, the penalty that was chosen. */
export function modelTitle({ name, chosen, penalty }: Pick<ClinicalModel, "name" | "chosen" | "penalty">): string {
  return chosen ? `${name}, ${penalty}` : name;
}
