import { paperRow } from "@ctsurv/analysis/mod.ts";
import { formatP } from "@ctsurv/base/mod.ts";
import { describeView, formatNumber, MISSING, withInterval } from "../format.ts";
import type { Table1Result } from "../results/table1.ts";
import { type Table, table } from "./table.ts";

/**
 * Table 1 from its results. Ctd within folds comes first: its chance level is 0.5. The paper's mean ± standard
 * deviation of the folds stands beside, and the pooled Ctd comes last. Cox regression on the same features says what a
 * row owes to them, and what to its head. What was computed and what the paper reports
 * stand in different columns. Under a protocol with another `ctd` than `risk` the caption says which columns have which.
 * The example of `readTable1` shows it.
 */
export function table1(result: Table1Result): Table {
  const { cohort, profile, protocol, models } = result;
  const reading = models.flatMap(({ provenance }) => provenance?.protocol?.choices.ctd ?? [])[0] ?? "risk";
  return table(
    models,
    [
      { label: "Model", value: ({ name }) => name },
      { label: "Compared in", value: ({ model }) => paperRow(model)?.group },
      { label: "Weights", value: ({ weights: { kind, hash } }) => `${kind}, ${hash.slice(0, 8)}` },
      { label: "Sees of a patient", value: ({ view }) => describeView(view) },
      {
        label: "Ctd within folds [95 % interval]",
        value: ({ ctdWithinFolds }) => withInterval(ctdWithinFolds?.pre.risk),
      },
      { label: "Ctd, mean ± std of folds", value: ({ mean, stdSample }) => plusMinus(mean, stdSample) },
      {
        label: "AUC at 24 months within folds [95 % interval]",
        value: ({ atHorizon }) => withInterval(atHorizon?.auc),
      },
      {
        label: "Cox on the same features, Ctd within folds [95 % interval]",
        value: ({ coxOnFeatures }) => withInterval(coxOnFeatures?.ctdWithinFolds),
      },
      {
        label: "Ctd, pooled [95 % interval], biased downwards",
        value: ({ pooled: { value, interval: [low, high] } }) => withInterval({ value, interval: { low, high } }),
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
      `Computed on ${cohort.name} (${cohort.patients} patients, ${cohort.events} deaths), profile ${profile}` +
      (protocol === undefined ? "" : `, protocol ${protocol}`),
      ...cohort.bestReachableCtd === null ? [] : [`best reachable Ctd ${formatNumber(cohort.bestReachableCtd, 3)}`],
      ...reading === "risk" ? [] : [
        `Ctd of the columns mean ± std and pooled: ${reading}; Ctd within folds, of Cox and the best reachable: risk`,
      ],
    ].join("; "),
  );
}

/**
 * The proposal against each other row of Table 1: the difference in Ctd within folds, first the proposal, with p-values
 * before and after Holm's adjustment. The caption says which differences a cohort of this size can show at all.
 *
 * @returns Undefined where the results have no comparisons, such as those of ctsurv 0.1.
 */
export function table1Comparisons({ models, comparisons, detectable }: Table1Result): Table | undefined {
  if (!comparisons || comparisons.length === 0) return undefined;
  const nameOf = (wanted: string) => models.find(({ model }) => model === wanted)?.name ?? wanted;
  const against = nameOf(comparisons[0]!.against);
  const reach = (detectable ?? []).map(({ correlation, difference }) =>
    `${formatNumber(difference, 3)} for a correlation of ${correlation}`
  );
  return table(
    comparisons,
    [
      { label: `${against} less`, value: ({ model }) => nameOf(model) },
      {
        label: "Ctd within folds, difference [95 % interval]",
        value: ({ difference: value, low, high }) => withInterval({ value, interval: { low, high } }),
      },
      { label: "p", value: ({ p }) => formatP(p, 3) },
      { label: "p, Holm", value: ({ pHolm }) => formatP(pHolm, 3) },
    ],
    [
      `Paired bootstrap of the patients within their folds; Holm's adjustment for ${comparisons.length} comparisons`,
      ...reach.length > 0
        ? [
          `a difference that one comparison alone, without Holm's adjustment, finds with a power of 80 %: ${
            reach.join(", ")
          } of the two models' risks`,
        ]
        : [],
    ].join("; "),
  );
}

function plusMinus(mean: number | null, std: number | null): string {
  return mean === null ? MISSING : `${formatNumber(mean, 3)} ± ${formatNumber(std, 3)}`;
}
