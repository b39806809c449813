import { checkOutputFolder, formatP, InputError } from "@ctsurv/base/mod.ts";
import { formatNumber, remarkLines, saysUncertainty, spreadTable, uncertaintyTable } from "@ctsurv/report/mod.ts";
import {
  type CrossValidatedRow,
  crossValidateRow,
  type EnsembleRow,
  ensembleRow,
  externalRow,
  findRow,
  rowNames,
  saveFoldModels,
  type Study,
  type StudyRow,
  type TrainedFold,
  trainRowFold,
} from "@ctsurv/study/mod.ts";
import type { NullScore } from "@ctsurv/training/mod.ts";
import { alignColumns, type Command, type CommandInput, type CommandOutput, parseWholeNumber } from "../command.ts";
import { parsePasses } from "../model_options.ts";
import { parseRidge, ridgeName, ridgeOption } from "../evaluation/ridge_option.ts";
import { choicesText, lossOption } from "../protocol_options.ts";
import { studyFolders, studyOptions, withStudy } from "../runs/with_study.ts";

/** Permutations of which no p-value asks for more. */
const MOST_PERMUTATIONS = 10_000;

/** `ctsurv cross-validate`: one row of Table 1, or the clinical baseline. */
export const crossValidate: Command = {
  name: "cross-validate",
  summary: "Cross-validate one model of Table 1, or the clinical baseline; with --null, say where chance lies.",
  options: {
    model: {
      describe: `the row of Table 1, or one beside it: ${rowNames.join(", ")}`,
      value: "NAME",
    },
    features: {
      describe: "in the place of --model: a folder of features that another program made; see docs/COHORTS.md",
      value: "DIR",
    },
    ...studyOptions,
    loss: lossOption,
    null: {
      describe: "repeat the whole so often with outcomes dealt anew among the patients",
      value: "N",
      default: "0",
    },
    fold: {
      describe: "train this fold alone, from 1, and keep it: a job of a cluster. The whole then takes it from there",
      value: "N",
    },
    ensemble: {
      describe:
        "train so many seeds in each fold, take the mean of their curves, and hold its spread against the error",
      value: "N",
    },
    "dropout-passes": {
      describe: "with --ensemble: also apply the first seed's heads so often with dropout",
      value: "N",
      default: "0",
    },
    models: { describe: "also save the model of each fold there, for predict and export", value: "DIR" },
    ridge: { ...ridgeOption, describe: `with --model clinical or late_fusion: ${ridgeOption.describe}` },
    ...studyFolders,
  },
  details: choicesText(),
  async run(input) {
    const row = await rowOf(input.options);
    const permutations = parseWholeNumber("null", String(input.options.null));
    if (permutations > MOST_PERMUTATIONS) {
      throw new InputError(`--null ${permutations} is too many: at most ${MOST_PERMUTATIONS}`);
    }
    const ridge = parseRidge(input.options.ridge);
    const isCox = row.model === "clinical" || row.fusion === "late";
    if (ridge > 0 && !isCox) {
      throw new InputError(
        `--ridge is for --model clinical and late_fusion; ${row.model} trains a network, without Cox regression`,
      );
    }
    const fold = input.options.fold === undefined ? undefined : parseWholeNumber("fold", String(input.options.fold));
    if (fold !== undefined && (permutations > 0 || ridge > 0)) {
      throw new InputError("--fold trains one fold as it is: leave --null and --ridge to the run of all folds");
    }
    const seeds = input.options.ensemble === undefined
      ? undefined
      : parseWholeNumber("ensemble", String(input.options.ensemble));
    if (seeds !== undefined && row.external !== undefined) {
      throw new InputError(
        "--ensemble is for a row of images that is computed here: name it with --model in the place of --features",
      );
    }
    if (seeds !== undefined && seeds < 2) {
      throw new InputError(`--ensemble ${seeds} is none: it takes at least 2 seeds`);
    }
    const passes = parsePasses(input.options);
    if (seeds === undefined && passes > 0) {
      throw new InputError("--dropout-passes goes with --ensemble, such as --ensemble 5 --dropout-passes 50");
    }
    if (seeds !== undefined && (permutations > 0 || fold !== undefined)) {
      throw new InputError("--ensemble trains all folds as they are: leave out --null and --fold");
    }
    const models = input.options.models as string | undefined;
    if (models !== undefined && (fold !== undefined || row.backbone === undefined)) {
      throw new InputError("--models saves networks of all folds: leave out --fold, and name a row with images");
    }
    if (models !== undefined) await checkOutputFolder(models);
    return await withStudy(input, { scans: row.backbone !== undefined }, async (study) => {
      if (models !== undefined) await saveFoldModels(study, row.model, models);
      if (seeds !== undefined) return ensembleOutput(study, await ensembleRow(study, row.model, { seeds, passes }));
      if (fold !== undefined) return foldOutput(study, await trainRowFold(study, row, fold));
      const run = await crossValidateRow(study, row, {
        permutations,
        ...isCox && { ridge, ridgeName: ridgeName(ridge) },
      });
      return { json: summary(study, run), text: describe(study, run) };
    });
  },
};

/** The row that `--model` or `--features` names; one of them is needed. */
async function rowOf({ model, features }: CommandInput["options"]): Promise<StudyRow> {
  if ((model === undefined) === (features === undefined)) {
    throw new InputError(
      model === undefined
        ? `"ctsurv cross-validate" needs --model NAME, or --features DIR. See "ctsurv cross-validate --help"`
        : "--features are a row of their own: leave --model out",
    );
  }
  return features === undefined ? findRow(String(model)) : await externalRow(String(features));
}

function foldOutput({ profile: { folds } }: Study, { row, outcome, path }: TrainedFold): CommandOutput {
  const { result: { fold, patients, events }, divergence } = outcome;
  return {
    json: { model: row.model, fold, folds, patients, events, path, ...divergence !== undefined && { divergence } },
    text: [
      `${row.name}, fold ${fold} of ${folds}: ${patients} patients tested, of whom ${events} died`,
      ...divergence === undefined ? [] : [`warning: ${divergence}`],
      `Result: ${path}`,
    ].join("\n"),
  };
}

function ensembleOutput({ folder, profile, protocol, cohort }: Study, { row, result }: EnsembleRow): CommandOutput {
  return {
    json: { ...result, folder },
    text: [
      `${row.name}: ${cohort.name}, ${result.patients} patients, ${result.events} deaths within 24 months`,
      `Profile ${profile.name}, protocol ${protocol.name}`,
      "",
      uncertaintyTable(result).text,
      "",
      spreadTable(result).text,
      "",
      saysUncertainty(result),
      ...remarkLines(result),
      `Results: ${folder}`,
    ].join("\n"),
  };
}

function summary(
  { folder, profile, protocol, cohort }: Study,
  { row, validation, skipped, chance, ridge }: CrossValidatedRow,
) {
  const { predictions: _, folds, ...scores } = validation;
  return {
    model: row.model,
    name: row.name,
    cohort: cohort.name,
    profile: profile.name,
    protocol: { name: protocol.name, choices: protocol.choices },
    folder,
    patients: validation.predictions.length,
    deaths: folds.reduce((sum, { events }) => sum + events, 0),
    skipped,
    ...ridge !== undefined && { ridge },
    ...scores,
    folds: folds.map(({ losses: _, ...fold }) => fold),
    ...chance && { null: chance },
  };
}

function describe({ folder, profile, protocol, cohort }: Study, run: CrossValidatedRow): string {
  const { row, validation, skipped, chance, ridge = 0 } = run;
  const { folds, mean, stdSample, ctdWithinFolds, pooled, interval, messages } = validation;
  const variant = protocol.choices.ctd;
  const within = ctdWithinFolds.pre[variant];
  const deaths = folds.reduce((sum, { events }) => sum + events, 0);
  return [
    `${row.name}: ${cohort.name}, ${validation.predictions.length} patients, ${deaths} deaths within 24 months`,
    `Profile ${profile.name}, protocol ${protocol.name}`,
    ...ridge > 0 ? [`Cox regression with a ridge of ${ridge}`] : [],
    "",
    ...alignColumns([
      [variant === "risk" ? "Ctd" : `Ctd (${variant})`, "value", "95 % interval"],
      ["within folds", ctd(within?.value), between(within?.interval)],
      ["mean of folds", ctd(mean), stdSample === null ? "" : `± ${ctd(stdSample)}`],
      ["pooled", ctd(pooled.pre[variant]?.value), between(interval)],
    ]),
    ...chance
      ? [
        "",
        `With outcomes dealt anew among the patients, ${chance.withinFolds.permutations} times`,
        ...alignColumns([
          ["Ctd", "observed", "mean", "sd", "2.5 % to 97.5 %", "p"],
          chanceRow("within folds", chance.withinFolds),
          chanceRow("mean of folds", chance.meanOfFolds),
          chanceRow("pooled", chance.pooled),
        ]),
      ]
      : [],
    "",
    ...remarkLines({ skipped, ...messages && { messages } }),
    `Results: ${folder}`,
  ].join("\n");
}

function chanceRow(name: string, { observed, mean, std, quantiles, p }: NullScore): string[] {
  const range = quantiles ? `${ctd(quantiles["0.025"])} to ${ctd(quantiles["0.975"])}` : "";
  return [name, ctd(observed), ctd(mean), ctd(std), range, p === null ? "" : formatP(p)];
}

function ctd(value: number | null | undefined): string {
  return value === null || value === undefined ? "–" : formatNumber(value, 3);
}

function between(interval: { readonly low: number; readonly high: number } | null | undefined): string {
  return interval ? `${ctd(interval.low)} to ${ctd(interval.high)}` : "";
}
