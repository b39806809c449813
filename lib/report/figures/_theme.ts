import * as Plot from "@observablehq/plot";
import type { RenderFunction } from "@observablehq/plot";
import type { TumourExtent } from "@ctsurv/analysis/mod.ts";

/** The part of a document's SVG nodes that is used. Their own types come with browsers only. */
export interface SvgNode {
  textContent: string;
  setAttribute(name: string, value: string): void;
  append(...children: SvgNode[]): void;
}

/** Makes an SVG element in a plot's document. */
export function svgElement(
  document: { createElementNS(namespace: string, name: string): unknown },
  name: string,
  attributes: Readonly<Record<string, string | number>> = {},
  text = "",
): SvgNode {
  const node = document.createElementNS("http://www.w3.org/2000/svg", name) as SvgNode;
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, `${value}`);
  if (text) node.textContent = text;
  return node;
}

/**
 * How figures look. The colours are those of Okabe and Ito, which people with any colour vision can tell apart. Each
 * figure has a white ground with round corners, so that it reads the same on a light and on a dark page. (Colours
 * cannot follow the page: a picture in a notebook is told the preference of the system, not the theme of the notebook.)
 */
export const theme = {
  background: "#ffffff",
  text: "#1f2328",
  faint: "#8c959f",
  colours: ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000"],
  /** What this code computed. */
  ours: "#0072b2",
  /** What the paper reports. */
  reported: "#d55e00",
  /** What is known to be true, as in a phantom. */
  truth: "#e69f00",
  fontFamily: "system-ui, -apple-system, 'Segoe UI', 'Liberation Sans', 'DejaVu Sans', sans-serif",
  /** px */
  fontSize: 12,
  width: 680,
  height: 340,
} as const;

/** A text above or below a point of a plot. */
export interface PlacedLabel {
  readonly text: string;
  /** On the plot's scales. */
  readonly x: number;
  readonly y: number;
  readonly colour: string;
  /** @default {"above"} */
  readonly side?: "above" | "below";
}

/** px: height of a line, and an estimate of a letter's width. */
const [lineHeight, letter] = [14, 6.2];

/** A mark that writes texts above or below points, each as near as it can be without covering another text. */
export function placeLabels(labels: readonly PlacedLabel[]): RenderFunction {
  return (_index, scales, _values, { width, marginLeft, marginRight }, { document }) => {
    const group = svgElement(document, "g", { "text-anchor": "middle" });
    const placed: { readonly left: number; readonly right: number; readonly y: number }[] = [];
    for (const { text, x, y, colour, side = "above" } of labels.toSorted((a, b) => a.y - b.y)) {
      const half = text.length * letter / 2;
      const middle = Math.min(Math.max(scales.x!(x) as number, marginLeft + half), width - marginRight - half);
      const [left, right] = [middle - half, middle + half];
      const taken = placed.filter((other) => other.left < right && left < other.right).map((other) => other.y);
      const step = side === "above" ? -lineHeight : lineHeight;
      let baseline = (scales.y!(y) as number) + (side === "above" ? -6 : lineHeight);
      while (taken.some((other) => Math.abs(other - baseline) < lineHeight)) baseline += step / 2;
      placed.push({ left, right, y: baseline });
      group.append(svgElement(document, "text", {
        x: middle.toFixed(1),
        y: baseline.toFixed(1),
        fill: colour,
        stroke: theme.background,
        "stroke-width": 3,
        "paint-order": "stroke",
      }, text));
    }
    return group;
  };
}

/** A mark that shades the slices with tumour over the whole height of a figure whose x axis is the slice. */
export function tumourMark(tumours: TumourExtent): Plot.Rect {
  return Plot.rectX(tumours, {
    x1: ([first]: readonly [number, number]) => first - 0.5,
    x2: ([, last]: readonly [number, number]) => last + 0.5,
    fill: theme.truth,
    fillOpacity: 0.3,
  });
}
