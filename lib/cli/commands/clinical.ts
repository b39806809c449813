import { checkOutputFile, InputError, terminalProgress, writeAtomic } from "@ctsurv/base/mod.ts";
import { openCohort } from "@ctsurv/cohort/mod.ts";
import {
  type ClinicalRecord,
  type Exclusion,
  LUNG1_EXCLUSIONS,
  mergedSpellings,
  parseClinical,
  parseClinicalColumns,
  readTable,
} from "@ctsurv/cohort/table/mod.ts";
import type { Engine } from "@ctsurv/engine/mod.ts";
import { followUp } from "@ctsurv/features/mod.ts";
import {
  findProfile,
  findProtocol,
  monthRule,
  openEngine,
  type Profile,
  profiles,
  type Protocol,
  readEnvironment,
  trainingSettings,
} from "@ctsurv/study/mod.ts";
import { daysToMonths } from "@ctsurv/survival/mod.ts";
import {
  clinicalDeepHitTrainer,
  type ClinicalPatient,
  coxTrainer,
  crossValidate,
  type CrossValidation,
  formatPredictions,
} from "@ctsurv/training/mod.ts";
import type { Command, CommandInput } from "../command.ts";
import {
  covariateTable,
  describeCovariates,
  describeEncoding,
  describeSpellings,
  resultTable,
} from "../evaluation/clinical_text.ts";
import { protocolOptions, withProtocol } from "../protocol_options.ts";
import { followUpWarning } from "../evaluation/follow_up_warning.ts";

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
    ...protocolOptions,
    ridge: {
      describe:
        "penalty that keeps the coefficients of Cox regression small: ridge / 2 times the sum of their squares; " +
        "for levels that separate the outcomes, covariates that follow from others, or few deaths",
      value: "NUMBER",
      default: "0",
    },
    deephit: { describe: "also train DeepHit on the same covariates; this takes minutes" },
    predictions: {
      describe: "where to save the survival curves that Cox regression predicts, for `ctsurv evaluate`",
      value: "FILE.csv",
    },
  },
  async run({ options, environment: given = readEnvironment() }) {
    const environment = withProtocol(given, options);
    const profile = findProfile(String(options.profile), environment);
    const protocol = findProtocol(profile.name, environment);
    const { choices } = protocol;
    const months = monthRule(choices);
    const ridge = parseRidge(String(options.ridge ?? 0));
    const inputs = [options.clinical, options.columns].flatMap((file) => typeof file === "string" ? [file] : []);
    if (options.predictions) await checkOutputFile(String(options.predictions), { inputs });
    const { name, records, excluded } = await readPatients(options);
    const patients = records.map((record) => ({ id: record.patient, record, followUp: followUp(record, { months }) }));
    if (patients.length < profile.folds) {
      throw new InputError(
        `${name} has ${patients.length} patients, but ${profile.folds} folds need at least ${profile.folds}`,
      );
    }
    const warnings = followUpWarning(
      records.map(({ survivalDays }) => daysToMonths(survivalDays)),
      records.map(({ patient }) => patient),
      "Is the unit of the survival column right? A columns file says it (docs/COHORTS.md)",
    );
    const deaths = patients.filter(({ followUp }) => followUp.event === 1).length;
    if (deaths === 0) {
      const reason = warnings[0] ? `; ${warnings[0]}` : "";
      throw new InputError(
        `None of the ${patients.length} patients of ${name} died within 24 months, so there is nothing to predict${reason}`,
      );
    }
    const engine = options.deephit ? await openEngine(environment) : undefined;
    const trainer = coxTrainer({ ridge, ridgeName: ridge > 0 ? "a larger --ridge" : "--ridge 1" });
    const { parameters } = await trainer.train(patients);
    const cox = await crossValidate(trainer, patients, { ...profile, variant: choices.ctd });
    const deepHit = engine && await crossValidateDeepHit(patients, profile, protocol, engine);
    if (options.predictions) await writeAtomic(String(options.predictions), formatPredictions(cox.predictions));

    const covariates = describeCovariates(parameters, records);
    const { folds } = profile;
    const crossValidation = { folds, cox: summary(cox), ...deepHit && { deepHit: summary(deepHit) } };
    const { encoding, cox: { logLikelihood, nullLogLikelihood } } = parameters;
    const spellings = mergedSpellings(records);
    return {
      json: {
        name,
        profile: profile.name,
        protocol: { name: protocol.name, choices },
        patients: patients.length,
        deaths,
        excluded,
        warnings,
        encoding,
        spellings,
        ridge,
        covariates,
        logLikelihood,
        nullLogLikelihood,
        crossValidation,
      },
      text: [
        `${patients.length} patients of ${name}, ${deaths} deaths within 24 months; follow-up is censored at 24 months`,
        ...excluded.length > 0 ? [`Left out: ${excluded.map(({ patient }) => patient).join(", ")}`] : [],
        ...warnings.map((warning) => `Warning: ${warning}`),
        ...describeSpellings(spellings),
        ...describeEncoding(encoding),
        "",
        `Cox regression on all patients${ridge > 0 ? `, with a ridge of ${ridge}` : ""}`,
        covariateTable(covariates),
        "",
        `Time-dependent concordance, ${folds} folds`,
        resultTable([["Cox", cox], ...deepHit ? [["DeepHit", deepHit] as const] : []]),
      ].join("\n"),
    };
  },
};

function parseRidge(text: string): number {
  const value = /^(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text) : NaN;
  if (value < Infinity) return value;
  throw new InputError(`--ridge takes a number, 0 or more, such as 1; not "${text}"`);
}

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
  { choices }: Protocol,
  engine: Engine,
): Promise<CrossValidation> {
  const settings = trainingSettings(choices, { trained: true });
  const trainer = clinicalDeepHitTrainer(engine, { ...settings, epochs: profile.epochs });
  const progress = terminalProgress();
  progress.start("DeepHit: epochs", profile.folds * profile.epochs);
  const result = await crossValidate(trainer, patients, {
    ...profile,
    variant: choices.ctd,
    onEpoch: () => progress.tick(),
  });
  progress.done([`DeepHit: ${profile.folds} folds of ${profile.epochs} epochs`, ...result.messages ?? []].join("; "));
  await trainer.dispose();
  return result;
}

function summary({ predictions: _predictions, folds, ...rest }: CrossValidation) {
  return { ...rest, folds: folds.map(({ losses: _losses, ...fold }) => fold) };
}
