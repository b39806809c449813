import { InputError, terminalProgress, writeAtomic } from "@ctsurv/base/mod.ts";
import {
  clinicalCovariates,
  type ClinicalEncoding,
  type ClinicalRecord,
  type Exclusion,
  LUNG1_EXCLUSIONS,
  openCohort,
  parseClinical,
  parseClinicalColumns,
  readTable,
} from "@ctsurv/cohort/mod.ts";
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

/** What a Cox regression says of one covariate. */
export interface Covariate extends HazardRatio {
  readonly covariate: string;
  /** Of which level this is against, or what one unit is. */
  readonly against: string;
  /** Who are of the level; of a number, those with a known one. */
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

/** What was done about unknown ages and rare levels, a line each. */
function describeEncoding({ age, categories }: ClinicalEncoding): string[] {
  const rare = categories.flatMap(({ rare, reference }) =>
    rare.map(({ level, patients }) => `${level} (${patients}) as ${reference}`)
  );
  return [
    ...age && age.unknown > 0
      ? [`Age unknown: ${age.unknown}, taken as the median, ${age.median.toFixed(1)} years`]
      : [],
    ...rare.length > 0 ? [`Too few to tell, counted with the most frequent: ${rare.join(", ")}`] : [],
  ];
}

/** Hazard ratios for people. */
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

/** Concordance of each model for people. */
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
  summary: "The clinical baseline: Cox regression (and DeepHit) on age, stage, histology and sex, cross-validated.",
  options: {
    cohort: { describe: "the cohort's folder; or give --clinical", value: "DIR" },
    clinical: { describe: "a clinical table alone, without images", value: "FILE.csv" },
    columns: { describe: "with --clinical: JSON that says how it names columns; see docs/COHORTS.md", value: "FILE" },
    "keep-excluded": { describe: "with --clinical: keep the seven patients of LUNG1 that the paper's 415 leave out" },
    profile: { describe: `folds, epochs: ${Object.keys(profiles).join(", ")}`, value: "NAME", default: "workshop" },
    deephit: { describe: "also train DeepHit on the same covariates; takes minutes" },
    predictions: { describe: "where to write Cox's predicted curves, as evaluate reads them", value: "FILE.csv" },
  },
  async run({ options, environment = readEnvironment() }) {
    const profile = findProfile(String(options.profile), environment);
    const { name, records, excluded } = await readPatients(options);
    const patients = records.map((record) => ({ id: record.patient, record, followUp: followUp(record) }));
    if (patients.length < profile.folds) {
      throw new InputError(`${name} has ${patients.length} patients; ${profile.folds} folds need at least as many`);
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
        `${patients.length} patients of ${name}, ${deaths} deaths within 24 months, where follow-up is censored`,
        ...excluded.length > 0 ? [`Left out: ${excluded.map(({ patient }) => patient).join(", ")}`] : [],
        ...describeEncoding(encoding),
        "",
        "Cox regression on all of them",
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
    if (columns || options["keep-excluded"]) throw new InputError("--columns and --keep-excluded go with --clinical");
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
  progress.done(`DeepHit: ${profile.folds} folds of ${profile.epochs} epochs`);
  await trainer.dispose();
  return result;
}

function summary({ predictions: _predictions, folds, ...rest }: CrossValidation) {
  return { ...rest, folds: folds.map(({ losses: _losses, ...fold }) => fold) };
}
