import { assert, assertAlmostEquals } from "@std/assert";
import { createRandom } from "@ctsurv/base/mod.ts";
import { drawPatient, phantomLung1, type PhantomRisk } from "@ctsurv/cohort/mod.ts";
import { createHazard } from "@ctsurv/cohort/phantom/_hazard.ts";
import { followUp } from "@ctsurv/features/mod.ts";
import {
  bestReachableCtd,
  censorAt,
  HORIZON_MONTHS,
  type OutcomeToReach,
  pairedBootstrap,
} from "@ctsurv/survival/mod.ts";

/** The built-in cohort's. */
const phantomSeed = 42;
const hazard = createHazard(phantomLung1.effect);

/** Patients without their images: what survival depends on is decided before anything is painted. */
function drawCohort(patients: number, seed: number) {
  const people = Array.from({ length: patients }, (_, i) => drawPatient(phantomLung1, seed, i + 1));
  const truth: PhantomRisk[] = people.map(({ record: { patient }, tumour, survival }) => ({
    patient,
    tumourVolume: tumour.volume,
    linearPredictor: tumour.linearPredictor,
    survival,
  }));
  const outcomes = people.map(({ record }): OutcomeToReach => ({ id: record.patient, followUp: followUp(record) }));
  return { truth, outcomes };
}

/**
 * By formula, without curves and without outcomes. Of two patients with proportional hazards r and s the first to die is
 * the first of them with probability r / (r + s), at whatever time; the pair can be compared if one dies within the
 * horizon, with probability 1 - S_r(24) S_s(24).
 */
function expectedCtd(truth: readonly PhantomRisk[]): number {
  const people = truth.map(({ linearPredictor, survival }) => ({
    hazard: Math.exp(phantomLung1.effect * linearPredictor),
    alive: survival[HORIZON_MONTHS]!,
  }));
  let [concordant, comparable] = [0, 0];
  people.forEach((one, i) => {
    for (const other of people.slice(i + 1)) {
      const compared = 1 - one.alive * other.alive;
      comparable += compared;
      concordant += compared * Math.max(one.hazard, other.hazard) / (one.hazard + other.hazard);
    }
  });
  return concordant / comparable;
}

/** What else might have happened to the same patients. */
function drawOutcomes(truth: readonly PhantomRisk[], seed: number): OutcomeToReach[] {
  const random = createRandom(seed, "outcomes");
  return truth.map(({ patient, linearPredictor }) => {
    const months = hazard.drawMonths(linearPredictor, random);
    return { id: patient, followUp: censorAt({ months, event: 1 }, HORIZON_MONTHS) };
  });
}

/** The truth known through noise, in the linear predictor's standard deviations. */
function perturbed(truth: readonly PhantomRisk[], noise: number): PhantomRisk[] {
  const random = createRandom(1, "perturbed");
  return truth.map((patient) => {
    const x = patient.linearPredictor + noise * random.normal();
    return { ...patient, survival: patient.survival.map((_, month) => hazard.survival(x, month)) };
  });
}

function predictions(risks: readonly PhantomRisk[], outcomes: readonly OutcomeToReach[]) {
  return {
    times: risks[0]!.survival.map((_, month) => month),
    survival: risks.map(({ survival }) => survival),
    months: outcomes.map(({ followUp }) => followUp.months),
    event: outcomes.map(({ followUp }) => followUp.event),
  };
}

Deno.test("bestReachableCtd() is, over many outcomes, what the hazards say by formula", () => {
  const { truth, outcomes } = drawCohort(96, phantomSeed);
  const values = Array.from({ length: 200 }, (_, seed) => bestReachableCtd(truth, drawOutcomes(truth, seed))!);
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1));
  // The mean of a ratio is not the ratio of means, but for 96 patients the difference is far below this.
  assertAlmostEquals(mean, expectedCtd(truth), 4 * deviation / Math.sqrt(values.length));
  // What did happen to these patients is one of the things that chance gives.
  assertAlmostEquals(bestReachableCtd(truth, outcomes)!, mean, 4 * deviation);
});

Deno.test("bestReachableCtd() is reached by no knowledge that is less than the truth", () => {
  const { truth, outcomes } = drawCohort(1000, phantomSeed);
  const best = predictions(truth, outcomes);
  assertAlmostEquals(bestReachableCtd(truth, outcomes)!, expectedCtd(truth), 0.01);
  for (const noise of [0.1, 0.3, 1]) {
    const less = pairedBootstrap(predictions(perturbed(truth, noise), outcomes), best, { replicates: 200 })!;
    assert(less.high < 0, `Noise of ${noise}: ${less.difference} (${less.low} to ${less.high})`);
  }
});
