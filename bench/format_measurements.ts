import type { Measurement } from "./contestant.ts";

/**
 * A table of medians and minima, divided by `per`; `factor` is a median over the first row's.
 *
 * @param per How many items one run did, such as the slices of a batch.
 */
export function formatMeasurements(title: string, measurements: readonly Measurement[], per = 1): string {
  const rows = measurements.map(({ name, times }) => {
    const sorted = times.map((ms) => ms / per).sort((a, b) => a - b);
    return { name, median: median(sorted), least: sorted[0]!, runs: sorted.length };
  });
  const cells = [
    [title, "median ms", "min ms", "runs", "factor"],
    ...rows.map(({ name, median, least, runs }) => [
      `  ${name}`,
      median.toFixed(2),
      least.toFixed(2),
      `${runs}`,
      (median / rows[0]!.median).toFixed(2),
    ]),
  ];
  const widths = cells[0]!.map((_, column) => Math.max(...cells.map((row) => row[column]!.length)));
  return cells.map((row) =>
    row.map((cell, column) => column === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[column]!)).join("  ")
  ).join("\n");
}

function median(sorted: readonly number[]): number {
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
