import * as Plot from "@observablehq/plot";
import { formatP, InputError } from "@ctsurv/base/mod.ts";
import {
  atRisk,
  HORIZON_MONTHS,
  type KaplanMeier,
  kaplanMeier,
  kaplanMeierAt,
  logRank,
  type Outcomes,
} from "@ctsurv/survival/mod.ts";
import { formatNumber } from "../format.ts";
import { theme } from "./_theme.ts";
import { type Figure, figure } from "./figure.ts";

/** The patients behind one curve: their follow-up in months, and their events. */
export interface SurvivalGroup extends Outcomes {
  /** Name of the group: what sets its patients apart from those of the other groups. */
  readonly label: string;
}

/** Options of {@linkcode kaplanMeierFigure}. */
export interface KaplanMeierFigureOptions {
  /** Text above the figure; the p-value of the log-rank test is added to it. @default {"Kaplan-Meier"} */
  readonly heading?: string;
  /** Where the time axis ends, months. @default {24} */
  readonly until?: number;
  /** Months from one column of the at-risk table to the next. @default {6} */
  readonly every?: number;
}

/** px: from the axis down to the heading of the at-risk table, and from one of its rows to the next. */
const [tableTop, rowHeight] = [52, 18];

/**
 * Draws Kaplan-Meier curves of groups of patients with their 95 % log-log intervals. Ticks mark the end of a patient's
 * follow-up. Below the axis stands how many patients were still under observation. Two groups or more are compared by
 * the log-rank test, which takes the whole follow-up, beyond the end of the axis too.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { kaplanMeierFigure } from "@ctsurv/ctsurv/report";
 *
 * const { description } = kaplanMeierFigure([
 *   { label: "lower risk", months: [12, 20, 30, 30], event: [0, 1, 0, 0] },
 *   { label: "higher risk", months: [3, 5, 9, 30], event: [1, 1, 1, 0] },
 * ]);
 * assertEquals(description.split("; "), [
 *   "lower risk: 4 patients, 1 of them died, S(24 months) = 0.67 [0.05, 0.95]",
 *   "higher risk: 4 patients, 3 of them died, S(24 months) = 0.25 [0.01, 0.67]",
 *   "log-rank chi-square 2.45 on 1 df, p = 0.118",
 * ]);
 * ```
 *
 * @throws {InputError} If there is no group, a group has no patients, months and events differ in number, a time is not
 *   finite, or an event is neither 0 nor 1.
 */
export function kaplanMeierFigure(
  groups: readonly SurvivalGroup[],
  { heading = "Kaplan-Meier", until = HORIZON_MONTHS, every = 6 }: KaplanMeierFigureOptions = {},
): Figure {
  if (groups.length === 0) throw new InputError("A Kaplan-Meier figure needs at least one group of patients");
  const empty = groups.find(({ months }) => months.length === 0);
  if (empty) throw new InputError(`Group "${empty.label}" has no patients: there is no curve to draw`);
  const ticks = Array.from({ length: Math.floor(until / every) + 1 }, (_, i) => i * every);
  const curves = groups.map((group, i) => ({
    ...group,
    colour: theme.colours[i % theme.colours.length]!,
    curve: kaplanMeier(group),
    dy: tableTop + (i + 1) * rowHeight,
  }));
  const test = groups.length > 1 ? logRank(groups) : null;
  const longest = Math.max("At risk".length, ...groups.map(({ label }) => label.length));
  const below = { y: 0, frameAnchor: "bottom", clip: false } as const;
  return figure({
    heading: test ? `${heading}, log-rank ${formatP(test.p)}` : heading,
    description: [
      ...curves.map(({ label, months, curve }) => `${label}: ${months.length} patients, ${describe(curve, until)}`),
      ...test
        ? [`log-rank chi-square ${formatNumber(test.statistic, 2)} on ${test.degreesOfFreedom} df, ${formatP(test.p)}`]
        : [],
    ].join("; "),
    legend: [
      ...curves.map(({ label, colour }) => ({ label, colour, symbol: "line" }) as const),
      { label: "95 % interval", colour: theme.faint, symbol: "area" },
      { label: "follow-up ended", colour: theme.text, symbol: "tick" },
    ],
    height: 300 + groups.length * rowHeight + tableTop,
    marginLeft: Math.max(56, 28 + 6.5 * longest),
    marginRight: 24,
    marginBottom: tableTop + groups.length * rowHeight + 12,
    x: { label: "months", labelArrow: "none", labelOffset: 34, domain: [0, until], ticks, tickFormat: "d" },
    y: {
      label: "share alive",
      labelAnchor: "center",
      labelArrow: "none",
      labelOffset: 42,
      domain: [0, 1],
      grid: true,
      ticks: 5,
    },
    marks: [
      ...curves.map(({ curve, colour }) =>
        Plot.areaY(band(curve, until), { x: "x", y1: "low", y2: "high", fill: colour, fillOpacity: 0.15 })
      ),
      Plot.ruleY([0], { stroke: theme.text }),
      ...curves.map(({ curve, colour }) =>
        Plot.line(steps(curve, until), { x: "x", y: "y", stroke: colour, strokeWidth: 2.2 })
      ),
      ...curves.map(({ curve, colour }) =>
        Plot.link(ends(curve, until), {
          x1: "x",
          x2: "x",
          y1: ({ y }: Point) => Math.max(0, y - 0.02),
          y2: ({ y }: Point) => Math.min(1, y + 0.02),
          stroke: colour,
          strokeWidth: 1.5,
        })
      ),
      Plot.text(["At risk"], { ...below, x: 0, textAnchor: "end", dx: -16, dy: tableTop, fontWeight: 600 }),
      ...curves.flatMap(({ label, colour, dy, ...group }) => [
        Plot.text([label], { ...below, x: 0, textAnchor: "end", dx: -16, dy, fill: colour }),
        Plot.text(atRisk(group, ticks), { ...below, x: (_: number, i: number) => ticks[i], text: String, dy }),
      ]),
    ],
  });
}

interface Point {
  readonly x: number;
  readonly y: number;
}

/** The corners of the curve, from 1 at time 0 to the group's last follow-up or the end of the axis. */
function steps({ times, survival }: KaplanMeier, until: number): Point[] {
  return corners(times, until, (k) => k < 0 ? 1 : survival[k]!).map(({ x, value }) => ({ x, y: value }));
}

/** The corners of the interval. It ends where survival is 0, which has no interval. */
function band({ times, low, high }: KaplanMeier, until: number) {
  return corners(times, until, (k) => k < 0 ? { low: 1, high: 1 } : { low: low[k]!, high: high[k]! })
    .map(({ x, value }) => ({ x, ...value }))
    .filter((corner) => !Number.isNaN(corner.low));
}

/** The corners of a step function: its value before and after each time. `at(-1)` is its value before the first. */
function corners<T>(times: ArrayLike<number>, until: number, at: (index: number) => T): { x: number; value: T }[] {
  const inside = Array.from(times).filter((time) => time <= until);
  const last = times[times.length - 1]! > until ? [{ x: until, value: at(inside.length - 1) }] : [];
  return [
    { x: 0, value: at(-1) },
    ...inside.flatMap((x, k) => [{ x, value: at(k - 1) }, { x, value: at(k) }]),
    ...last,
  ];
}

function ends({ times, survival, censored }: KaplanMeier, until: number): Point[] {
  return Array.from(times, (x, k) => ({ x, y: survival[k]!, patients: censored[k]! }))
    .filter(({ x, patients }) => patients > 0 && x <= until);
}

/** Deaths up to the end of the axis, and survival there if somebody was followed that far. */
function describe(curve: KaplanMeier, until: number): string {
  const k = curve.times.findLastIndex((time) => time <= until);
  const died = curve.deaths.subarray(0, k + 1).reduce((sum, count) => sum + count, 0);
  const known = kaplanMeierAt(curve, until);
  const [estimate, low, high] = [known?.survival, known?.low, known?.high].map((value) =>
    formatNumber(value ?? null, 2)
  );
  return `${died} of them died, S(${until} months) = ${estimate} [${low}, ${high}]`;
}
