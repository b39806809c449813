import { formatP } from "@ctsurv/base/mod.ts";
import { formatNumber } from "@ctsurv/report/mod.ts";
import type { PatientTotals } from "./cohort.ts";
import type { RealComparisons, RowComparison } from "./comparisons.ts";
import { notComputed, type RealRow } from "./rows.ts";
import type { Estimate, RowTotals } from "./totals.ts";

/** What the table is made from. */
export interface RealResults {
  readonly patients: PatientTotals;
  readonly rows: readonly RealRow[];
  /** The rows that are there, by name. */
  readonly totals: ReadonlyMap<string, RowTotals>;
  readonly comparisons: RealComparisons;
}

const number = (value: number | null, decimals = 3) => value === null ? "–" : formatNumber(value, decimals);
const withEnds = ([value, low, high]: Estimate) =>
  low === null || high === null ? number(value) : `${number(value)} [${number(low)}, ${number(high)}]`;

/** The results as a page of Markdown: who is in, the rows, the groups of risk. */
export function realMarkdown(results: RealResults): string {
  return [
    "# LUNG1 in five slices: results",
    "",
    "Written by `bench/real_patients`; docs/REAL.md says what was run, what it cannot say, and what to cite. The data is",
    "CC BY-NC 3.0. Only totals stand here.",
    "",
    ...describePatients(results.patients),
    "",
    "## Rows",
    "",
    "Read Ctd within folds first: chance is 0.5. The pooled value has its chance level below 0.5. The last two columns are",
    "differences in Ctd within folds on the same patients and folds, with the p-value. A row of fewer patients has folds of",
    "its own, and is compared with none. A published risk was not fitted here; its folds only group patients.",
    "",
    ...rowTable(results),
    "",
    "## Groups of risk",
    "",
    "Patients above and below the median predicted survival at 24 months, and the share of them who were alive then.",
    "",
    ...groupTable(results),
    "",
  ].join("\n");
}

function describePatients({ refused, ...counts }: PatientTotals): string[] {
  const reasons = Object.entries(refused).map(([reason, patients]) => `${patients} (${reason})`).join(", ");
  const slices = Object.entries(counts.keptSlices).map(([kept, patients]) => `${kept}: ${patients}`).join(", ");
  return [
    `The clinical table has ${counts.inTable} patients. ${counts.excluded} are excluded, ${counts.withoutImage} of the ` +
    `others ${counts.withoutImage === 1 ? "has" : "have"} no slices. Of ${counts.withSlices} patients with slices, ` +
    `${counts.patients} pass; ${counts.deaths} of them died within 24 months. A scan has to show ${counts.leastLung} mL ` +
    `of lung. Refused: ${reasons === "" ? "nobody" : reasons}. Patients by the number of slices kept: ${slices}.`,
  ];
}

const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
const rule = (columns: number) => line(Array.from({ length: columns }, () => "---"));

function rowTable({ rows, totals, comparisons }: RealResults): string[] {
  const header = [
    "Row",
    "Weights",
    "Patients",
    "Ctd within folds [95 %]",
    "Mean ± std of folds",
    "Pooled [95 %]",
    "AUC at 24 months [95 %]",
    "Less volume",
    "Less the headline",
  ];
  const body = rows.map((row) => {
    const found = totals.get(row.name);
    if (!found) return [row.title, row.weights ?? "", "not run yet", ...header.slice(3).map(() => "")];
    const { volume, headline } = comparisons.rows[row.name] ?? {};
    return [
      row.title + (found.messages.length > 0 ? " (see its file)" : ""),
      row.weights ?? "",
      `${found.patients}`,
      withEnds(found.ctdWithinFolds),
      `${number(found.mean)} ± ${number(found.std)}`,
      withEnds(found.pooled),
      withEnds(found.auc),
      difference(volume),
      difference(headline),
    ];
  });
  const missing = notComputed.map(({ title, reason }) => [
    title,
    "pretrained",
    `not computed: ${reason}`,
    ...header.slice(3).map(() => ""),
  ]);
  return [line(header), rule(header.length), ...[...body, ...missing].map(line)];
}

function difference(found: RowComparison | undefined): string {
  return found ? `${withEnds(found.difference)}, ${formatP(found.p)}` : "";
}

function groupTable({ rows, totals }: RealResults): string[] {
  const header = ["Row", "High risk, alive at 24 months", "Low risk, alive at 24 months", "Log-rank p"];
  const body = rows.flatMap(({ name, title }) => {
    const groups = totals.get(name)?.groups;
    if (!groups) return [];
    const alive = ({ survival, patients }: typeof groups.highRisk) => `${number(survival[24] ?? null)} of ${patients}`;
    return [[title, alive(groups.highRisk), alive(groups.lowRisk), formatP(groups.p)]];
  });
  return [line(header), rule(header.length), ...body.map(line)];
}
