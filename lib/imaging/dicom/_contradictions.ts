import { InputError, median } from "@ctsurv/base/mod.ts";
import { doubt, type Remarks } from "../_remarks.ts";
import { sliceHeights } from "./_geometry.ts";
import type { DicomImage } from "./_image.ts";

/** Something that all slices of one acquisition have in common. */
interface Witness {
  readonly name: string;
  /** What slices that differ in it are called. */
  readonly parts: string;
  readonly values: (images: readonly DicomImage[]) => readonly string[];
  /** Whether slices that differ in it cannot be one scan if they lie among each other. */
  readonly isDecisive: boolean;
}

const witnesses: readonly Witness[] = [
  {
    name: "AcquisitionNumber (0020,0012)",
    parts: "acquisitions",
    values: (images) => images.map(({ told }) => told.acquisition),
    isDecisive: true,
  },
  {
    name: "AcquisitionTime (0008,0032)",
    parts: "acquisitions",
    values: (images) => groupTimes(images.map(({ told }) => told.time)),
    isDecisive: true,
  },
  {
    name: "FrameOfReferenceUID (0020,0052)",
    parts: "frames of reference",
    values: (images) => images.map(({ told }) => told.frameOfReference),
    isDecisive: true,
  },
  {
    name: "ConvolutionKernel (0018,1210)",
    parts: "reconstructions",
    values: (images) => images.map(({ told }) => told.kernel),
    isDecisive: false,
  },
  {
    name: "SliceThickness (0018,0050)",
    parts: "reconstructions",
    values: (images) => images.map(({ sliceThickness }) => sliceThickness?.toPrecision(2) ?? ""),
    isDecisive: false,
  },
];

/** More acquisitions than this, one after the other, are the turns of a scanner that stops between them. */
const MOST_PARTS = 4;

/**
 * Looks for several acquisitions under one SeriesInstanceUID: half a slice apart, or one continuing the other.
 *
 * @param slices One image per position, in the order of space.
 * @throws {InputError} If their slices lie among each other.
 */
export function checkAcquisitions(where: string, slices: readonly DicomImage[], remarks: Remarks): void {
  const heights = sliceHeights(slices);
  for (const witness of witnesses) {
    const values = witness.values(slices);
    const groups = Map.groupBy(slices.keys(), (i) => values[i]!);
    // Where each slice has its own, it tells nothing.
    if (groups.size < 2 || groups.size > slices.length / 2) continue;
    const isMixed = 1 + values.filter((value, i) => i > 0 && value !== values[i - 1]).length > groups.size;
    if (!isMixed && groups.size > MOST_PARTS) continue;
    const described = `${witness.name} is ${describeGroups(groups, heights)}`;
    if (isMixed && witness.isDecisive) {
      throw new InputError(
        `${where}: ${groups.size} ${witness.parts} in one series, and their slices lie among each other: ${described}. ` +
          "Leave only the files of one of them",
      );
    }
    doubt(
      remarks,
      `${groups.size} ${witness.parts} in one series, ${isMixed ? "mixed" : "one after the other"}: ${described}. ` +
        "Check that they belong together: the patient may have moved or breathed in between",
    );
    return;
  }
}

/** What tells two images of one position apart, such as "AcquisitionNumber (0020,0012) is 1 and 2"; "" for nothing. */
export function describeDifferences(a: DicomImage, b: DicomImage): string {
  return witnesses.flatMap(({ name, values }) => {
    const [one, other] = values([a, b]) as [string, string];
    return one === other ? [] : [`${name} is ${one || "missing"} and ${other || "missing"}`];
  }).join(", ");
}

function describeGroups(groups: ReadonlyMap<string, readonly number[]>, heights: readonly number[]): string {
  const parts = [...groups].slice(0, MOST_PARTS).map(([value, indices]) => {
    const at = indices.map((i) => heights[i]!);
    const [least, most] = [Math.min(...at), Math.max(...at)].map((mm) => Number(mm.toFixed(2)));
    return `${value || "missing"} in ${indices.length} slices from ${least} to ${most} mm`;
  });
  return parts.join(", ") + (groups.size > MOST_PARTS ? `, and ${groups.size - MOST_PARTS} more` : "");
}

/** Seconds. A scanner rests longer than this between two acquisitions, but not within one. */
const LEAST_REST = 20;

/** Times of one acquisition get one value, its first: scanners write the time of each slice or turn. */
function groupTimes(times: readonly string[]): string[] {
  const seconds = times.map((time) => {
    const [, hours, minutes, rest] = /^(\d\d)(\d\d)(\d\d(?:\.\d*)?)/.exec(time) ?? [];
    return hours === undefined ? NaN : 3600 * Number(hours) + 60 * Number(minutes) + Number(rest);
  });
  if (!seconds.every(Number.isFinite)) return times.map(() => "");
  const sorted = [...new Set(seconds)].sort((a, b) => a - b);
  const gaps = sorted.slice(1).map((value, i) => value - sorted[i]!);
  const usual = gaps.length < 2 ? 0 : median(gaps);
  const starts = sorted.filter((_, i) => i === 0 || gaps[i - 1]! > Math.max(LEAST_REST, 5 * usual));
  return seconds.map((value) => {
    const start = starts.findLast((from) => from <= value)!;
    return times[seconds.indexOf(start)]!;
  });
}

/** Share by which two statements of one distance may differ: files round it. */
const MOST_OFF = 0.05;

/**
 * Compares the distance of neighbouring slices with what the files say of it. A series of which every second slice was
 * lost is as even as a whole one.
 *
 * @param slices One image per position, in the order of space.
 * @param step Distance between them, mm.
 */
export function checkSliceDistance(slices: readonly DicomImage[], step: number, remarks: Remarks): void {
  if (slices.length < 3) return;
  const between = middle(slices.map(({ told }) => told.spacingBetweenSlices));
  const location = middle(stepsOf(slices, ({ told }) => told.location));
  const counted = instanceStep(slices);
  const thickness = middle(slices.map(({ sliceThickness }) => sliceThickness));
  const against = [
    ...differs(between, step) ? [`SpacingBetweenSlices (0018,0088) is ${millimetres(between!)}`] : [],
    ...differs(location, step) ? [`SliceLocation (0020,1041) changes by ${millimetres(location!)}`] : [],
    ...counted > 1 ? [`InstanceNumber (0020,0013) changes by ${counted} from slice to slice`] : [],
  ];
  if (against.length > 0) {
    const ratio = Math.round(step / (between || step / counted));
    const guess = ratio > 1
      ? `; only every ${ratio === 2 ? "second" : ratio === 3 ? "third" : `${ratio}th`} slice seems to be here. ` +
        "Download the series again"
      : ". Check where the slices lie";
    doubt(remarks, `positions are ${millimetres(step)} apart, but ${against.join(", and ")}${guess}`);
  } else if (thickness !== undefined && thickness > 0 && step > 1.5 * thickness) {
    doubt(
      remarks,
      `slices are ${millimetres(thickness)} thick, but ${
        millimetres(step)
      } apart: nothing was measured between them, ` +
        "or slices are missing",
    );
  }
}

function differs(told: number | undefined, step: number): boolean {
  return told !== undefined && told !== 0 && Math.abs(Math.abs(told) - step) > MOST_OFF * step;
}

/** The amount by which nearly all instance numbers change from slice to slice; 1 if there is none. */
function instanceStep(slices: readonly DicomImage[]): number {
  const steps = stepsOf(slices, ({ told }) => told.instance);
  const usual = middle(steps) ?? 1;
  const share = steps.filter((step) => step === usual).length / (slices.length - 1);
  return Number.isInteger(usual) && share > 0.9 ? usual : 1;
}

/** Absolute differences between neighbours, where both have a number. */
function stepsOf(slices: readonly DicomImage[], value: (image: DicomImage) => number | undefined): number[] {
  return slices.slice(1).flatMap((image, i) => {
    const [before, here] = [value(slices[i]!), value(image)];
    return before === undefined || here === undefined ? [] : [Math.abs(here - before)];
  });
}

/** The median of those that are given; undefined if fewer than half are. */
function middle(values: readonly (number | undefined)[]): number | undefined {
  const given = values.filter((value) => value !== undefined);
  return given.length > 0 && 2 * given.length >= values.length ? median(given) : undefined;
}

function millimetres(mm: number): string {
  return `${Number(Math.abs(mm).toFixed(3))} mm`;
}
