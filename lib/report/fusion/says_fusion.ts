import { formatP } from "@ctsurv/base/mod.ts";
import { bracketed, counted, plain } from "../sentences/_words.ts";
import { saysDifference } from "../sentences/says_difference.ts";
import type { FusionModel, FusionResult } from "./fusion_result.ts";

const names: Readonly<Record<FusionModel, string>> = {
  ct: "the CT alone",
  clinical: "clinical data alone",
  late_fusion: "late fusion",
  joint_fusion: "joint fusion",
};

/**
 * Says what CT and clinical data together gain on clinical data alone and on the CT alone, and whether the risk from the
 * CT adds to the clinical covariates in Cox regression. Comparisons are several, so their verdicts go by the
 * p-value after Holm's adjustment, the one that `fusionTable` shows.
 *
 * @returns One sentence for the test, then one for each comparison; `sentences` shows them.
 */
export function saysFusion(
  { cohort: { patients }, comparisons, addedRisk, covariates }: Pick<
    FusionResult,
    "cohort" | "comparisons" | "addedRisk" | "covariates"
  >,
): string[] {
  return [
    saysAddedRisk(addedRisk, covariates, patients),
    ...comparisons.map(({ model, against, difference, pHolm }) =>
      saysDifference([names[model], names[against]], difference, { patients, pHolm })
    ),
  ];
}

function saysAddedRisk(
  added: FusionResult["addedRisk"],
  covariates: readonly string[],
  patients: number,
): string {
  const beside = `beside ${covariates.join(", ")} (${counted(patients, "patient")})`;
  if (!added) return `There is no test of the risk from the CT ${beside}: Cox regression could not be fitted.`;
  const { test: { statistic, p: usual }, p, hazardRatio: { ratio, low, high, level } } = added;
  // Files of before the interval went with the test have no level.
  const interval = level === undefined ? "95 % interval as usually computed" : `${plain(100 * level, 0)} % interval`;
  const numbers =
    `one standard deviation of it multiplies the hazard by ${bracketed(ratio, { low, high }, 2)} (${interval}); ` +
    `likelihood ratio ${plain(statistic, 1)}, ${formatP(p, 3)} (one-sided, allowing for the cross-validation; ` +
    `${formatP(usual, 3)} as usually computed, which is too small)`;
  if (p < 0.05) return `The risk from the CT adds to survival ${beside}: ${numbers}.`;
  return p > 0.95
    ? `The risk from the CT points the wrong way ${beside}, patients of higher risk lived longer: ${numbers}.`
    : `The risk from the CT is not told apart from one that adds nothing ${beside}: ${numbers}.`;
}
