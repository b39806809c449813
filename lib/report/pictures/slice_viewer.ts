import { InputError } from "@ctsurv/base/mod.ts";
import { type Displayable, jupyterDisplay } from "../displayable.ts";
import { escapeMarkup, evenlySpaced, formatNumber } from "../format.ts";
import { sheetColours } from "./contact_sheet.ts";
import { heatBarHtml } from "./slice_heat.ts";
import { type SliceCrop, sliceJpeg, type SliceOverlay, type SliceStack } from "./slice_image.ts";

/** Options of {@linkcode sliceViewer}. */
export interface SliceViewerOptions extends SliceOverlay {
  /** Text above the slices: the patient, and what is drawn over the slices. */
  readonly label: string;
  /** mm from one slice to the next. */
  readonly spacing: number;
  /** The slices to show, from 0, from feet to head. @default {32, evenly spread over the stack} */
  readonly slices?: readonly number[];
  /** The part of every slice that is shown. @default {all} */
  readonly crop?: SliceCrop;
  /** Width of a slice in px. @default {320} */
  readonly width?: number;
  /** Text below a slice, after its place. @default {none} */
  readonly caption?: (slice: number) => string;
}

/** Slices to leaf through. A notebook shows them. */
export interface SliceViewer extends Displayable {
  /** Elements for the body of a page, with every picture inside. */
  readonly html: string;
}

/** px: height of the caption below a slice. */
const CAPTION_HEIGHT = 26;

/**
 * Makes a film of a patient's slices, with the head at the top. A person scrolls it by wheel, finger or arrow keys, and
 * it stops at a whole slice. It is HTML with inline styles only, so notebooks that are not trusted and pages without
 * scripts show it too, though there it may stop between two slices. Heat gets its bar of colours below.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { jupyterDisplay, sliceViewer } from "@ctsurv/ctsurv/report";
 *
 * const stack = { data: new Float32Array(4 * 8 * 8).fill(0.5), shape: [4, 8, 8] } as const;
 * const viewer = sliceViewer(stack, { label: "LUNG1-001", spacing: 3, slices: [1, 3] });
 * assertEquals(viewer[jupyterDisplay]()["text/plain"], "LUNG1-001. 2 of 4 slices, 1 to 3");
 * assertEquals(viewer.html.includes("slice 3, 9 mm above slice 0"), true);
 * ```
 *
 * @throws {InputError} If there is no such slice, no slice at all, or the shapes do not fit.
 */
export function sliceViewer(
  stack: SliceStack,
  { label, spacing, slices = evenlySpaced(stack.shape[0], 32), width = 320, caption, ...drawn }: SliceViewerOptions,
): SliceViewer {
  if (slices.length === 0) throw new InputError(`${label}: there are no slices to show`);
  const pictures = slices.map((slice) => {
    const place = `slice ${slice}, ${formatNumber(slice * spacing, 0)} mm above slice 0`;
    const where = caption ? `${place}: ${escapeMarkup(caption(slice))}` : place;
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
      `alt="${name}, ${where}" style="${picture}"><figcaption style="${below}">${where}</figcaption></figure>`
    ),
    "</div>",
    ...drawn.heat ? [heatBarHtml(drawn.heat)] : [],
  ].join("\n");
  const text = `${label}. ${pictures.length} of ${stack.shape[0]} slices, ${Math.min(...slices)} to ${
    Math.max(...slices)
  }`;
  return { html, [jupyterDisplay]: () => ({ "text/html": html, "text/plain": text }) };
}

const picture = styles({ display: "block", margin: "0", "max-width": "100%" });
const below = styles({ height: `${CAPTION_HEIGHT}px`, padding: "0 10px" });

function styles(properties: Readonly<Record<string, string>>): string {
  return Object.entries(properties).map(([name, value]) => `${name}: ${value}`).join("; ");
}
