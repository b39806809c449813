import type { CostAtSlices, FlopsExamination, FlopsPerMac, FlopsReading, ModelCost } from "@ctsurv/analysis/mod.ts";
import { describeView, formatNumber } from "../format.ts";
import { type Table, table, type TableColumn } from "./table.ts";

/** What a model costs for one patient, counted and perhaps also measured. */
export interface CostRow extends ModelCost {
  /** Time and memory of the backbone for one patient, on this machine. @default {not measured} */
  readonly measured?: {
    readonly milliseconds: number;
    /** Bytes */
    readonly peakMemory: number;
  };
}

/** The part of a model's cost that {@linkcode costTable} shows. */
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

/** Options of {@linkcode costTable}. */
export interface CostTableOptions {
  /** Name of the aggregation that was counted, for the caption. @default {"attention"} */
  readonly aggregation?: string;
}

/**
 * Shows what models cost for a patient, one row per model: in MACs, and in FLOPs if one MAC is two of them. The example
 * of {@linkcode readCosts} shows it.
 */
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

const units: Readonly<Record<FlopsPerMac, string>> = { 1: "MACs", 2: "2 × MACs" };

/**
 * Shows each reported cost in each convention, with the numbers of slices between which it lies.
 *
 * @param examination From `examineFlops`.
 */
export function flopsTable({ readings }: FlopsExamination): Table {
  const at = ({ slices, gflops }: CostAtSlices) => `${slices} slices: ${formatNumber(gflops, 2)}`;
  return table(readings, [
    { label: "Model", value: ({ name }) => name },
    { label: "Reported GFLOPs", value: ({ reported }) => reported, decimals: 1 },
    { label: "Read as", value: ({ flopsPerMac }) => units[flopsPerMac] },
    { label: "Just below", value: ({ below }) => at(below) },
    { label: "Just above", value: ({ above }) => at(above) },
    { label: "Prints as reported", value: ({ exact }) => exact === null ? "never" : `at ${exact} slices` },
  ], "What the reported costs could mean; images to 256 numbers, 224 × 224");
}

/**
 * Says what follows from an examination of reported costs, one sentence each.
 *
 * @param examination From `examineFlops`.
 */
export function flopsFindings(examination: FlopsExamination): string[] {
  const { readings, both, nearest: [first, second], reportedRatio, likeForLike } = examination;
  const [one, other] = [readings[0]!, readings.at(-1)!];
  const ratios = likeForLike.map(({ ratio }) => ratio);
  const depth = Math.round(first.depth);
  const like = likeForLike.find(({ slices }) => slices === depth);
  return [
    both.length === 0
      ? `No number of slices and single convention gives both ${one.reported} and ${other.reported}.`
      : `Both numbers come out at ${
        both.map(({ slices, flopsPerMac }) => `${slices} slices in ${units[flopsPerMac]}`).join(", ")
      }.`,
    `As reported, ${other.name} costs ${
      formatNumber(reportedRatio, 1)
    } times what ${one.name} does; like for like it is ` +
    `${formatNumber(Math.min(...ratios), 1)} to ${formatNumber(Math.max(...ratios), 1)} times, at every number of ` +
    "slices above and in either convention.",
    `Nearest to one number of slices come ${describeReading(first)} and ${describeReading(second)}` +
    (first.flopsPerMac === second.flopsPerMac ? "." : ": as if the two had been counted in different units."),
    ...like
      ? [
        `At ${like.slices} slices both in MACs: ${formatNumber(like.first, 1)} and ${formatNumber(like.second, 1)} ` +
        `billion, ${formatNumber(like.ratio, 1)} times.`,
      ]
      : [],
  ];
}

function describeReading({ name, reported, flopsPerMac, exact, below, above }: FlopsReading): string {
  const where = exact === null ? `between ${below.slices} and ${above.slices} slices` : `at ${exact} slices`;
  return `${name}'s ${reported} in ${units[flopsPerMac]} ${where}`;
}
