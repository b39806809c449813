import { checkOutputFile, InputError, terminalProgress, writeAtomic } from "@ctsurv/base/mod.ts";
import { mergedSpellings } from "@ctsurv/cohort/table/mod.ts";
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
  crossValidate,
  type CrossValidation,
  formatPredictions,
} from "@ctsurv/training/mod.ts";
import { type Command, parseNumber } from "../command.ts";
import { readChoices, setsHelp } from "../evaluation/clinical_covariates.ts";
import { type ClinicalModel, clinicalModels, modelTitle } from "../evaluation/clinical_models.ts";
import {
  covariateTable,
  describeEncoding,
  describeSpellings,
  likelihoodRatioLine,
  resultTable,
} from "../evaluation/clinical_text.ts";
import { protocolOptions, withProtocol } from "../protocol_options.ts";
import { followUpWarning } from "../evaluation/follow_up_warning.ts";
import { readPatients } from "../evaluation/read_patients.ts";
import { parseRidge, ridgeOption } from "../evaluation/ridge_option.ts";

/** `ctsurv clinical`: what predicts survival without a network: clinical data, the size of the tumour, tables of features. */
export const clinical: Command = {
  name: "clinical",
  summary: "Cross-validate baselines by Cox regression: age, T, N and sex; tumour size; anybody's table of features.",
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
    covariates: {
      describe: "what to predict from, one model for each: names, sets and tables with commas between them, such as " +
        "age,t,n,sex or clinical,volume or radiomics.csv; see below (default: clinical)",
      value: "LIST",
      repeatable: true,
    },
    tumour: {
      describe:
        "with --cohort: measure the tumours, from SEG, RTSTRUCT or a phantom's truth, and add models of volume, " +
        "diameter and both with the clinical covariates",
    },
    "tumour-table": {
      describe: "with --tumour: where to save the volumes and diameters; --covariates takes this table afterwards",
      value: "FILE.csv",
    },
    "l1-ratio": {
      describe: "of the elastic net on a table: share of the penalty on absolute values, above 0, at most 1",
      value: "NUMBER",
      default: "0.5",
    },
    ridge: ridgeOption,
    deephit: { describe: "also train DeepHit on the same covariates; this takes minutes" },
    predictions: {
      describe: "where to save the survival curves that Cox regression predicts, for `ctsurv evaluate`; of a second " +
        "and further models in FILE-2.csv and so on",
      value: "FILE.csv",
    },
  },
  details:
    `Covariates are age, t, n, m (numbers), stage, histology, sex (levels) and, with --tumour, volume and diameter
(log2). Sets of them:
${setsHelp}
In a table without T and N, "clinical" takes the overall stage in their place.
A table has one row a patient and a column PatientID. FILE.csv takes all columns of numbers, by a ridge and by an
elastic net whose penalty is chosen inside each fold; FILE.csv:COLUMN+COLUMN takes some by Cox regression as it is. In
names of columns * stands for any letters, -NAME leaves columns out, and log2(NAME) takes the logarithm.
All models are compared on the same patients and folds: those who are in every table.`,
  async run({ options, environment: given = readEnvironment() }) {
    const environment = withProtocol(given, options);
    const profile = findProfile(String(options.profile), environment);
    const protocol = findProtocol(profile.name, environment);
    const { choices } = protocol;
    const months = monthRule(choices);
    const ridge = parseRidge(options.ridge);
    const l1Ratio = parseNumber(
      "l1-ratio",
      String(options["l1-ratio"] ?? .5),
      "above 0 and at most 1, such as 0.5",
      (x) => x > 0 && x <= 1,
    );
    const entries = options.covariates === undefined ? [] : String(options.covariates).split("\n");
    const inputs = [options.clinical, options.columns].flatMap((file) => typeof file === "string" ? [file] : []);
    for (const output of [options.predictions, options["tumour-table"]]) {
      if (output) await checkOutputFile(String(output), { inputs });
    }
    const { name, records, excluded, notes } = await readPatients(options);
    const first = entries[0] ?? "clinical";
    const sizes = options.tumour ? ["volume", "diameter", `${first},volume,diameter`] : [];
    const { choices: asked, ...chosen } = await readChoices(
      entries.length > 0 ? [...entries, ...sizes] : [first, ...sizes],
      records,
    );
    const patients = chosen.records.map((record) => ({
      id: record.patient,
      record,
      followUp: followUp(record, { months }),
    }));
    if (patients.length < profile.folds) {
      throw new InputError(
        `${name} has ${patients.length} patients, but ${profile.folds} folds need at least ${profile.folds}`,
      );
    }
    const warnings = followUpWarning(
      chosen.records.map(({ survivalDays }) => daysToMonths(survivalDays)),
      chosen.records.map(({ patient }) => patient),
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
    const { folds, foldSeed } = profile;
    const progress = terminalProgress();
    const penalised = asked.filter(({ isPenalised }) => isPenalised).length;
    if (penalised > 0) progress.start("Penalties: folds", penalised * new Set([0, l1Ratio]).size * (folds + 1));
    const models = await clinicalModels(asked, patients, {
      ...{ ridge, l1Ratio, folds, foldSeed, variant: choices.ctd },
      onFold: () => progress.tick(),
    });
    if (penalised > 0) progress.done("The penalties were chosen inside each fold");
    const deepHit = engine && await crossValidateDeepHit(patients, asked[0]!.covariates, profile, protocol, engine);
    if (options.predictions) await savePredictions(String(options.predictions), models);

    const [model] = models as [ClinicalModel];
    const crossValidation = { folds, cox: summary(model.crossValidation), ...deepHit && { deepHit: summary(deepHit) } };
    const used = new Set(models.flatMap(({ fit }) => fit?.encoding.categories.map(({ column }) => column) ?? []));
    const spellings = mergedSpellings(chosen.records).filter(({ column }) => used.has(column));
    const allNotes = [...notes, ...chosen.notes];
    return {
      json: {
        name,
        profile: profile.name,
        protocol: { name: protocol.name, choices },
        patients: patients.length,
        deaths,
        excluded,
        warnings,
        notes: allNotes,
        encoding: model.fit?.encoding ?? null,
        spellings,
        ridge,
        ...fitJson(model),
        crossValidation,
        models: models.map((model) => ({
          name: model.name,
          penalty: model.penalty,
          chosen: model.chosen,
          ...fitJson(model),
          crossValidation: summary(model.crossValidation),
        })),
      },
      text: [
        `${patients.length} patients of ${name}, ${deaths} deaths within 24 months; follow-up is censored at 24 months`,
        ...excluded.length > 0 ? [`Left out: ${excluded.map(({ patient }) => patient).join(", ")}`] : [],
        ...allNotes,
        ...warnings.map((warning) => `Warning: ${warning}`),
        ...describeSpellings(spellings),
        ...models.flatMap((model) => ["", ...modelLines(model, ridge, models.length > 1)]),
        "",
        `Time-dependent concordance and AUC at 24 months, ${folds} folds. Read the value within folds first: its chance`,
        "level is 0.5, that of the pooled value lies below",
        resultTable([
          ...models.map((model) =>
            [models.length > 1 || model.chosen ? modelTitle(model) : "Cox", model.crossValidation] as const
          ),
          ...deepHit ? [["DeepHit", deepHit] as const] : [],
        ]),
      ].join("\n"),
    };
  },
};

function fitJson({ fit }: ClinicalModel) {
  return {
    covariates: fit?.covariates ?? null,
    logLikelihood: fit?.cox.logLikelihood ?? null,
    nullLogLikelihood: fit?.cox.nullLogLikelihood ?? null,
    likelihoodRatio: fit?.likelihoodRatio ?? null,
  };
}

function modelLines({ name, penalty, fit, chosen }: ClinicalModel, ridge: number, isOneOfSeveral: boolean): string[] {
  const of = isOneOfSeveral ? `${name}: ` : "";
  if (fit) {
    return [
      ...describeEncoding(fit.encoding),
      `${of}Cox regression on all patients${ridge > 0 ? `, with a ridge of ${ridge}` : ""}`,
      covariateTable(fit.covariates),
      likelihoodRatioLine(fit.likelihoodRatio),
    ];
  }
  const { penalty: size, covariates, selected } = chosen!;
  return [
    `${of}Cox regression with ${penalty === "ridge" ? "a ridge" : "an elastic net"} on all patients`,
    `  penalty ${size.toPrecision(3)}, chosen by cross-validation; ${selected} of ${covariates} coefficients are not 0`,
  ];
}

async function savePredictions(file: string, models: readonly ClinicalModel[]): Promise<void> {
  for (const [k, { crossValidation }] of models.entries()) {
    const path = k === 0 ? file : file.replace(/(\.[^./\\]*)?$/, (extension) => `-${k + 1}${extension}`);
    await writeAtomic(path, formatPredictions(crossValidation.predictions));
  }
}

async function crossValidateDeepHit(
  patients: readonly ClinicalPatient[],
  covariates: readonly string[],
  profile: Profile,
  { choices }: Protocol,
  engine: Engine,
): Promise<CrossValidation> {
  const settings = trainingSettings(choices, { trained: true });
  const trainer = clinicalDeepHitTrainer(engine, { ...settings, epochs: profile.epochs }, { covariates });
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
