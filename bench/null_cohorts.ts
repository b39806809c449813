/**
 * Where chance lies in a cross-validation: pooled Ctd, mean of the folds and Ctd within folds of Cox regressions on
 * noise, with the shares of the 95 % intervals below, around and above 0.5. Usage:
 * `deno run -A bench/null_cohorts.ts [COHORTS]`.
 */
import { type IntervalShares, nullCohorts } from "@ctsurv/analysis/mod.ts";
import { formatNumber, table } from "@ctsurv/report/mod.ts";

const shares = ({ below, covers, above }: IntervalShares) =>
  [below, covers, above].map((share) => `${formatNumber(100 * share, 1)} %`).join(", ");
const cohorts = Number(Deno.args[0] ?? 200);
const sizes = Deno.args.length > 1 ? Deno.args.slice(1).map(Number) : [60, 96, 200, 415];
const rows = sizes.map((patients) => ({ patients, ...nullCohorts({ patients, cohorts }) }));
console.log(
  table(rows, [
    { label: "Patients", value: ({ patients }) => patients },
    { label: "Cohorts", value: ({ cohorts }) => cohorts.length },
    { label: "Pooled", value: ({ mean }) => mean.pooled, decimals: 3 },
    { label: "below, covers, above 0.5", value: ({ intervals }) => shares(intervals!.pooled) },
    { label: "Mean of folds", value: ({ mean }) => mean.meanOfFolds, decimals: 3 },
    { label: "Within folds", value: ({ mean }) => mean.withinFolds, decimals: 3 },
    { label: "below, covers, above 0.5", value: ({ intervals }) => shares(intervals!.withinFolds) },
  ], "Cox regression on five covariates of noise, ten stratified folds; 95 % intervals of 1000 bootstrap samples").text,
);
