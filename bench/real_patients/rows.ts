import { usualCovariates } from "@ctsurv/cohort/table/mod.ts";
import type { LabelledPatient } from "@ctsurv/features/mod.ts";
import { backbones } from "@ctsurv/nn/mod.ts";
import { coxRow, type Study, type StudyFeatures, type StudyHeadOptions } from "@ctsurv/study/mod.ts";
import { coxTrainer, crossValidate, type CrossValidation, type Trainer } from "@ctsurv/training/mod.ts";
import { measurementNames, type RealPatient } from "./cohort.ts";
import { ctRiskTrainer } from "./ct_risk_trainer.ts";
import { fixedRiskTrainer } from "./fixed_risk_trainer.ts";

/** What a row is computed with. */
export interface RowContext {
  readonly study: Study;
  /** The patients of all rows, in one order. */
  readonly patients: readonly RealPatient[];
  /** Features of a backbone, extracted or from the cache. */
  features(backbone: string, weights: "seeded" | "phantom"): Promise<StudyFeatures>;
  /** Epochs of a survival head. */
  readonly epochs: number;
}

/** A row of the table. */
export interface RealRow {
  /** Name of its file. */
  readonly name: string;
  /** For people. */
  readonly title: string;
  /** Which part of the table. */
  readonly group: "without images" | "published network" | "Cox regression on features" | "survival head on features";
  /** Weights of the backbone; absent without images. */
  readonly weights?: "seeded" | "phantom";
  /** Whether its curves are probabilities; a published risk only ranks. */
  readonly ranksOnly?: boolean;
  /** Cross-validates the row. */
  run(context: RowContext): Promise<CrossValidation>;
}

/** A row that needs files of weights that this project may not hold. */
export interface RowNotComputed {
  readonly title: string;
  readonly reason: string;
}

/** The headline: the paper's proposal, with weights that need no download. */
export const HEADLINE = "efficientnet_b0";
/** The row that a network on the CT has to beat. */
export const BASELINE = "volume";

const names = Object.keys(backbones);
const titleOf = (backbone: string) => backbones[backbone]!.title;

/** Rows in the order of the table and of the work: what takes seconds comes first. */
export const realRows: readonly RealRow[] = [
  covariatesRow("clinical", "Age, T, N, sex", (usual) => usual),
  covariatesRow(BASELINE, "Tumour volume", () => [measurementNames.volume]),
  covariatesRow("clinical_volume", "Age, T, N, sex and tumour volume", (usual) => [...usual, measurementNames.volume]),
  publishedRow("published_risk", "Risk of Hosny et al. 2018, as published", ({ publishedRisk }) => publishedRisk),
  publishedRow("repeated_risk", "The same network, repeated by others", ({ repeatedRisk }) => repeatedRisk),
  {
    ...covariatesRow(
      "clinical_repeated_risk",
      "Age, T, N, sex and the repeated risk",
      (usual) => [...usual, measurementNames.published],
    ),
    group: "published network",
  },
  ...names.map((backbone) => coxOnFeaturesRow(backbone, "seeded")),
  coxOnFeaturesRow(HEADLINE, "phantom"),
  {
    name: "clinical_ct_risk",
    title: "Age, T, N, sex and the CT's risk (Cox on EfficientNetB0's features)",
    group: "Cox regression on features",
    weights: "seeded",
    async run(context) {
      const features = await context.features(HEADLINE, "seeded");
      const byId = new Map(features.patients.map((patient) => [patient.id, patient]));
      const patients = context.patients.map((patient) => ({ ...byId.get(patient.id)!, ...patient }));
      return await validate(context, ctRiskTrainer({ seed: context.study.profile.foldSeed }), patients);
    },
  },
  headRow(HEADLINE, HEADLINE, "soft attention"),
  headRow("efficientnet_b0_reversed", HEADLINE, "soft attention, slices in reverse order", { isReversed: true }),
  headRow("efficientnet_b0_25_epochs", HEADLINE, "soft attention, 25 epochs", { epochs: 25 }),
  headRow("efficientnet_b0_likelihood", HEADLINE, "soft attention, without the ranking term", {
    loss: { alpha: 1, beta: 0 },
  }),
  headRow("efficientnet_b0_2_layers", HEADLINE, "soft attention, DeepHit of two layers", { layers: 2 }),
  headRow("efficientnet_b0_phantom", HEADLINE, "soft attention", { weights: "phantom" }),
  headRow("average_pooling", HEADLINE, "average pooling", { aggregation: { kind: "average" } }),
  headRow("self_attention", HEADLINE, "self-attention", { aggregation: { kind: "self-attention" } }),
  ...names.filter((name) => name !== HEADLINE).map((name) =>
    headRow(name, name, backbones[name]!.input === "volume" ? "whole volume" : "soft attention")
  ),
];

/** What would need weights that are not free to be kept here. */
export const notComputed: readonly RowNotComputed[] = [
  ...names.map((name) => ({
    title: `${titleOf(name)}, pretrained`,
    reason: `needs the weights that were trained on ${backbones[name]!.input === "volume" ? "Kinetics" : "ImageNet"}`,
  })),
  { title: "Lungs by R231", reason: "needs lungmask's weights" },
];

function covariatesRow(name: string, title: string, choose: (usual: readonly string[]) => readonly string[]): RealRow {
  return {
    name,
    title,
    group: "without images",
    run(context) {
      const covariates = choose(usualCovariates(context.patients.map(({ record }) => record)));
      return validate(context, coxTrainer({ covariates, ridgeName: "a ridge" }), context.patients);
    },
  };
}

function publishedRow(name: string, title: string, riskOf: (patient: RealPatient) => number | null): RealRow {
  return {
    name,
    title,
    group: "published network",
    ranksOnly: true,
    run(context) {
      const known = context.patients.flatMap((patient) => {
        const risk = riskOf(patient);
        return risk === null ? [] : [{ patient, risk }];
      });
      const risks = new Map(known.map(({ patient: { id }, risk }) => [id, risk]));
      return validate(context, fixedRiskTrainer(risks), known.map(({ patient }) => patient));
    },
  };
}

function coxOnFeaturesRow(backbone: string, weights: "seeded" | "phantom"): RealRow {
  return {
    name: `cox_${backbone}${weights === "phantom" ? "_phantom" : ""}`,
    title: `${titleOf(backbone)}, ridge Cox on the mean of the slices`,
    group: "Cox regression on features",
    weights,
    run: async ({ study, features }) => await coxRow(study, await features(backbone, weights)),
  };
}

function headRow(
  name: string,
  backbone: string,
  what: string,
  { weights = "seeded", isReversed = false, ...changed }: {
    readonly weights?: "seeded" | "phantom";
    readonly isReversed?: boolean;
  } & Pick<StudyHeadOptions, "aggregation" | "epochs" | "layers" | "loss"> = {},
): RealRow {
  const title = `${titleOf(backbone)}, ${what}`;
  return {
    name,
    title,
    group: "survival head on features",
    weights,
    async run({ study, features, epochs }) {
      const found = await features(backbone, weights);
      const options = { title, epochs, ...changed };
      return await study.crossValidate(isReversed ? reversed(found) : found, options);
    },
  };
}

/** The same features with the slices of each patient from the other end. */
function reversed(features: StudyFeatures): StudyFeatures {
  const patients = features.patients.map((patient) => {
    const width = patient.features.length / patient.slices;
    const turned = new Float32Array(patient.features.length);
    for (let slice = 0; slice < patient.slices; slice++) {
      const from = (patient.slices - 1 - slice) * width;
      turned.set(patient.features.subarray(from, from + width), slice * width);
    }
    return { ...patient, features: turned };
  });
  return { ...features, patients };
}

function validate<Patient extends LabelledPatient, Parameters>(
  { study: { profile, protocol } }: RowContext,
  trainer: Trainer<Patient, Parameters>,
  patients: readonly Patient[],
): Promise<CrossValidation> {
  const { folds, foldSeed } = profile;
  return crossValidate(trainer, patients, { folds, foldSeed, variant: protocol.choices.ctd });
}
