import { InputError, terminalProgress, writeAtomic } from "@ctsurv/base/mod.ts";
import { openCohort } from "@ctsurv/cohort/mod.ts";
import {
  clinicalCovariates,
  type ClinicalEncoding,
  type ClinicalRecord,
  type Exclusion,
  LUNG1_EXCLUSIONS,
  parseClinical,
  parseClinicalColumns,
  readTable,
} from "@ctsurv/cohort/table/mod.ts";
import { followUp } from "@ctsurv/features/mod.ts";
import { table } from "@ctsurv/report/mod.ts";
import {
  type Environment,
  findProfile,
  openEngine,
  type Profile,
  profiles,
  readEnvironment,
} from "@ctsurv/study/mod.ts";
import { type HazardRatio, hazardRatios } from "@ctsurv/survival/mod.ts";
import {
  type ClinicalCox,
  clinicalDeepHitTrainer,
  type ClinicalPatient,
  coxTrainer,
  crossValidate,
  type CrossValidation,
  formatPredictions,
} from "@ctsurv/training/mod.ts";
import type { Command, CommandInput } from "../command.ts";

/** The result of a Cox regression for one covariate. */
export interface Covariate extends HazardRatio {
  readonly covariate: string;
  /** The level that it is compared with, or the size of one unit. */
  readonly against: string;
  /** Patients of the level; for a number, patients with a known value. */
  readonly patients: number;
  readonly coefficient: number;
  readonly standardError: number;
}

/** Each covariate, in the order of the coefficients. */
function describeCovariates({ encoding, cox }: ClinicalCox, records: readonly ClinicalRecord[]): Covariate[] {
  const { age, categories } = encoding;
  const meanings = [
    ...age ? [{ against: `per ${age.std.toFixed(1)} years`, patients: records.length - age.unknown }] : [],
    ...categories.flatMap(({ levels, reference }) =>
      levels.map(({ patients }) => ({ against: `against ${reference}`, patients }))
    ),
  ];
  const ratios = hazardRatios(cox);
  return clinicalCovariates(encoding).map((covariate, k) => ({
    covariate,
    ...meanings[k]!,
    coefficient: cox.coefficients[k]!,
    standardError: cox.standardErrors[k]!,
    ...ratios[k]!,
  }));
}

/** How unknown ages and rare levels were handled, one line each. */
function describeEncoding({ age, categories }: ClinicalEncoding): string[] {
  const rare = categories.flatMap(({ rare, reference }) =>
    rare.map(({ level, patients }) => `${level} (${patients}) as ${reference}`)
  );
  return [
    ...age && age.unknown > 0
      ? [`Age unknown for ${age.unknown} patients, replaced by the median, ${age.median.toFixed(1)} years`]
      : [],
    ...rare.length > 0 ? [`Rare levels, merged with the most frequent one: ${rare.join(", ")}`] : [],
  ];
}

/** Hazard ratios as a printed table. */
function covariateTable(covariates: readonly Covariate[]): string {
  return table(covariates, [
    { label: "Covariate", value: ({ covariate }) => covariate },
    { label: "", value: ({ against }) => against },
    { label: "Patients", value: ({ patients }) => patients },
    { label: "Hazard ratio", value: ({ ratio }) => ratio, decimals: 3 },
    { label: "95 % from", value: ({ low }) => low, decimals: 3 },
    { label: "to", value: ({ high }) => high, decimals: 3 },
    { label: "Coefficient", value: ({ coefficient }) => coefficient, decimals: 4 },
    { label: "Std. error", value: ({ standardError }) => standardError, decimals: 4 },
  ]).text;
}

/** Concordance of each model as a printed table. */
function resultTable(rows: readonly (readonly [name: string, result: CrossValidation])[]): string {
  return table(rows, [
    { label: "Model", value: ([name]) => name },
    { label: "Mean", value: ([, { mean }]) => mean, decimals: 3 },
    { label: "Std (n - 1)", value: ([, { stdSample }]) => stdSample, decimals: 3 },
    { label: "Pooled", value: ([, { pooled }]) => pooled.pre.risk.value, decimals: 3 },
    { label: "95 % from", value: ([, { interval }]) => interval?.low, decimals: 3 },
    { label: "to", value: ([, { interval }]) => interval?.high, decimals: 3 },
  ]).text;
}

/** `ctsurv clinical`: what age, stage, histology and sex alone predict, on the folds that the image models use. */
export const clinical: Command = {
  name: "clinical",
  summary: "Cross-validate the clinical baseline: Cox regression (and DeepHit) on age, stage, histology and sex.",
  options: {
    cohort: { describe: "the cohort's folder (or use --clinical)", value: "DIR" },
    clinical: { describe: "a clinical table without images", value: "FILE.csv" },
    columns: {
      describe: "with --clinical: JSON file that describes the table's columns; see docs/COHORTS.md",
      value: "FILE",
    },
    "keep-excluded": { describe: "with --clinical: keep the seven patients of LUNG1 that the paper excludes" },
    profile: {
      describe: `profile that sets folds and epochs: ${Object.keys(profiles).join(", ")}`,
      value: "NAME",
      default: "workshop",
    },
    deephit: { describe: "also train DeepHit on the same covariates; this takes minutes" },
    predictions: {
      describe: "where to save the survival curves that Cox regression predicts, for `ctsurv evaluate`",
      value: "FILE.csv",
    },
  },
  async run({ options, environment = readEnvironment() }) {
    const profile = findProfile(String(options.profile), environment);
    const { name, records, excluded } = await readPatients(options);
    const patients = records.map((record) => ({ id: record.patient, record, followUp: followUp(record) }));
    if (patients.length < profile.folds) {
      throw new InputError(
        `${name} has ${patients.length} patients, but ${profile.folds} folds need at least ${profile.folds}`,
      );
    }
    const trainer = coxTrainer();
    const { parameters } = await trainer.train(patients);
    const cox = await crossValidate(trainer, patients, profile);
    const deepHit = options.deephit ? await crossValidateDeepHit(patients, profile, environment) : undefined;
    if (options.predictions) await writeAtomic(String(options.predictions), formatPredictions(cox.predictions));

    const deaths = patients.filter((patient) => patient.followUp.event === 1).length;
    const covariates = describeCovariates(parameters, records);
    const { folds } = profile;
    const crossValidation = { folds, cox: summary(cox), ...deepHit && { deepHit: summary(deepHit) } };
    const { encoding, cox: { logLikelihood, nullLogLikelihood } } = parameters;
    return {
      json: {
        name,
        patients: patients.length,
        deaths,
        excluded,
        encoding,
        covariates,
        logLikelihood,
        nullLogLikelihood,
        crossValidation,
      },
      text: [
        `${patients.length} patients of ${name}, ${deaths} deaths within 24 months; follow-up is censored at 24 months`,
        ...excluded.length > 0 ? [`Left out: ${excluded.map(({ patient }) => patient).join(", ")}`] : [],
        ...describeEncoding(encoding),
        "",
        "Cox regression on all patients",
        covariateTable(covariates),
        "",
        `Time-dependent concordance, ${folds} folds`,
        resultTable([["Cox", cox], ...deepHit ? [["DeepHit", deepHit] as const] : []]),
      ].join("\n"),
    };
  },
};

interface Patients {
  readonly name: string;
  readonly records: readonly ClinicalRecord[];
  readonly excluded: readonly Exclusion[];
}

async function readPatients(options: CommandInput["options"]): Promise<Patients> {
  const { cohort: dir, clinical: file, columns } = options;
  if ((dir === undefined) === (file === undefined)) {
    throw new InputError('"ctsurv clinical" needs either --cohort DIR or --clinical FILE.csv');
  }
  if (dir !== undefined) {
    if (columns || options["keep-excluded"]) {
      throw new InputError("Use --columns and --keep-excluded only with --clinical");
    }
    const { name, patients, excluded } = await openCohort(String(dir));
    return { name, records: patients.map(({ record }) => record), excluded };
  }
  const meaning = columns ? parseClinicalColumns(await readTable(String(columns)), String(columns)) : undefined;
  const all = parseClinical(await readTable(String(file)), String(file), meaning);
  const excluded = options["keep-excluded"]
    ? []
    : LUNG1_EXCLUSIONS.filter(({ patient }) => all.some((record) => record.patient === patient));
  const left = new Set(excluded.map(({ patient }) => patient));
  return { name: String(file), records: all.filter(({ patient }) => !left.has(patient)), excluded };
}

async function crossValidateDeepHit(
  patients: readonly ClinicalPatient[],
  profile: Profile,
  environment: Environment,
): Promise<CrossValidation> {
  const trainer = clinicalDeepHitTrainer(await openEngine(environment), profile);
  const progress = terminalProgress();
  progress.start("DeepHit: epochs", profile.folds * profile.epochs);
  const result = await crossValidate(trainer, patients, { ...profile, onEpoch: () => progress.tick() });
  progress.done([`DeepHit: ${profile.folds} folds of ${profile.epochs} epochs`, ...result.messages ?? []].join("; "));
  await trainer.dispose();
  return result;
}

function summary({ predictions: _predictions, folds, ...rest }: CrossValidation) {
  return { ...rest, folds: folds.map(({ losses: _losses, ...fold }) => fold) };
}
