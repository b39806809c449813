import type { EstimatedCorrelation, SpreadGroup } from "@ctsurv/survival/mod.ts";
import { formatNumber, withInterval } from "../format.ts";
import { type Table, table } from "../tables/table.ts";
import type { UncertaintyResult, UncertaintyRow } from "./uncertainty_result.ts";

/** A model alone beside its ensemble and its mean over dropout. */
export function uncertaintyTable({ rows }: Pick<UncertaintyResult, "rows">, caption?: string): Table {
  return table(rows, [
    { label: "Curve of a patient", value: named },
    { label: "Ctd within folds [95 % interval]", value: ({ ctdWithinFolds }) => withInterval(ctdWithinFolds) },
    {
      label: "Less one model",
      value: ({ difference }) =>
        difference && withInterval({ value: difference.difference, interval: { ...difference } }),
    },
    { label: "AUC at 24 months", value: ({ auc }) => withInterval(auc) },
    { label: "Brier score", value: ({ brier }) => brier, decimals: 3 },
    { label: "ICI", value: ({ ici }) => ici, decimals: 3 },
    { label: "Rank correlation of spread and error", value: ({ spread }) => estimated(spread?.correlation) },
    { label: "The same, given S(1 − S)", value: ({ spread }) => estimated(spread?.partialCorrelation) },
    {
      label: "Groups whose observed survival the spread holds",
      value: ({ spread }) => spread && `${spread.covered} of ${spread.coverable}`,
    },
  ], caption);
}

/** The error of S(24) in groups by the width of its spread, for every source of a spread. */
export function spreadTable({ rows }: Pick<UncertaintyResult, "rows">, caption?: string): Table {
  const groups = rows.flatMap((row) =>
    (row.spread?.bySpread ?? []).map((group, i, all) => ({
      ...group,
      of: named(row),
      place: `${i + 1} of ${all.length}`,
    }))
  );
  type Group = SpreadGroup & { readonly of: string; readonly place: string };
  return table(groups, [
    { label: "Spread of", value: ({ of }: Group) => of },
    { label: "Group, the narrowest first", value: ({ place }) => place },
    { label: "Patients", value: ({ patients }) => patients },
    { label: "Mean width of S(24)", value: ({ width }) => width, decimals: 3 },
    { label: "Squared error, censoring-weighted", value: ({ squaredError }) => squaredError, decimals: 3 },
    {
      label: "S(24), mean [mean spread]",
      value: ({ predicted, low, high }) => withInterval({ value: predicted, interval: { low, high } }),
    },
    {
      label: "Observed [95 % interval]",
      value: ({ observed, observedLow, observedHigh }) =>
        observed === null
          ? null
          : `${formatNumber(observed, 3)} [${formatNumber(observedLow, 3)}, ${formatNumber(observedHigh, 3)}]`,
    },
  ], caption);
}

function estimated(correlation: EstimatedCorrelation | null | undefined): string | null {
  return correlation ? withInterval({ value: correlation.value, interval: correlation }) : null;
}

function named({ source, members }: UncertaintyRow): string {
  if (source === "single") return "one model";
  return source === "seeds" ? `mean of ${members} seeds` : `mean of ${members} passes with dropout`;
}
