import type { RenderFunction } from "@observablehq/plot";
import { svgElement, theme } from "./_theme.ts";

/** A picture above a plot. */
export interface FilmFrame {
  /** Address of a picture. */
  readonly picture: string;
  readonly label: string;
  /** Where the picture belongs on the x axis. */
  readonly at: number;
  /** Where on the x axis there is room for it. */
  readonly centre: number;
  readonly isFramed: boolean;
  /** Whether a strip below the picture marks it, in the colour for what is known to be true. */
  readonly isMarked: boolean;
}

/** px: height of the label above a picture, and of the line from the picture down to the plot. */
const [labelHeight, leader] = [16, 16];

/**
 * Lays out pictures in a row above a plot, each with a line to its place on the x axis.
 *
 * @param size Width of a picture in px.
 * @param aspect Height of a picture, divided by its width.
 * @returns The top margin that the plot needs, and the mark that fills it.
 */
export function film(
  frames: readonly FilmFrame[],
  size: number,
  aspect: number,
): { readonly top: number; readonly mark: RenderFunction } {
  const height = size * aspect;
  const top = labelHeight + height + leader;
  const mark: RenderFunction = (_index, scales, _values, _dimensions, { document }) => {
    const element = svgElement.bind(null, document);
    const px = (value: number) => round(scales.x!(value) as number);
    const group = element("g");
    for (const { picture, label, at, centre, isFramed, isMarked } of frames) {
      const x = px(centre);
      const colour = isFramed ? theme.ours : theme.faint;
      const box = { x: round(x - size / 2), y: labelHeight, width: round(size), height: round(height) };
      group.append(
        element("text", { x, y: labelHeight - 5, "text-anchor": "middle", "font-size": 11 }, label),
        element("path", {
          d: `M${x} ${round(labelHeight + height)}L${px(at)} ${round(top)}`,
          stroke: colour,
          "stroke-width": isFramed ? 1.5 : 1,
        }),
        element("image", { ...box, href: picture, preserveAspectRatio: "none" }),
      );
      if (isMarked) {
        group.append(element("rect", { ...box, y: round(labelHeight + height - 4), height: 4, fill: theme.truth }));
      }
      if (isFramed) group.append(element("rect", { ...box, fill: "none", stroke: theme.ours, "stroke-width": 3 }));
    }
    return group;
  };
  return { top, mark };
}

function round(px: number): number {
  return Math.round(10 * px) / 10;
}
