import { createCanvas } from "@napi-rs/canvas";
import type { QualityRow, ScanMeasurements } from "@ctsurv/imaging/mod.ts";
import { formatNumber } from "./format_number.ts";
import { sheetColours } from "./sheet_colours.ts";
import { theme } from "./theme.ts";

/** A line of text on a contact sheet. */
export interface SheetLine {
  readonly text: string;
  readonly colour: string;
  readonly isHeading?: boolean;
  /** Of a legend: the line that stands for the text. */
  readonly sample?: { readonly colour: string; readonly width: number; readonly isDashed: boolean };
}

/** The text of a contact sheet: who, what was measured, what to look at, and what the lines stand for. */
export function sheetText(
  { patient, status, reasons, measured }: QualityRow,
  { hasTumour, width }: { readonly hasTumour: boolean; readonly width: number },
): SheetLine[] {
  const { text, faint, lungs, tumour, kept } = sheetColours;
  const plain = (line: string): SheetLine => ({ text: line, colour: text });
  const key = (line: string, colour: string, lineWidth: number, isDashed = false): SheetLine => ({
    text: line,
    colour: faint,
    sample: { colour, width: lineWidth, isDashed },
  });
  const wrapped = (line: string) => wrap(line, width).map(plain);
  const empty = plain("");
  return [
    { text: patient, colour: text, isHeading: true },
    empty,
    ...measured ? facts(measured).flatMap(wrapped) : [],
    empty,
    ...status === "ok" ? [plain("Nothing flagged")] : [
      plain(status === "flagged" ? "To be looked at:" : "Refused:"),
      ...reasons.flatMap((reason) => wrapped(`• ${reason}`)),
    ],
    empty,
    key("lungs", lungs, 2),
    ...hasTumour ? [key("tumour, as known", tumour, 3)] : [],
    key("crop, first and last slice kept", kept, 1.5, true),
  ];
}

function facts(scan: ScanMeasurements): string[] {
  const { kind, scanner, kernel, slices, spacing: [slice, row, column], kept, first, last, lungVolume } = scan;
  const { rightVolume, leftVolume, boxSize } = scan;
  const litres = (millilitres: number) => formatNumber(millilitres / 1000, 1);
  return [
    [kind === "dicom" ? "DICOM" : "NIfTI", scanner, kernel].filter(Boolean).join(", "),
    `${slices} slices of ${[slice, row, column].map((mm) => formatNumber(mm, 2)).join(" × ")} mm`,
    `Kept: ${kept} slices, ${first} to ${last}`,
    `Lungs: ${litres(lungVolume)} L (right ${litres(rightVolume)}, left ${litres(leftVolume)})`,
    `Crop: ${boxSize.map((mm) => formatNumber(mm, 0)).join(" × ")} mm`,
  ];
}

/** Breaks a text into lines that are no wider than `width` pixels, where a word allows it. */
function wrap(text: string, width: number): string[] {
  const context = createCanvas(1, 1).getContext("2d");
  context.font = `13px ${theme.fontFamily}`;
  const lines: string[] = [];
  for (const word of text.split(/\s+/)) {
    const longer = lines.length > 0 ? `${lines.at(-1)} ${word}` : word;
    if (lines.length > 0 && context.measureText(longer).width <= width) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines;
}
