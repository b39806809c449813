import oracle from "../fixtures/within_folds.json" with { type: "json" };
import type { SurvivalPredictions } from "@ctsurv/survival/mod.ts";

/** A cohort of tests/oracles/within_folds.py and what other programs say of it. */
export type WithinFoldsRow = (typeof oracle)[number];

/** All of them. */
export const withinFoldsRows: readonly WithinFoldsRow[] = oracle;

/** The curves of a cohort, on the grid 0, 1, ..., 24 months. */
export function withinFoldsCohort({ months, event, hazard }: WithinFoldsRow): SurvivalPredictions {
  const times = Array.from({ length: 25 }, (_, month) => month);
  return { times, months, event, survival: hazard.map((own) => times.map((t) => Math.exp(-own * t))) };
}
