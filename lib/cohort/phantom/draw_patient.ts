import { createRandom, type Random } from "@ctsurv/base/mod.ts";
import type { ClinicalRecord } from "../table/clinical.ts";
import { type Canvas, label, type Point } from "./_anatomy/canvas.ts";
import { createHazard, type Hazard } from "./_hazard.ts";
import { drawTumour, type PhantomTumour } from "./draw_tumour.ts";
import type { PhantomScanner, PhantomSpec } from "./phantoms.ts";

const ATTEMPTS = 2000;

/** A point in the lungs for which `isWanted` holds, all equally likely; undefined if none is found. */
export function drawLungPoint(
  { labels, slices, matrix, pixel, thickness, origin }: Canvas,
  random: Random,
  isWanted: (point: Point) => boolean = () => true,
): Point | undefined {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const slice = random.integer(0, slices - 1);
    const row = random.integer(0, matrix - 1);
    const column = random.integer(0, matrix - 1);
    if (labels[(slice * matrix + row) * matrix + column] !== label.lung) continue;
    const point: Point = [origin[0] + column * pixel, origin[1] + row * pixel, origin[2] + slice * thickness];
    if (isWanted(point)) return point;
  }
  return undefined;
}

/** A phantom patient without the image: tumour, survival and clinical record. */
export interface PhantomPatient {
  /** Number in the cohort: 1, 2, … */
  readonly number: number;
  /** The dominant tumour. */
  readonly tumour: PhantomTumour;
  /** Probability of being alive at 0, 1, …, 24 months, given the tumour. */
  readonly survival: readonly number[];
  /** The row of the clinical table, with follow-up in days. */
  readonly record: ClinicalRecord;
  /** The scanner that gives the scan its grid, noise and DICOM dialect. */
  readonly scanner: PhantomScanner;
}

const DAYS_PER_MONTH = 365.25 / 12;

/** Months of follow-up at which those alive are censored: nobody of LUNG1 within 24, the last death at 146. */
const FOLLOW_UP = [50, 146] as const;

/**
 * Draws a patient, without the image. One seed and number always give the same patient, however many others the cohort
 * has.
 *
 * @param number 1, 2, …
 *
 * @example
 * ```ts
 * import { drawPatient, phantomLung1 } from "@ctsurv/ctsurv/cohort";
 * import { assert, assertEquals } from "@std/assert";
 *
 * const { record, tumour, survival } = drawPatient(phantomLung1, 42, 7);
 * assertEquals(record.patient, "PHANTOM-007");
 * assert(tumour.radius > 8 && tumour.radius < 60); // mm
 * assertEquals(survival.length, 25); // months 0 to 24
 * ```
 */
export function drawPatient(spec: PhantomSpec, seed: number, number: number): PhantomPatient {
  const stream = (name: string) => createRandom(seed, "phantom", spec.name, number, name);
  const tumour = drawTumour(stream("tumour"), spec);
  const hazard = hazardOf(spec.law === "null" ? 0 : spec.effect);
  const survivalStream = stream("survival");
  const death = hazard.drawMonths(tumour.linearPredictor, survivalStream);
  const followUp = survivalStream.between(...FOLLOW_UP);
  return {
    number,
    tumour,
    survival: Array.from({ length: 25 }, (_, month) => hazard.survival(tumour.linearPredictor, month)),
    record: {
      patient: `${spec.idPrefix}-${String(number).padStart(3, "0")}`,
      ...drawClinical(stream("clinical"), spec, tumour),
      survivalDays: Math.max(1, Math.round(Math.min(death, followUp) * DAYS_PER_MONTH)),
      dead: death <= followUp,
    },
    scanner: spec.scanners[number % 4 === 2 ? spec.scanners.length - 1 : 0]!,
  };
}

// The calibration takes milliseconds, a patient microseconds; it is a pure function of the effect.
const HAZARDS = new Map<number, Hazard>();
function hazardOf(effect: number): Hazard {
  const hazard = HAZARDS.get(effect) ?? createHazard(effect);
  HAZARDS.set(effect, hazard);
  return hazard;
}

type Clinical = Omit<ClinicalRecord, "patient" | "survivalDays" | "dead">;

/** Frequencies are LUNG1's. Given the tumour's size nothing here depends on survival. */
function drawClinical(random: Random, { stages }: PhantomSpec, { radius }: PhantomTumour): Clinical {
  const age = random.uniform() < 22 / 422 ? null : Math.min(91, Math.max(34, 68 + 10 * random.normal()));
  // Invasion raises T whatever the size; TNM's bounds are diameters of 30, 50 and 70 mm.
  const bySize = [15, 25, 35].filter((bound) => radius > bound).length + 1;
  const t = random.uniform() < 0.15 ? Math.min(4, bySize + random.integer(1, 2)) : bySize;
  const n = pick(random, stages === "III" && t < 4 ? [0, 0, 141, 85] : [170, 23, 141, 85]);
  return {
    age: age === null ? null : Math.round(age * 100) / 100,
    tStage: String(t),
    nStage: String(n),
    mStage: "0",
    overallStage: overallStage(t, n),
    histology: ["large cell", "squamous cell carcinoma", "adenocarcinoma", "nos", null][
      pick(random, [114, 152, 51, 63, 42])
    ]!,
    gender: random.uniform() < 290 / 422 ? "male" : "female",
  };
}

/** TNM, 6th edition, for M0. */
function overallStage(t: number, n: number): string {
  if (t === 4 || n === 3) return "IIIb";
  if (n === 2 || (t === 3 && n === 1)) return "IIIa";
  return t === 3 || n === 1 ? "II" : "I";
}

/** An index, with probability in proportion to its weight. */
function pick(random: Random, weights: readonly number[]): number {
  let rest = random.uniform() * weights.reduce((sum, weight) => sum + weight, 0);
  return weights.findIndex((weight) => (rest -= weight) < 0);
}
