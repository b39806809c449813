import { formatNumber } from "@ctsurv/report/mod.ts";
import { markdownTable } from "../protocol/table.ts";
import { growthOf, type GrowthRecord, type GrowthStep, growthSteps, SIZES } from "./steps.ts";

/** Time, memory and exponents of every step, as Markdown. */
export function growthTable({ steps }: GrowthRecord): string {
  const names = Object.keys(growthSteps) as GrowthStep[];
  const header = ["step", ...SIZES.map((size) => `${size}, s`), "MB", "time", "memory"];
  const rows = names.flatMap((name) => {
    const taken = steps[name];
    if (!taken) return [];
    const { time, memory } = growthOf(taken);
    return [[
      growthSteps[name],
      ...SIZES.map((size) => seconds(taken[size]?.cpuSeconds)),
      `${taken[SIZES.at(-1)!]?.megabytes ?? "–"}`,
      power(time),
      power(memory),
    ]];
  });
  return markdownTable([header, ...rows]);
}

function seconds(value: number | undefined): string {
  return value === undefined ? "–" : formatNumber(value, value < 10 ? 2 : 0);
}

function power(value: number | null): string {
  return value === null ? "–" : formatNumber(Math.round(100 * value) / 100 + 0, 2);
}
