import type { CostAtSlices, FlopsExamination, FlopsPerMac, FlopsReading } from "./flops_examination.ts";
import { formatNumber } from "./format_number.ts";
import { type Table, table } from "./table.ts";

const units: Readonly<Record<FlopsPerMac, string>> = { 1: "MACs", 2: "2 × MACs" };

/** Each reported cost in each convention: the numbers of slices between which it lies. */
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

/** What follows from it, a sentence each. */
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
