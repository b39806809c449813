import type { EstimatedCorrelation } from "@ctsurv/survival/mod.ts";
import { saysDifference } from "../sentences/says_difference.ts";
import { bracketed, plain, sideOf } from "../sentences/_words.ts";
import type { UncertaintyResult, UncertaintyRow } from "./uncertainty_result.ts";

/**
 * Says what an ensemble gained, and whether the spread of its curves tells where it errs.
 *
 * @example
 * ```ts
 * import { saysUncertainty, type UncertaintyRow } from "@ctsurv/ctsurv/report";
 * import { assertEquals } from "@std/assert";
 *
 * const score = { value: .6, interval: null, comparable: 90 };
 * const scores = { ctdWithinFolds: score, auc: score, brier: .2, ici: .1 };
 * const spread = { time: 24, patients: 96, known: 96, bySpread: [], byPrediction: [], covered: 1, coverable: 5 };
 * const rows: UncertaintyRow[] = [
 *   { source: "single", members: 1, ...scores, difference: null, spread: null },
 *   {
 *     ...{ source: "seeds", members: 5, held: 5, ...scores },
 *     difference: { difference: .01, low: -.02, high: .04, level: .95, p: .4, replicates: 2000 },
 *     spread: {
 *       ...spread,
 *       correlation: { value: .3, low: .1, high: .5 },
 *       partialCorrelation: { value: .1, low: -.1, high: .3 },
 *     },
 *   },
 * ];
 * assertEquals(
 *   saysUncertainty({ patients: 96, rows, seeds: [{ seed: 42, ctd: .6 }, { seed: 43, ctd: .62 }] }).split(". ").slice(-3),
 *   [
 *     "Patients with a wider spread over seeds are predicted worse: the rank correlation of spread and squared error is " +
 *     "0.300 [0.100, 0.500]",
 *     "It is not shown to tell more than the prediction itself, whose error is largest near 1/2: given S(1 − S), the " +
 *     "correlation is 0.100 [-0.100, 0.300]",
 *     "The spread of all 5 curves holds the observed survival of 1 of 5 groups of similar prediction, so it cannot be read " +
 *     "as an interval for survival.",
 *   ],
 * );
 * ```
 */
export function saysUncertainty(
  { patients, rows, seeds }: Pick<UncertaintyResult, "patients" | "rows" | "seeds">,
): string {
  const ctds = seeds.flatMap(({ ctd }) => ctd ?? []);
  const range = ctds.length > 1
    ? [
      `Over ${ctds.length} seeds the Ctd within folds lies between ${plain(Math.min(...ctds))} and ${
        plain(Math.max(...ctds))
      }.`,
    ]
    : [];
  return [...range, ...rows.flatMap((row) => row.source === "single" ? [] : saysOf(row, patients))].join(" ");
}

function saysOf({ source, members, held, difference, spread }: UncertaintyRow, patients: number): string[] {
  const [mean, over] = source === "seeds"
    ? [`the mean of ${members} seeds`, "seeds"]
    : [`the mean of ${members} passes with dropout`, "dropout masks"];
  return [
    saysDifference([mean, "one model"], difference, { patients }),
    ...spread?.correlation ? [saysCorrelation(spread.correlation, over)] : [],
    ...spread?.partialCorrelation ? [saysPartial(spread.partialCorrelation)] : [],
    ...spread ? [saysCoverage(spread, { members, held })] : [],
  ];
}

function saysCorrelation(correlation: EstimatedCorrelation, over: string): string {
  const verdict = {
    above: `Patients with a wider spread over ${over} are predicted worse`,
    below: `Patients with a wider spread over ${over} are predicted better`,
    around: `The spread over ${over} is not shown to tell who is predicted worse`,
  }[sideOf(correlation)];
  return `${verdict}: the rank correlation of spread and squared error is ${
    bracketed(correlation.value, correlation)
  }.`;
}

/** A curve near 1/2 is itself a prediction with a large error. */
function saysPartial(correlation: EstimatedCorrelation): string {
  const verdict = {
    above: "It tells more than the prediction itself",
    below: "Beside the prediction itself it points the wrong way",
    around: "It is not shown to tell more than the prediction itself, whose error is largest near 1/2",
  }[sideOf(correlation)];
  return `${verdict}: given S(1 − S), the correlation is ${bracketed(correlation.value, correlation)}.`;
}

/** Files whose spread was interpolated do not say how many curves it holds. */
function saysCoverage(
  { covered, coverable }: NonNullable<UncertaintyRow["spread"]>,
  { members, held }: { readonly members: number; readonly held: number | undefined },
): string {
  const of = held === undefined ? "" : ` of ${held === members ? "all" : `${held} of`} ${members} curves`;
  const found =
    `The spread${of} holds the observed survival of ${covered} of ${coverable} groups of similar prediction`;
  return covered === coverable ? `${found}.` : `${found}, so it cannot be read as an interval for survival.`;
}
