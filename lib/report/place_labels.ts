import type { RenderFunction } from "@observablehq/plot";
import { svgElement } from "./svg_element.ts";
import { theme } from "./theme.ts";

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

/** px: of a line, and of a letter, which is not measured here. */
const [lineHeight, letter] = [14, 6.2];

/** A mark that writes texts beside points, each as near as it can stand without covering another. */
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
