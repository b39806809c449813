import { formatNumber, missing } from "./format_number.ts";
import { describeView } from "./describe_view.ts";
import { paperRow } from "./paper.ts";
import type { Table1Result } from "./results.ts";
import { type Table, table } from "./table.ts";

/** Table 1 from its results: what was computed, and in a column of its own what the paper reports. */
export function table1(result: Table1Result): Table {
  const { cohort, profile, models } = result;
  return table(
    models,
    [
      { label: "Model", value: ({ name }) => name },
      { label: "Weights", value: ({ weights: { kind, hash } }) => `${kind}, ${hash.slice(0, 8)}` },
      { label: "Sees of a patient", value: ({ view }) => describeView(view) },
      { label: "Ctd, mean ± std of folds", value: ({ mean, stdSample }) => plusMinus(mean, stdSample) },
      {
        label: "Ctd, pooled [95 % interval]",
        value: ({ pooled: { value, interval: [low, high] } }) =>
          value === null ? null : `${formatNumber(value, 3)} [${formatNumber(low, 3)}, ${formatNumber(high, 3)}]`,
      },
      {
        label: "Paper, LUNG1 (reported)",
        value: ({ model }) => {
          const row = paperRow(model);
          return row ? plusMinus(row.ctd.mean, row.ctd.std) : null;
        },
      },
    ],
    [
      `Computed on ${cohort.name} (${cohort.patients} patients, ${cohort.events} deaths), profile ${profile}`,
      ...cohort.bestReachableCtd === null ? [] : [`best reachable Ctd ${formatNumber(cohort.bestReachableCtd, 3)}`],
    ].join("; "),
  );
}

function plusMinus(mean: number | null, std: number | null): string {
  return mean === null ? missing : `${formatNumber(mean, 3)} ± ${formatNumber(std, 3)}`;
}
