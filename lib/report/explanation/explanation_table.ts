import type { MeanWithInterval } from "@ctsurv/analysis/mod.ts";
import type { ExplanationResult, SanityCheck } from "./explanation_result.ts";
import { withInterval } from "../format.ts";
import { type Table, table } from "../tables/table.ts";

const checks: Readonly<Record<SanityCheck, string>> = {
  seed: "Maps beside those of another seed: rank correlation",
  head: "Maps beside those of a random head",
  backbone: "Maps beside those of a random backbone",
  outcomes: "Maps beside those of shuffled outcomes",
};

interface Row {
  readonly what: string;
  readonly patients: number | undefined;
  readonly found: string | null;
  readonly expected: string;
}

/**
 * The numbers of `explanation.json`, one a line with its 95 % interval: the pointing game, the sanity checks, deletion and
 * insertion.
 */
export function explanationTable(result: ExplanationResult, caption?: string): Table {
  const { pointing, control, sanity, order } = result;
  const rows: Row[] = [
    {
      what: "Hits of the tumour, less chance",
      patients: pointing?.patients,
      found: shown(pointing?.excess),
      expected: "above 0",
    },
    ...control
      ? [{
        what: "Hits of the control, less chance",
        patients: control.pointing?.patients,
        found: shown(control.pointing?.excess),
        expected: "0",
      }, {
        what: "Hits, less those of the control",
        patients: control.difference?.patients,
        found: shown(control.difference?.difference),
        expected: "above 0",
      }]
      : [],
    ...sanity.map(({ check, similarity }) => ({
      what: checks[check],
      patients: similarity?.patients,
      found: shown(similarity?.correlation),
      expected: check === "seed" ? "near 1" : "below that of another seed",
    })),
    {
      what: "Deletion by attention, less random: log odds",
      patients: order?.patients,
      found: shown(order?.deletion.difference),
      expected: "above 0",
    },
    {
      what: "Insertion by attention, less random: log odds",
      patients: order?.patients,
      found: shown(order?.insertion.difference),
      expected: "below 0",
    },
  ];
  return table(rows, [
    { label: "", value: ({ what }) => what },
    { label: "Patients", value: ({ patients }) => patients },
    { label: "Value [95 % interval]", value: ({ found }) => found },
    { label: "If the maps explain the model", value: ({ expected }) => expected },
  ], caption);
}

function shown(mean: MeanWithInterval | undefined): string | null {
  return mean ? withInterval({ value: mean.value, interval: mean }) : null;
}
