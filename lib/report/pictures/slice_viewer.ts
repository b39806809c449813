import { InputError } from "@ctsurv/base/mod.ts";
import { type Displayable, jupyterDisplay } from "../displayable.ts";
import { escapeMarkup, evenlySpaced, formatNumber } from "../format.ts";
import { sheetColours } from "./contact_sheet.ts";
import { type SliceCrop, sliceJpeg, type SliceOverlay, type SliceStack } from "./slice_image.ts";

export interface SliceViewerOptions extends SliceOverlay {
  /** Whose slices these are, and what is drawn over them. */
  readonly label: string;
  /** mm from slice to slice. */
  readonly spacing: number;
  /** Which slices, from the feet up. @default {32, evenly spread} */
  readonly slices?: readonly number[];
  /** What of every slice is shown. @default {all} */
  readonly crop?: SliceCrop;
  /** px */
  readonly width?: number;
}

/** Slices to leaf through, as a piece of HTML. */
export interface SliceViewer extends Displayable {
  readonly html: string;
}

/** px of the caption under a slice. */
const CAPTION_HEIGHT = 26;

/**
 * A patient's slices as a film, the head at the top, to be scrolled by wheel, finger or arrow keys; it comes to rest on a
 * slice. HTML and inline styles only: notebooks that are not trusted, and pages that allow no scripts, show it all the
 * same, though without the resting places.
 *
 * @throws {InputError} If there is no such slice, no slice at all, or the shapes do not fit.
 */
export function sliceViewer(
  stack: SliceStack,
  { label, spacing, slices = evenlySpaced(stack.shape[0], 32), width = 320, ...drawn }: SliceViewerOptions,
): SliceViewer {
  if (slices.length === 0) throw new InputError(`${label}: there are no slices to show`);
  const pictures = slices.map((slice) => {
    const where = `slice ${slice}, ${formatNumber(slice * spacing, 0)} mm above slice 0`;
    return { where, ...sliceJpeg(stack, slice, { width, quality: 70, ...drawn }) };
  }).reverse();
  const name = escapeMarkup(label);
  const window = styles({
    width: `${width + 18}px`,
    "max-width": "100%",
    height: `${pictures[0]!.height + CAPTION_HEIGHT}px`,
    "overflow-x": "hidden",
    "overflow-y": "scroll",
    "scroll-snap-type": "y mandatory",
    "border-radius": "8px",
    "background-color": sheetColours.ground,
    color: sheetColours.text,
    "font-size": "13px",
    "line-height": `${CAPTION_HEIGHT}px`,
  });
  const frame = styles({ margin: "0", "scroll-snap-align": "start", "scroll-snap-stop": "always" });
  const html = [
    `<p>${name}. ${pictures.length} of ${stack.shape[0]} slices, the head at the top: scroll, swipe, or click and ` +
    "press ↑ ↓.</p>",
    // JupyterLab leaves the arrow keys alone where it is asked to.
    `<div role="region" tabindex="0" aria-label="${name}" data-lm-suppress-shortcuts="true" style="${window}">`,
    ...pictures.map(({ where, address, width, height }) =>
      `<figure style="${frame}"><img src="${address}" width="${width}" height="${height}" ` +
      `alt="${name}, ${where}" style="${picture}"><figcaption style="${caption}">${where}</figcaption></figure>`
    ),
    "</div>",
  ].join("\n");
  const text = `${label}. ${pictures.length} of ${stack.shape[0]} slices, ${Math.min(...slices)} to ${
    Math.max(...slices)
  }`;
  return { html, [jupyterDisplay]: () => ({ "text/html": html, "text/plain": text }) };
}

const picture = styles({ display: "block", margin: "0", "max-width": "100%" });
const caption = styles({ height: `${CAPTION_HEIGHT}px`, padding: "0 10px" });

function styles(properties: Readonly<Record<string, string>>): string {
  return Object.entries(properties).map(([name, value]) => `${name}: ${value}`).join("; ");
}
