import { assert } from "@std/assert";
import { drawPatient, type PhantomLaw, phantomLaws, phantomLung1, renderPhantom } from "@ctsurv/cohort/mod.ts";
import { followUp } from "@ctsurv/features/mod.ts";
import { concordance, fitCox } from "@ctsurv/survival/mod.ts";

// What the laws promise to a model that sees ten slices of a patient and all of the tumour that is on them: under
// `tissue` it pays to look at the right slice, under `size` averaging over slices is enough, under `null` nothing helps.

const PATIENTS = 96, SEEN = 10, FOLDS = 5, SEED = 42;

const patients = Array.from({ length: PATIENTS }, (_, i) => {
  const spec = { ...phantomLung1, matrix: 64 };
  const patient = drawPatient(spec, SEED, i + 1);
  const { labels, shape: [slices, rows, columns] } = renderPhantom(spec, SEED, patient);
  const plane = rows * columns;
  const shares = Array.from({ length: slices }, (_, slice) => {
    const count = (wanted: (label: number) => boolean) =>
      labels.subarray(slice * plane, (slice + 1) * plane).filter(wanted).length / plane;
    return { lungs: count((label) => label > 0), tumour: count((label) => label === 2) };
  });
  const kept = shares.filter(({ lungs }) => lungs > 0.02);
  const areas = Array.from({ length: SEEN }, (_, j) => 100 * kept[Math.floor((j + 0.5) * kept.length / SEEN)]!.tumour);
  return { number: i + 1, areas, look: [patient.tumour.deviations.density] };
});
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

/** What is known of a patient: numbers that Cox regression gets. */
const knowledge = {
  /** The slices' numbers averaged: area, and area times what the tumour is like. */
  averaged: ({ areas, look }: typeof patients[number]) => [mean(areas), ...look.map((z) => z * mean(areas))],
  /** The slice with the most tumour. */
  rightSlice: ({ areas, look }: typeof patients[number]) => {
    const most = Math.max(...areas);
    return [most, ...look.map((z) => most > 0 ? z : 0)];
  },
  meanArea: ({ areas }: typeof patients[number]) => [mean(areas)],
};

/** Ctd, pooled over five folds, of Cox regression on what is known. */
function ctd(law: PhantomLaw, known: keyof typeof knowledge): number {
  const spec = { ...phantomLung1, law };
  const outcomes = patients.map(({ number }) => followUp(drawPatient(spec, SEED, number).record));
  const covariates = patients.map(knowledge[known]);
  const risks = new Float64Array(PATIENTS);
  for (let fold = 0; fold < FOLDS; fold++) {
    const training = [...patients.keys()].filter((i) => i % FOLDS !== fold);
    const model = fitCox({
      covariates: training.map((i) => covariates[i]!),
      months: training.map((i) => outcomes[i]!.months),
      event: training.map((i) => outcomes[i]!.event),
    }, { ridge: 1 });
    for (let i = fold; i < PATIENTS; i += FOLDS) {
      risks[i] = covariates[i]!.reduce((sum, x, c) => sum + (x - model.centre[c]!) * model.coefficients[c]!, 0);
    }
  }
  const times = Array.from({ length: 25 }, (_, month) => month);
  return concordance({
    times,
    // One shape of curve for all: the higher the risk, the lower it is.
    survival: [...risks].map((risk) => times.map((month) => Math.exp(-month / (1 + Math.exp(-risk))))),
    months: outcomes.map(({ months }) => months),
    event: outcomes.map(({ event }) => event),
  }).value!;
}

const found = Object.fromEntries(phantomLaws.map((law) => [
  law,
  { averaged: ctd(law, "averaged"), rightSlice: ctd(law, "rightSlice"), meanArea: ctd(law, "meanArea") },
]));

Deno.test("under the law tissue it pays to look at the right slice, and area says nothing", () => {
  const { averaged, rightSlice, meanArea } = found["tissue"]!;
  assert(rightSlice > averaged + 0.05, `${rightSlice} on the right slice, ${averaged} averaged`);
  assert(averaged > 0.75);
  assert(Math.abs(meanArea - 0.5) < 0.1, `${meanArea} by area`);
});

Deno.test("under the law size averaging over slices is enough", () => {
  const { rightSlice, meanArea } = found["size"]!;
  assert(meanArea > 0.9 && meanArea > rightSlice, `${meanArea} by area, ${rightSlice} on the right slice`);
});

Deno.test("under the law null nothing helps", () => {
  for (const value of Object.values(found["null"]!)) assert(Math.abs(value - 0.5) < 0.1, `Ctd ${value}`);
});
