import { formatP } from "@ctsurv/base/mod.ts";
import { formatNumber, MISSING, withInterval } from "../format.ts";
import { type Table, table } from "../tables/table.ts";
import type { FusionResult, FusionRow } from "./fusion_result.ts";

/**
 * CT alone, clinical data alone, and both together, with what each way of fusion gains on either. The caption says which
 * cohort it is and how it was computed.
 *
 * @example
 * ```ts
 * import { assertStringIncludes } from "@std/assert";
 * import { type FusionResult, fusionTable, provenance } from "@ctsurv/ctsurv/report";
 *
 * const score = (value: number) => ({ value, interval: { low: value - .06, high: value + .06 }, comparable: 700 });
 * const row = { mean: .6, stdSample: .05, auc: score(.6) };
 * const cohort = { name: "made-up", hash: "f00d" };
 * const result: FusionResult = {
 *   kind: "fusion",
 *   cohort: { ...cohort, patients: 96, events: 57 },
 *   profile: "workshop",
 *   protocol: "workshop",
 *   backbone: "efficientnet_b0",
 *   weights: { kind: "seeded", hash: "cafe" },
 *   covariates: ["age", "T", "N", "sex female"],
 *   innerFolds: 5,
 *   ridge: 0,
 *   rows: [
 *     { model: "clinical", name: "Clinical data alone", ctdWithinFolds: score(.55), ...row },
 *     { model: "late_fusion", name: "Late fusion", ctdWithinFolds: score(.6), ...row },
 *   ],
 *   comparisons: [{
 *     model: "late_fusion",
 *     against: "clinical",
 *     difference: { difference: .05, low: .01, high: .09, level: .95, p: .02, replicates: 2000 },
 *     pHolm: .08,
 *   }],
 *   addedRisk: {
 *     test: { statistic: 6.6, degreesOfFreedom: 1, p: .01 },
 *     p: .035,
 *     hazardRatio: { ratio: 1.4, low: 1.1, high: 1.8 },
 *   },
 *   provenance: await provenance({
 *     engine: "onnx",
 *     provider: "cpu",
 *     weights: { kind: "seeded", hash: "cafe" },
 *     lungs: "U-Net",
 *     cohort,
 *     profile: "workshop",
 *     seeds: { training: 42 },
 *   }),
 * };
 * assertStringIncludes(fusionTable(result).text, "0.050 [0.010, 0.090], p = 0.080");
 * ```
 */
export function fusionTable(result: FusionResult): Table {
  const { cohort, profile, protocol, weights, covariates, innerFolds, ridge, rows } = result;
  return table(
    rows,
    [
      { label: "Model", value: ({ name }) => name },
      { label: "Ctd within folds [95 % interval]", value: ({ ctdWithinFolds }) => withInterval(ctdWithinFolds) },
      {
        label: "Ctd, mean ± std of folds",
        value: ({ mean, stdSample }) =>
          mean === null ? MISSING : `${formatNumber(mean, 3)} ± ${formatNumber(stdSample, 3)}`,
      },
      { label: "AUC at 24 months within folds [95 % interval]", value: ({ auc }) => withInterval(auc) },
      { label: "Ctd within folds less clinical alone, Holm's p", value: (row) => gain(result, row, "clinical") },
      { label: "Ctd within folds less CT alone, Holm's p", value: (row) => gain(result, row, "ct") },
    ],
    [
      `${cohort.name} (${cohort.patients} patients, ${cohort.events} deaths), profile ${profile}, protocol ${protocol}`,
      `${weights.kind} weights`,
      `clinical data are ${covariates.join(", ")}`,
      `${innerFolds} inner folds`,
      ...ridge > 0 ? [`Cox regression with a ridge of ${ridge}`] : [],
    ].join("; "),
  );
}

function gain({ comparisons }: FusionResult, { model }: FusionRow, half: "ct" | "clinical"): string | null {
  const found = comparisons.find((comparison) => comparison.model === model && comparison.against === half);
  if (!found?.difference) return null;
  const { difference: value, low, high } = found.difference;
  return `${withInterval({ value, interval: { low, high } })}, ${formatP(found.pHolm!, 3)}`;
}
