import { calibrationCurve, calibrationIndex, survivalAt, type SurvivalPredictions } from "@ctsurv/survival/mod.ts";
import { capital, counted, plain } from "./_words.ts";

/** Options of {@linkcode saysCalibration}. */
export interface SaysCalibrationOptions {
  /** Number of groups, cut at quantiles of the predicted survival, as in the figure. @default {5} */
  readonly groups?: number;
}

/** Predictions that differ by less than this say nearly the same of everybody. */
const NARROW = 0.05;

/**
 * Says whether predicted probabilities are right, as far as that can be seen. A group of patients is off the diagonal
 * where the 95 % interval of its observed survival does not hold its mean prediction. Chance alone puts one in twenty
 * groups there.
 *
 * @example
 * ```ts
 * import { saysCalibration } from "@ctsurv/ctsurv/report";
 * import { assertEquals } from "@std/assert";
 *
 * const survival = [[1, .2], [1, .3], [1, .7], [1, .8]];
 * const predictions = { times: [0, 24], survival, months: [9, 30, 30, 30], event: [1, 0, 0, 0] };
 * assertEquals(
 *   saysCalibration("soft attention", predictions, 24, { groups: 1 }).join(" "),
 *   "Soft attention predicts on average that 0.50 are alive at 24 months; 0.75 are (4 patients). " +
 *     "No group is told apart from the diagonal (1 group).",
 * );
 * ```
 *
 * @param name The model, as it stands in a sentence.
 * @param time Months.
 */
export function saysCalibration(
  name: string,
  predictions: SurvivalPredictions,
  time: number,
  { groups: wanted = 5 }: SaysCalibrationOptions = {},
): readonly string[] {
  const patients = predictions.survival.length;
  if (patients === 0) return [`There is no calibration of ${name}: it has no predictions.`];
  const predicted = predictions.survival.map((curve) => survivalAt(predictions.times, curve, time));
  const [low, high] = [Math.min(...predicted), Math.max(...predicted)];
  const mean = predicted.reduce((sum, value) => sum + value, 0) / patients;
  const { observed } = calibrationCurve(predictions, time, { groups: 1 }).groups[0]!;
  const index = calibrationIndex(predictions, time);
  const { groups } = calibrationCurve(predictions, time, { groups: wanted });
  const seen = groups.filter((group) => group.low !== null && group.high !== null);
  const off = seen.filter((group) => group.predicted < group.low! || group.predicted > group.high!).length;
  return [
    `${capital(name)} predicts on average that ${plain(mean, 2)} are alive at ${time} months; ` +
    `${observed === null ? "how many are is not known" : `${plain(observed, 2)} are`} (${
      counted(patients, "patient")
    }).`,
    ...index
      ? [`The calibration curve is ${plain(index.ici)} from the diagonal on average (integrated calibration index).`]
      : [],
    ...high - low < NARROW
      ? [
        `All predictions lie between ${plain(low, 2)} and ${
          plain(high, 2)
        }: the curves say nearly the same of everybody.`,
      ]
      : [],
    groupSentence(off, seen.length),
  ];
}

function groupSentence(off: number, seen: number): string {
  if (seen === 0) return "Too few patients died to compare groups with the diagonal.";
  const of = counted(seen, "group");
  if (off === 0) return `No group is told apart from the diagonal (${of}).`;
  const chance = Math.round(100 * (1 - 0.95 ** seen));
  if (off === 1 && seen > 1) {
    return `One of ${of} is off the diagonal. Chance alone does that in ${chance} of 100 cohorts.`;
  }
  return `${off} of ${of} ${off === 1 ? "is" : "are"} off the diagonal: do not read these curves as probabilities.`;
}
