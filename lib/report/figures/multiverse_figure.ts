import * as Plot from "@observablehq/plot";
import { formatNumber } from "../format.ts";
import type { MultiverseResult } from "../results/multiverse.ts";
import { theme } from "./_theme.ts";
import { type Figure, figure } from "./figure.ts";

/**
 * Draws how far each choice, changed alone, moves the headline row's Ctd within folds: one line per choice with its paired
 * difference and 95 % interval, from the largest gain to the largest loss. Rows without effect are left out.
 *
 * The example of `multiverseTable` shows such a result.
 */
export function multiverseFigure({ model, headline, rows }: MultiverseResult): Figure {
  const shown = rows.flatMap(({ title, headline, difference, effect }) =>
    difference && effect !== "none"
      ? [{ name: `${title} (${headline})`, ...difference, isClear: difference.low > 0 || difference.high < 0 }]
      : []
  ).sort((a, b) => b.difference - a.difference);
  const ends = shown.flatMap(({ low, high }) => [low, high]);
  const colour = ({ isClear }: { readonly isClear: boolean }) => isClear ? theme.ours : theme.faint;
  return figure({
    heading: `What each choice does to ${model}`,
    description: shown.map(({ name, difference }) => `${name}: ${formatNumber(difference, 3)}`).join("; "),
    legend: [
      { label: "95 % interval without 0", colour: theme.ours, symbol: "line" },
      { label: "with 0", colour: theme.faint, symbol: "line" },
    ],
    height: 70 + 20 * shown.length,
    marginLeft: 250,
    x: {
      label: `Ctd within folds, less the headline's ${formatNumber(headline.ctd.value, 3)} →`,
      labelAnchor: "right",
      labelArrow: "none",
      domain: [Math.min(-0.05, ...ends) - 0.01, Math.max(0.05, ...ends) + 0.01],
      grid: true,
    },
    y: { label: null, domain: shown.map(({ name }) => name), tickSize: 0 },
    marks: [
      Plot.ruleX([0], { stroke: theme.truth, strokeWidth: 2, strokeDasharray: "4 3" }),
      Plot.link(shown, { x1: "low", x2: "high", y1: "name", y2: "name", stroke: colour, strokeWidth: 2.5 }),
      Plot.dot(shown, { x: "difference", y: "name", r: 4.5, fill: colour }),
    ],
  });
}
