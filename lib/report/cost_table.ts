import { describeView } from "./describe_view.ts";
import type { ModelCost } from "./model_cost.ts";
import { type Table, table, type TableColumn } from "./table.ts";

/** A model's cost, counted and perhaps measured too. */
export interface CostRow extends ModelCost {
  /** Of the backbone, for one patient, on the machine at hand. */
  readonly measured?: {
    readonly milliseconds: number;
    /** Bytes. */
    readonly peakMemory: number;
  };
}

/** What a table shows of a model's cost. */
export type ShownCost = Pick<
  CostRow,
  | "name"
  | "input"
  | "slices"
  | "size"
  | "macsPerSlice"
  | "macsPerPatient"
  | "parameters"
  | "parametersUsed"
  | "trainable"
  | "measured"
>;

export interface CostTableOptions {
  /** What the caption calls the aggregation that was counted. @default {"attention"} */
  readonly aggregation?: string;
}

/** What models cost for a patient, a row each: in MACs, and in FLOPs where one MAC is two of them. */
export function costTable(costs: readonly ShownCost[], { aggregation = "attention" }: CostTableOptions = {}): Table {
  const counted = `Multiply-accumulates (MAC) counted on the traced graphs, ${aggregation} and DeepHit included`;
  const millions = (numbers: number) => numbers / 1e6;
  const measured: readonly TableColumn<ShownCost>[] = [
    { label: "Measured, ms a patient", value: ({ measured }) => measured?.milliseconds, decimals: 0 },
    { label: "peak memory, MB", value: ({ measured }) => measured && measured.peakMemory / 1e6, decimals: 0 },
  ];
  return table(costs, [
    { label: "Model", value: ({ name }) => name },
    { label: "Sees of a patient", value: ({ input, ...seen }) => describeView({ kind: input, ...seen }) },
    { label: "GMAC a slice", value: ({ macsPerSlice }) => macsPerSlice / 1e9, decimals: 3 },
    { label: "GMAC a patient", value: ({ macsPerPatient }) => macsPerPatient / 1e9, decimals: 2 },
    { label: "GFLOP at 2 a MAC", value: ({ macsPerPatient }) => 2 * macsPerPatient / 1e9, decimals: 2 },
    { label: "Parameters, M", value: ({ parameters }) => millions(parameters), decimals: 2 },
    { label: "used here, M", value: ({ parametersUsed }) => millions(parametersUsed), decimals: 2 },
    { label: "Trained, M: final layer", value: ({ trainable }) => millions(trainable.finalLayer), decimals: 3 },
    { label: "final block", value: ({ trainable }) => millions(trainable.finalBlock), decimals: 3 },
    ...costs.some(({ measured }) => measured) ? measured : [],
  ], `${counted}; parameters in millions`);
}
