import { formatP, InputError } from "@ctsurv/base/mod.ts";
import {
  censorPredictions,
  evaluatePredictions,
  type Evaluation,
  type FoldScores,
  foldScores,
  type PairedBootstrap,
  usualReplicates,
} from "@ctsurv/survival/mod.ts";
import { alignColumns, type Command, parseWholeNumber } from "../command.ts";
import {
  type ClinicalUse,
  clinicalUse,
  clinicalUseOptions,
  clinicalUseText,
  parseClinicalUse,
} from "../evaluation/clinical_use.ts";
import {
  alignPatients,
  comparePredictions,
  type Comparison,
  MONTHS_TOLERANCE,
} from "../evaluation/compare_predictions.ts";
import { DECIMALS, evaluationText, formatScore } from "../evaluation/evaluation_text.ts";
import { followUpWarning } from "../evaluation/follow_up_warning.ts";
import { type Predictions, readPredictions, rises } from "../evaluation/read_predictions.ts";
import { evaluateWithinFolds, type WithinFolds, withinFoldsLines } from "../evaluation/within_folds.ts";

const MOST_REPLICATES = 100_000;

/** `ctsurv evaluate`: every metric of a table of predictions, and comparisons if there are several tables. */
export const evaluate: Command = {
  name: "evaluate",
  summary: "Evaluate predicted survival curves: concordance, AUC, Brier score and calibration. Can compare models.",
  options: {
    predictions: {
      describe:
        "table with columns patient, months, event (1 death, 0 censored), one S<t> per time (survival at t months) " +
        "and optionally fold; give several files to compare models on the same patients, whose months may differ by " +
        `${MONTHS_TOLERANCE} (rounding)`,
      value: "FILE.csv",
      required: true,
      repeatable: true,
    },
    horizon: {
      describe: "censor follow-up here for Ctd, and measure calibration here (default: Ctd on the full follow-up, " +
        "calibration at the last S)",
      value: "MONTHS",
    },
    replicates: {
      describe:
        `bootstrap samples for the intervals; 0 leaves the intervals out (default: ${usualReplicates(1)}, or 0 for a ` +
        "cohort that would take minutes)",
      value: "N",
    },
    times: {
      describe: "months for the AUC, such as 6,12 (default: those of 6,12,18,24 that have an S)",
      value: "LIST",
    },
    ...clinicalUseOptions,
  },
  async run({ options }) {
    const files = String(options.predictions).split("\n");
    const twice = files.find((file, k) => files.indexOf(file) < k);
    if (twice !== undefined) throw new InputError(`${twice} is given twice. Give the files of different models`);
    const horizon = options.horizon === undefined ? undefined : month(String(options.horizon), "--horizon");
    const times = options.times === undefined
      ? undefined
      : String(options.times).split(",").map((text) => month(text.trim(), "--times")).sort((a, b) => a - b);
    const asked = options.replicates === undefined ? undefined : samples(String(options.replicates));
    const question = parseClinicalUse({ options });
    const tables: Predictions[] = [];
    let monthsMoved = 0;
    for (const file of files) {
      const table = await readPredictions(file);
      const aligned = tables[0] && alignPatients(table, tables[0]);
      tables.push(aligned ?? table);
      monthsMoved = Math.max(monthsMoved, aligned?.monthsMoved ?? 0);
    }
    const replicates = asked ?? usualReplicates(tables[0]!.patients.length);
    const models = await Promise.all(tables.map(async (predictions): Promise<Model> => {
      const followed = horizon === undefined ? predictions : censorPredictions(predictions, horizon);
      const evaluation = evaluatePredictions(predictions, { horizon, times, replicates });
      return {
        predictions,
        evaluation,
        use: await clinicalUse(predictions, evaluation, question),
        within: evaluateWithinFolds({ ...predictions, ...followed }, { replicates }),
        folds: predictions.folds && foldScores(followed, predictions.folds),
        warnings: [
          ...predictions.notes,
          ...followUpWarning(predictions.months, predictions.patients, "Are these days? Divide them by 30.4375"),
          ...rises(predictions),
        ],
      };
    }));
    if (models.length === 1) return { text: describe(models[0]!).join("\n"), json: summarise(models[0]!) };
    const comparisons = comparePredictions(models, { horizon, replicates });
    return {
      text: [
        ...models.flatMap((model) => [model.predictions.file, ...describe(model), ""]),
        ...comparisonLines(models, comparisons, replicates),
        ...monthsMoved > 0 ? [roundingLine(monthsMoved, files[0]!)] : [],
      ].join("\n"),
      json: {
        models: models.map((model) => ({ file: model.predictions.file, ...summarise(model) })),
        comparisons,
        months: { tolerance: MONTHS_TOLERANCE, largestDifference: monthsMoved },
      },
    };
  },
};

interface Model {
  readonly predictions: Predictions;
  readonly evaluation: Evaluation;
  readonly use: ClinicalUse;
  readonly within: WithinFolds;
  readonly folds: FoldScores | null;
  readonly warnings: readonly string[];
}

function month(text: string, option: string): number {
  const value = /^(\d+\.?\d*|\.\d+)$/.test(text) ? Number(text) : NaN;
  if (Number.isNaN(value)) {
    throw new InputError(`${option} takes a number of months, 0 or more, such as 24; not "${text}"`);
  }
  return value;
}

function samples(text: string): number {
  const value = parseWholeNumber("replicates", text);
  if (value <= MOST_REPLICATES) return value;
  throw new InputError(
    `--replicates is ${value}; the most is ${MOST_REPLICATES}, because more samples hardly change an interval`,
  );
}

const deaths = ({ event }: Predictions) => event.filter((one) => one === 1).length;

function summarise({ predictions, evaluation: { interval, ...evaluation }, use, within, folds, warnings }: Model) {
  return {
    patients: predictions.patients.length,
    events: deaths(predictions),
    warnings,
    ...within,
    interval: interval && { variant: "risk", lookup: "pre", ...interval },
    ...evaluation,
    folds,
    ...use,
  };
}

function describe({ predictions, evaluation, use, within, folds, warnings }: Model): string[] {
  return [
    `${predictions.patients.length} patients, ${deaths(predictions)} deaths, survival at ` +
    `${predictions.times.join(", ")} months`,
    ...warnings.map((warning) => `Warning: ${warning}`),
    "",
    ...withinFoldsLines(within),
    ...evaluationText(evaluation, folds),
    ...clinicalUseText(use),
  ];
}

function roundingLine(moved: number, first: string): string {
  return `(months of the same patient differ by up to ${moved.toPrecision(2)}, which counts as rounding up to ` +
    `${MONTHS_TOLERANCE}; those of ${first} are used)`;
}

function differenceText({ difference, low, high, level, p, replicates }: PairedBootstrap): string {
  return `${formatScore(difference)}, ${100 * level} % interval ${formatScore(low)} to ${formatScore(high)}, ` +
    `${formatP(p, DECIMALS)} (paired bootstrap of the patients, ${replicates} samples`;
}

function comparisonLines(models: readonly Model[], comparisons: readonly Comparison[], replicates: number): string[] {
  const ctd = new Map(models.map(({ predictions, evaluation }) => [predictions.file, evaluation.ctd.pre.risk.value]));
  const scores = models.map(({ predictions, evaluation: { ctd, uno, auc, brier, dCalibration, calibrationIndex } }) => [
    predictions.file,
    formatScore(ctd.pre.risk.value),
    formatScore(uno.value),
    formatScore(auc.mean),
    formatScore(brier.ipcw.integrated),
    formatScore(dCalibration.p),
    formatScore(calibrationIndex?.ici),
  ]);
  return [
    ...alignColumns([
      ["model", "Ctd", "Uno's C", "mean AUC", "IPCW Brier", "D-calibration p", "ICI"],
      ...scores,
    ]),
    "",
    "Differences in Ctd (risk, pre), first minus second, on the same patients:",
    ...comparisons.flatMap(({ first, second, bootstrap, withinFolds, folds }) => [
      `${first} - ${second}`,
      ...withinFolds ? [`  within folds ${differenceText(withinFolds)}, patients drawn within their fold)`] : [],
      bootstrap
        ? `  ${withinFolds ? "over all pairs " : ""}${differenceText(bootstrap)})`
        : replicates === 0 && typeof ctd.get(first) === "number"
        ? `  ${formatScore(ctd.get(first)! - ctd.get(second)!)}, without an interval`
        : "  undefined: no pair of patients is comparable",
      ...(folds
        ? [
          `  ${formatScore(folds.difference)} in the mean over ${folds.degreesOfFreedom + 1} folds, ` +
          `${formatP(folds.p, DECIMALS)} (corrected resampled t-test)`,
        ]
        : []),
    ]),
  ];
}
