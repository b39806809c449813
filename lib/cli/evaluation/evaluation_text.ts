import { formatP } from "@ctsurv/base/mod.ts";
import type {
  BrierIntervals,
  BrierScores,
  CalibrationCurve,
  Concordance,
  ConcordanceInterval,
  CtdVariant,
  Evaluation,
  FoldScores,
  RiskGroup,
} from "@ctsurv/survival/mod.ts";
import { alignColumns } from "../command.ts";

export const DECIMALS = 4;

/** A number in the form of the tables; "undefined" for null and NaN. */
export function formatScore(value: number | null | undefined): string {
  return typeof value === "number" && !Number.isNaN(value) ? value.toFixed(DECIMALS) : "undefined";
}

/** Kaplan-Meier's survival in the form of the tables; see `kaplanMeierAt`. */
function formatEstimate(survival: number | null): string {
  return survival === null ? "unknown" : formatScore(survival);
}

/** What "unknown" means in a table of groups, if the word stands there. */
function unknownLines(survival: readonly (number | null)[], time: number): string[] {
  return survival.includes(null) ? [`  (unknown: nobody of the group was followed to ${time} months)`] : [];
}

/** One model's evaluation as printed lines. */
export function evaluationText(evaluation: Evaluation, folds: FoldScores | null): string[] {
  const { uno, horizon, intervals } = evaluation;
  return [
    ...concordanceLines(evaluation),
    "",
    intervalLine(evaluation),
    ...(folds ? [foldLine(folds)] : []),
    `Uno's C of S(${horizon}) for deaths before ${horizon} months: ${formatScore(uno.value)}` +
    (intervals?.uno ? `, ${100 * intervals.uno.level} % interval ${intervalText(intervals.uno)}` : ""),
    "",
    ...timeLines(evaluation),
    "",
    ...calibrationLines(evaluation),
    "",
    ...riskLines(evaluation),
  ];
}

function intervalLine({ interval, replicates, ctd }: Evaluation): string {
  if (ctd.pre.risk.value === null) {
    return "Ctd (risk, pre) is undefined: no pair of patients is comparable";
  }
  if (replicates === 0) return "Intervals are left out; --replicates 1000 computes them";
  if (interval === null) return "Ctd (risk, pre): no interval, because no bootstrap sample has a comparable pair";
  return `Ctd (risk, pre): ${100 * interval.level} % interval ${intervalText(interval)}, ${interval.replicates} ` +
    "bootstrap samples of the patients";
}

function concordanceLines({ ctd }: Evaluation): string[] {
  const cells = ({ value, concordant, comparable }: Concordance) => [
    formatScore(value),
    `${concordant} / ${comparable}`,
  ];
  return alignColumns([
    ["Ctd", "pre", "pairs", "post", "pairs"],
    ...(Object.keys(ctd.pre) as CtdVariant[]).map((variant) => [
      variant,
      ...cells(ctd.pre[variant]!),
      ...cells(ctd.post[variant]!),
    ]),
  ]);
}

function foldLine({ folds, summary }: FoldScores): string {
  if (summary === null) return `Ctd (risk, pre) is undefined in each of the ${folds.length} folds`;
  const { count, mean, populationDeviation, sampleDeviation } = summary;
  const left = folds.length - count;
  return `Ctd (risk, pre) of ${count} folds: mean ${formatScore(mean)}, standard deviation ` +
    `${formatScore(sampleDeviation)} (n - 1) or ${formatScore(populationDeviation)} (n)` +
    (left > 0 ? `; undefined in ${left} more` : "");
}

function timeLines({ auc, brier, horizon, intervals }: Evaluation): string[] {
  const rows = (name: string, scores: readonly string[], of: readonly (ConcordanceInterval | null)[] | undefined) => [
    [name, ...scores],
    ...of ? [["  95 % interval", ...of.map((one, k) => one ? intervalText(one) : scores[k] === "" ? "" : "-")]] : [],
  ];
  const brierRows = (name: string, { times, values, integrated }: BrierScores, of: BrierIntervals | undefined) => {
    // The grid need not have the AUC's times.
    const scores = auc.times.map((t) => times.includes(t) ? formatScore(values[times.indexOf(t)]) : "");
    return rows(name, [...scores, formatScore(integrated)], of && [...of.values, of.integrated]);
  };
  const aucIntervals = intervals?.auc;
  const lines = alignColumns([
    ["months", ...auc.times.map(String), "mean"],
    ...rows(
      "AUC",
      [...auc.auc.map(formatScore), formatScore(auc.mean)],
      aucIntervals && [...aucIntervals.auc, aucIntervals.mean],
    ),
    ...brierRows("Brier, IPCW", brier.ipcw, intervals?.brier.ipcw),
    ...brierRows("Brier, administrative", brier.administrative, intervals?.brier.administrative),
  ]);
  const { times } = brier.ipcw;
  return times.length < 2 ? lines : [
    ...lines,
    `(means: AUC weighted by deaths; Brier over time from ${times[0]} to ${horizon} months)`,
  ];
}

function calibrationLines(
  { dCalibration: { statistic, p, bins }, calibration, calibrationIndex }: Evaluation,
): string[] {
  return [
    Number.isNaN(statistic)
      ? "D-calibration is undefined"
      : `D-calibration: chi-square ${statistic.toFixed(2)} of ${bins.length} bins, ${formatP(p, DECIMALS)}`,
    `Calibration at ${calibration.time} months: ICI ${formatScore(calibrationIndex?.ici)}, ` +
    `E50 ${formatScore(calibrationIndex?.e50)}, E90 ${formatScore(calibrationIndex?.e90)}; ` +
    `mean |predicted - observed| of the groups ${formatScore(calibration.groupedError)}`,
    ...alignColumns([
      ["  group", "patients", "predicted", "Kaplan-Meier", "95 % interval"],
      ...calibration.groups.map((group, k) => [
        `  ${k + 1}`,
        `${group.patients}`,
        formatScore(group.predicted),
        formatEstimate(group.observed),
        intervalText(group),
      ]),
    ]),
    ...unknownLines(calibration.groups.map(({ observed }) => observed), calibration.time),
  ];
}

function intervalText({ low, high }: Pick<CalibrationCurve["groups"][number], "low" | "high">): string {
  return low === null || high === null ? "-" : `${formatScore(low)} to ${formatScore(high)}`;
}

function riskLines({ riskGroups, auc }: Evaluation): string[] {
  if (riskGroups === null) return ["No risk groups: no patient is below the median predicted survival"];
  const { time, highRisk, lowRisk, logRank: { statistic, degreesOfFreedom, p } } = riskGroups;
  const row = (name: string, group: RiskGroup) => [
    `  ${name}`,
    `${group.patients}`,
    `${group.deaths}`,
    formatEstimate(group.survival),
    intervalText(group),
    ...group.atRisk.map(String),
  ];
  return [
    `Split at the median of S(${time}): log-rank chi-square ` +
    (Number.isNaN(statistic)
      ? "undefined"
      : `${statistic.toFixed(2)}, ${degreesOfFreedom} df, ${formatP(p, DECIMALS)}`),
    ...alignColumns([
      ["  ", "patients", "deaths", "Kaplan-Meier", "95 % interval", ...auc.times.map((t) => `at risk ${t}`)],
      row("high risk", highRisk),
      row("low risk", lowRisk),
    ]),
    ...unknownLines([highRisk.survival, lowRisk.survival], time),
  ];
}
