import type { ModelCost } from "./model_cost.ts";
import { type Table, table } from "./table.ts";

/** What models cost for a patient: a row each, in the paper's unit and in the one that does not need explaining. */
export function costTable(costs: readonly ModelCost[]): Table {
  const millions = (numbers: number) => numbers / 1e6;
  return table(costs, [
    { label: "Model", value: ({ name }) => name },
    { label: "Sees of a patient", value: describeInput },
    { label: "GMAC a slice", value: ({ macsPerSlice }) => macsPerSlice / 1e9, decimals: 3 },
    { label: "GMAC a patient", value: ({ macsPerPatient }) => macsPerPatient / 1e9, decimals: 2 },
    { label: "GFLOP at 2 a MAC", value: ({ macsPerPatient }) => 2 * macsPerPatient / 1e9, decimals: 2 },
    { label: "Parameters, M", value: ({ parameters }) => millions(parameters), decimals: 2 },
    { label: "used here, M", value: ({ parametersUsed }) => millions(parametersUsed), decimals: 2 },
    { label: "Trained, M: final layer", value: ({ trainable }) => millions(trainable.finalLayer), decimals: 3 },
    { label: "final block", value: ({ trainable }) => millions(trainable.finalBlock), decimals: 3 },
  ], "Multiply-accumulates (MAC) counted on the traced graphs, attention and DeepHit included; parameters in millions");
}

function describeInput({ input, slices, size }: ModelCost): string {
  return input === "volume" ? `a volume of ${slices} × ${size} × ${size}` : `${slices} slices of ${size} × ${size}`;
}
