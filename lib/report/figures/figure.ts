import * as Plot from "@observablehq/plot";
import { DOMParser } from "linkedom";
import { writeAtomic } from "@ctsurv/base/mod.ts";
import { type Displayable, jupyterDisplay } from "../displayable.ts";
import { escapeMarkup } from "../format.ts";
import { theme } from "./_theme.ts";

/** A vector figure that needs nothing else: a notebook shows it, a file or a page holds it. */
export interface Figure extends Displayable {
  /** An SVG document with heading, legend and fonts by name; px. */
  readonly svg: string;
  /** What it shows, in words: the numbers behind it. */
  readonly description: string;
  /** Writes the SVG to a file; a file that is there is replaced as a whole. */
  save(path: string): Promise<void>;
}

/** One entry of a legend. */
export interface LegendEntry {
  /** Text. */
  readonly label: string;
  /** CSS colour of the symbol. */
  readonly colour: string;
  /** How it is drawn in the figure. */
  readonly symbol: "line" | "dashed" | "dot" | "area" | "bar" | "tick" | "spread";
}

/** Options of {@linkcode figure}: those of Observable Plot, and what stands around the plot. */
export interface FigureOptions extends Plot.PlotOptions {
  /** Text above the plot; the figure's `<title>`. */
  readonly heading: string;
  /** For people who do not see the figure: its `<desc>` and its text/plain. */
  readonly description: string;
  /** From left to right. @default {none} */
  readonly legend?: readonly LegendEntry[];
}

const HEADING_HEIGHT = 30;
const LEGEND_HEIGHT = 20;

/**
 * Draws an Observable Plot as one SVG with heading and legend, in the common theme. The same data give the same bytes.
 * (Plot's own legends and titles are HTML, which neither a file nor a notebook's SVG output can hold.)
 */
export function figure({ heading, description, legend = [], ...options }: FigureOptions): Figure {
  const document = new DOMParser().parseFromString("<html><body></body></html>", "text/html");
  const width = options.width ?? theme.width;
  const height = options.height ?? theme.height;
  const plot = Plot.plot({
    width,
    height,
    marginTop: 20,
    marginBottom: 42,
    marginLeft: 56,
    document: document as unknown as NonNullable<Plot.PlotOptions["document"]>,
    ...options,
  });
  // Plot names a style sheet after a class; inherited attributes say the same to every program that reads SVG.
  for (const style of [...plot.querySelectorAll("style")]) style.remove();
  for (const name of ["class", "style"]) plot.removeAttribute(name);
  const layout = layOutLegend(legend, width);
  const top = HEADING_HEIGHT + layout.height;
  plot.setAttribute("y", `${top}`);
  plot.setAttribute("fill", theme.text);
  const total = height + top;
  const svg = [
    `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="${width}" height="${total}" ` +
    `viewBox="0 0 ${width} ${total}" role="img" font-family="${theme.fontFamily}" font-size="${theme.fontSize}">`,
    `<title>${escapeMarkup(heading)}</title>`,
    `<desc>${escapeMarkup(description)}</desc>`,
    `<rect width="100%" height="100%" rx="8" fill="${theme.background}"/>`,
    `<text x="12" y="20" font-size="14" font-weight="600" fill="${theme.text}">${escapeMarkup(heading)}</text>`,
    ...legend.map((entry, i) => legendSvg(entry, layout.places[i]!)),
    plot.outerHTML.replaceAll(' xmlns="http://www.w3.org/2000/svg"', ""),
    "</svg>",
  ].join("");
  return {
    svg,
    description,
    save: (path) => writeAtomic(path, svg + "\n"),
    [jupyterDisplay]: () => ({ "image/svg+xml": svg, "text/plain": `${heading}. ${description}` }),
  };
}

/** Entries from left to right, in as many rows as the width asks for. */
function layOutLegend(entries: readonly LegendEntry[], width: number) {
  let x = 12;
  let row = 0;
  const places = entries.map(({ label }) => {
    // Text is not measured here: seven pixels a letter leave room in any of the fonts.
    const needed = 42 + label.length * 7;
    if (x > 12 && x + needed > width) [x, row] = [12, row + 1];
    const place = { x, y: HEADING_HEIGHT + row * LEGEND_HEIGHT + 8 };
    x += needed;
    return place;
  });
  return { places, height: entries.length > 0 ? (row + 1) * LEGEND_HEIGHT : 0 };
}

function legendSvg(
  { label, colour, symbol }: LegendEntry,
  { x, y }: { readonly x: number; readonly y: number },
): string {
  const mark = {
    line: `<path d="M0 0H18" stroke="${colour}" stroke-width="2.5"/>`,
    dashed: `<path d="M0 0H18" stroke="${colour}" stroke-width="2" stroke-dasharray="4 3"/>`,
    dot: `<circle cx="9" r="4.5" fill="${colour}"/>`,
    area: `<rect y="-6" width="18" height="12" fill="${colour}" fill-opacity="0.3"/>`,
    bar: `<rect y="-6" width="18" height="12" fill="${colour}"/>`,
    tick: `<path d="M9 -6V6" stroke="${colour}" stroke-width="1.5"/>`,
    spread: `<path d="M0 0H18" stroke="${colour}" stroke-width="1.5" stroke-dasharray="1.5 3"/>` +
      `<circle cx="9" r="4" fill="${theme.background}" stroke="${colour}" stroke-width="1.5"/>`,
  }[symbol];
  const text = `<text x="24" y="4" fill="${theme.text}">${escapeMarkup(label)}</text>`;
  return `<g transform="translate(${x} ${y})">${mark}${text}</g>`;
}
