import { createRandom, type Random } from "@ctsurv/common/mod.ts";
import type { ClinicalRecord } from "../clinical.ts";
import { createHazard, type Hazard } from "./hazard.ts";
import type { PhantomScanner, PhantomSpec } from "./phantom_spec.ts";
import { drawTumour, type Tumour } from "./tumour.ts";

/** A phantom patient without the image: tumour, survival and clinical record. */
export interface PhantomPatient {
  /** 1, 2, … */
  readonly number: number;
  readonly tumour: Tumour;
  /** Probability of being alive at 0, 1, …, 24 months, given the tumour. */
  readonly survival: readonly number[];
  readonly record: ClinicalRecord;
  readonly scanner: PhantomScanner;
}

const DAYS_PER_MONTH = 365.25 / 12;

/** Months of follow-up at which those alive are censored: nobody of LUNG1 within 24, the last death at 146. */
const FOLLOW_UP = [50, 146] as const;

/**
 * Draws a patient. One seed and number give one patient, however many others the cohort has.
 *
 * @param number 1, 2, …
 */
export function drawPatient(spec: PhantomSpec, seed: number, number: number): PhantomPatient {
  const stream = (name: string) => createRandom(seed, "phantom", spec.name, number, name);
  const tumour = drawTumour(stream("tumour"), spec.medianRadius);
  const hazard = hazardOf(spec.effect);
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
const hazards = new Map<number, Hazard>();
function hazardOf(effect: number): Hazard {
  const hazard = hazards.get(effect) ?? createHazard(effect);
  hazards.set(effect, hazard);
  return hazard;
}

type Clinical = Omit<ClinicalRecord, "patient" | "survivalDays" | "dead">;

/** Frequencies are LUNG1's. Given the tumour's size nothing here depends on survival. */
function drawClinical(random: Random, { stages }: PhantomSpec, { radius }: Tumour): Clinical {
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
