import { formatNumber } from "../format.ts";

/** The least that an interval needs to be said. */
export interface Limits {
  readonly low: number;
  readonly high: number;
}

/** Where an interval lies: all of it above or below a number, or around it. An end on the number counts as around. */
export function sideOf({ low, high }: Limits, of = 0): "above" | "below" | "around" {
  return low > of ? "above" : high < of ? "below" : "around";
}

/** A number for a sentence; never "-0.000". */
export function plain(value: number | null | undefined, decimals = 3): string {
  return formatNumber(value, decimals).replace(/^-(0(?:\.0+)?)$/, "$1");
}

/** A number and its interval: "0.034 [0.010, 0.058]". */
export function bracketed(value: number, { low, high }: Limits, decimals = 3): string {
  return `${plain(value, decimals)} [${plain(low, decimals)}, ${plain(high, decimals)}]`;
}

/** How many there are: "1 patient", "96 patients". */
export function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? "" : "s"}`;
}

/** A share as people read it: "41.2 %". */
export function percent(share: number): string {
  return `${plain(100 * share, 1)} %`;
}

/** Begins a sentence with a name that may begin with a small letter. */
export function capital(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}
