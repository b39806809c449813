import { createCanvas, type SKRSContext2D } from "@napi-rs/canvas";
import { defaultSettings, type PreprocessedScan, type QualityRow, type ScanMeasurements } from "@ctsurv/imaging/mod.ts";
import { theme } from "../figures/_theme.ts";
import { evenlySpaced, formatNumber } from "../format.ts";
import { paintScanView, type Range, type Region, type ScanView, scanView } from "./_scan_view.ts";
import { paintPicture, type Picture } from "./slice_image.ts";

/**
 * Colours on a dark ground. The lungs are Okabe and Ito's blue and the tumour their orange, which colour-blind people
 * can tell apart; the tumour's line is thicker as well.
 */
export const sheetColours = {
  ground: "#15181c",
  text: "#e8eaed",
  faint: "#9aa3ad",
  lungs: theme.colours[5]!,
  tumour: theme.colours[4]!,
  kept: "#ffffff",
} as const;

/** A line of text on a contact sheet. */
export interface SheetLine {
  readonly text: string;
  readonly colour: string;
  readonly isHeading?: boolean;
  /** In the legend: the line that the text explains. */
  readonly sample?: { readonly colour: string; readonly width: number; readonly isDashed: boolean };
}

/** The text of a contact sheet: the patient, the measurements, what to look at, and what the lines mean. */
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

/** Breaks a text into lines no wider than `width` pixels. A single word may be wider. */
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

/** Options of {@linkcode contactSheet}. */
export interface ContactSheetOptions {
  /** The result of quality control for this scan; see `assessQuality`. */
  readonly quality: QualityRow;
  /** Tumour, `[slices, rows, columns]` of the resampled volume, not zero inside. @default {not known} */
  readonly tumour?: Uint8Array | undefined;
  /** HU that become black and white. @default {those of the preprocessing, [-1000, 400]} */
  readonly window?: readonly [low: number, high: number];
}

/** The part of a preprocessed scan that is drawn; `preprocess` gives it. */
export type SheetScan = Pick<PreprocessedScan, "resampled" | "lungs" | "areas" | "kept" | "first" | "last" | "box">;

/** px */
const [width, margin, gap, captionHeight, lineHeight] = [900, 14, 8, 20, 19];
const [axialColumns, axialSlices] = [4, 12];
/** Coronal and sagittal plane; px. */
const TALLEST = 340;
/** px */
const NARROWEST_TEXT = 250;
/** mm shown around the crop, and of the scan below and above the kept slices. */
const [aroundCrop, alongBody] = [40, 75];

/**
 * Draws one picture for a person to check that a scan was read correctly and its lungs were found. It shows axial
 * slices from base to apex, and the coronal and the sagittal plane with most lung, all in true proportions. On them are
 * the outline of the lungs, the crop, and the first and the last slice kept. Beside them are the measurements of
 * quality control.
 */
export function contactSheet(scan: SheetScan, { quality, tumour, window }: ContactSheetOptions): Picture {
  const { resampled, lungs, areas, kept, first, last, box } = scan;
  const region: Region = {
    slices: widen([first, last], alongBody / resampled.spacing[0], resampled.shape[0]),
    rows: widen(box.rows, aroundCrop / resampled.spacing[1], resampled.shape[1]),
    columns: widen(box.columns, aroundCrop / resampled.spacing[2], resampled.shape[2]),
  };
  const look = { region, window: window ?? defaultSettings.window };
  const [row, column] = fullestPlanes(scan);
  const coronal = scanView(resampled, "coronal", row, look);
  const sagittal = scanView(resampled, "sagittal", column, look);
  const shown = evenlySpaced(kept.length, axialSlices).map((i) => kept[i]!);
  const axial = shown.map((slice) => scanView(resampled, "axial", slice, look));

  const across = Math.min(axialColumns, axial.length);
  const cellWidth = (width - 2 * margin - (axialColumns - 1) * gap) / axialColumns;
  const axialScale = cellWidth / size(axial[0]!).width;
  const cellHeight = captionHeight + size(axial[0]!).height * axialScale + gap;
  const scale = Math.min(
    TALLEST / size(coronal).height,
    (width - 2 * margin - 3 * gap - NARROWEST_TEXT) / (size(coronal).width + size(sagittal).width),
  );
  const reformatsTop = margin + Math.ceil(axial.length / across) * cellHeight + gap;
  const textLeft = margin + (size(coronal).width + size(sagittal).width) * scale + 3 * gap;
  const lines = sheetText(quality, { hasTumour: tumour !== undefined, width: width - margin - textLeft });
  const bottom = Math.max(size(coronal).height * scale + captionHeight, lines.length * lineHeight) + margin;

  return paintPicture(width, Math.ceil(reformatsTop + bottom), sheetColours.ground, (context) => {
    const place = (view: ScanView, x: number, y: number, size: number, caption: string, overlays: Overlays) => {
      context.save();
      context.translate(x, y);
      write(context, { text: caption, colour: sheetColours.faint }, 0);
      context.translate(0, captionHeight);
      paintScanView(context, view, size, { lungs, tumour, ...overlays });
      context.restore();
    };
    const crop = {
      rows: [box.rows[0] - region.rows[0], box.rows[1] - region.rows[0]],
      columns: [box.columns[0] - region.columns[0], box.columns[1] - region.columns[0]],
    } as const;
    axial.forEach((view, i) => {
      const [x, y] = [margin + i % across * (cellWidth + gap), margin + Math.floor(i / across) * cellHeight];
      const caption = `slice ${shown[i]}, ${(100 * areas[shown[i]!]!).toFixed(1)} % lung`;
      place(view, x, y, axialScale, caption, { kept: crop, sides: "RL" });
    });
    const ends = { rows: [coronal.rowOf(last), coronal.rowOf(first)] } as const;
    const middle = margin + size(coronal).width * scale + gap;
    place(coronal, margin, reformatsTop, scale, "coronal", { kept: ends, sides: "RL" });
    place(sagittal, middle, reformatsTop, scale, "sagittal", { kept: ends, sides: "AP" });
    context.translate(textLeft, reformatsTop);
    lines.forEach((line, i) => write(context, line, i * lineHeight));
  });
}

type Overlays = Pick<Parameters<typeof paintScanView>[3], "kept" | "sides">;

/** A range with `extra` voxels more on either side, within an axis. */
function widen([first, last]: Range, extra: number, length: number): Range {
  return [Math.max(0, first - Math.round(extra)), Math.min(length - 1, last + Math.round(extra))];
}

/** mm */
function size({ rows, columns, pixel }: ScanView) {
  return { width: columns * pixel.x, height: rows * pixel.y };
}

/** The row and the column of the volume with most lung, for the coronal and the sagittal plane. */
function fullestPlanes({ lungs, resampled: { shape: [, rows, columns] } }: SheetScan): [row: number, column: number] {
  const [inRow, inColumn] = [new Float64Array(rows), new Float64Array(columns)];
  for (let i = 0; i < lungs.length; i++) {
    if (!lungs[i]) continue;
    inRow[Math.floor(i / columns) % rows]!++;
    inColumn[i % columns]!++;
  }
  return [inRow.indexOf(Math.max(...inRow)), inColumn.indexOf(Math.max(...inColumn))];
}

function write(context: SKRSContext2D, { text, colour, isHeading = false, sample }: SheetLine, y: number): void {
  context.font = `${isHeading ? "bold 18px" : "13px"} ${theme.fontFamily}`;
  context.fillStyle = colour;
  context.textBaseline = "top";
  context.fillText(text, sample ? 34 : 0, y + 3);
  if (!sample) return;
  context.save();
  context.strokeStyle = sample.colour;
  context.lineWidth = sample.width;
  if (sample.isDashed) context.setLineDash([5, 4]);
  context.beginPath();
  context.moveTo(0, y + 10);
  context.lineTo(26, y + 10);
  context.stroke();
  context.restore();
}
