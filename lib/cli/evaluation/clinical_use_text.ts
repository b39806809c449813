import { formatP } from "@ctsurv/base/mod.ts";
import { type DecisionCurve, usefulThresholds } from "@ctsurv/survival/mod.ts";
import { alignColumns } from "../command.ts";
import type { CalibrationScores, RecalibrationReport, SubgroupReport } from "./clinical_use.ts";
import { DECIMALS, formatScore } from "./evaluation_text.ts";

/** Thresholds that are printed; JSON has all of them. */
const PRINTED = [.1, .2, .3, .4, .5, .6, .7, .8, .9];

/** A recalibration as printed lines, the first of them empty. */
export function recalibrationText(report: RecalibrationReport): string[] {
  const { method, time, folds, observed, before, after } = report;
  const row = (name: string, scores: CalibrationScores) => [
    `  ${name}`,
    ...[scores.predicted, observed, scores.ici, scores.e50, scores.e90, scores.brier, scores.integratedBrier].map(
      formatScore,
    ),
    formatScore(scores.dCalibration),
  ];
  const factors = folds.flatMap(({ hazardRatio }) => hazardRatio ?? []);
  return [
    "",
    `Recalibrated at ${time} months (${method}), each of ${folds.length} folds by the patients of the others:`,
    ...alignColumns([
      ["  ", `mean S(${time})`, "Kaplan-Meier", "ICI", "E50", "E90", "Brier, IPCW", "over time", "D-calibration p"],
      row("as predicted", before),
      row("recalibrated", after),
    ]),
    method === "shift"
      ? `  (all hazards of a fold times ${formatScore(Math.min(...factors))} to ${
        formatScore(Math.max(...factors))
      }; ` +
        "the order of the patients of a fold stays as it is)"
      : "  (isotonic regression of being alive, weighted by 1 / G; those censored before are left out. Patients of " +
        "different S can get the same)",
  ];
}

/** A decision curve as printed lines, the first of them empty. */
export function decisionText(curve: DecisionCurve, recalibrated?: DecisionCurve): string[] {
  const { time, points } = curve;
  const shown = points.filter(({ threshold }) => PRINTED.some((printed) => Math.abs(printed - threshold) < 1e-9));
  const ofRecalibrated = new Map(recalibrated?.points.map((point) => [point.threshold, point]));
  return [
    "",
    `Net benefit at ${time} months of treating from a predicted probability of death on (treating nobody: 0):`,
    ...alignColumns([
      ["  from", "patients", "by the model", ...recalibrated ? ["recalibrated"] : [], "everybody", "spared of 100"],
      ...shown.map(({ threshold, treated, model, treatAll, avoided }) => [
        `  ${Math.round(100 * threshold)} %`,
        `${treated}`,
        formatScore(model),
        ...recalibrated ? [formatScore(ofRecalibrated.get(threshold)?.model)] : [],
        formatScore(treatAll),
        avoided === null ? "undefined" : avoided.toFixed(1),
      ]),
    ]),
    rangeLine("The model", curve),
    ...recalibrated ? [rangeLine("Recalibrated, it", recalibrated)] : [],
  ];
}

/** At which thresholds the model is worth more than treating everybody and nobody. */
function rangeLine(who: string, curve: DecisionCurve): string {
  const percent = (threshold: number) => `${Math.round(100 * threshold)} %`;
  const ranges = usefulThresholds(curve).map(([first, last]) =>
    first === last ? percent(first) : `${percent(first)} to ${percent(last)}`
  );
  return ranges.length === 0
    ? `  ${who} is worth more than both at no threshold`
    : `  ${who} is worth more than treating everybody and nobody from ${ranges.join(", ")}`;
}

/** Ctd by subgroup as printed lines, the first of them empty. */
export function subgroupsText(report: SubgroupReport): string[] {
  const { column, file, notes, subgroups, unknown, interaction, withinFolds } = report;
  const small = subgroups.filter(({ isSmall }) => isSmall).map(({ level }) => level);
  return [
    "",
    `Ctd (risk, pre) by ${column} of ${file}, of the pairs of one level${withinFolds ? " and one fold" : ""}:`,
    ...alignColumns([
      ["  ", "patients", "deaths", "pairs", "Ctd", "95 % interval"],
      ...subgroups.map(({ level, patients, deaths, ctd, interval, isSmall }) => [
        `  ${level}${isSmall ? " (few deaths)" : ""}`,
        `${patients}`,
        `${deaths}`,
        `${ctd.comparable}`,
        formatScore(ctd.value),
        interval ? `${formatScore(interval.low)} to ${formatScore(interval.high)}` : "-",
      ]),
    ]),
    ...unknown > 0 ? [`  Level not known, in none of them: ${unknown}`] : [],
    ...notes.map((note) => `  ${note}`),
    ...small.length > 0
      ? [`  Fewer than 10 deaths in ${small.join(", ")}: their intervals say little, and the test leaves them out`]
      : [],
    interaction === null
      ? "  No test of a difference: it needs two levels with 10 deaths"
      : `  Whether they differ (${interaction.levels.join(", ")}): Cochran's Q ${interaction.statistic.toFixed(2)}, ` +
        `${interaction.degreesOfFreedom} df, ${formatP(interaction.p, DECIMALS)}` +
        (interaction.difference === null
          ? ""
          : `; ${interaction.levels.join(" - ")}: ${formatScore(interaction.difference.difference)}, 95 % interval ` +
            `${formatScore(interaction.difference.low)} to ${formatScore(interaction.difference.high)}`),
  ];
}
