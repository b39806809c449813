import { assert, assertAlmostEquals, assertEquals, assertNotEquals } from "@std/assert";
import { drawPatient, phantomClaro, phantomLung1, type PhantomPatient, type PhantomSpec } from "@ctsurv/cohort/mod.ts";
import { censorAt, concordance, daysToMonths } from "@ctsurv/survival/mod.ts";

const draw = (spec: PhantomSpec, count: number, seed = 42) =>
  Array.from({ length: count }, (_, i) => drawPatient(spec, seed, i + 1));

function bestCtd(patients: readonly PhantomPatient[]): number {
  const outcomes = patients.map(({ record: { survivalDays, dead } }) =>
    censorAt({ months: daysToMonths(survivalDays), event: dead ? 1 : 0 }, 24)
  );
  return concordance({
    times: patients[0]!.survival.map((_, month) => month),
    survival: patients.map(({ survival }) => survival),
    months: outcomes.map(({ months }) => months),
    event: outcomes.map(({ event }) => event),
  }).value!;
}

Deno.test("drawPatient() has LUNG1's shape of survival in the large", () => {
  const records = draw(phantomLung1, 3000).map(({ record }) => record);
  const deadAt24 = records.filter(({ dead, survivalDays }) => dead && survivalDays <= 730).length / records.length;
  assertAlmostEquals(deadAt24, 251 / 415, 0.025);
  const days = records.map(({ survivalDays }) => survivalDays).sort((a, b) => a - b);
  assertAlmostEquals(days[1500]! / 547, 1, 0.08);
  assert(days.every((value) => Number.isInteger(value) && value >= 1));
  assert(days.at(-1)! <= 4454, "longer than LUNG1's longest follow-up");
  const alive = records.filter(({ dead }) => !dead);
  assert(alive.length > 0 && alive.every(({ survivalDays }) => survivalDays > 730), "censored within 24 months");
});

Deno.test("drawPatient() gives tumours of 6 to 45 mm whose true risk reaches a Ctd of 0.75 to 0.82", () => {
  const patients = draw(phantomLung1, 1500);
  const radii = patients.map(({ tumour }) => tumour.radius);
  assert(Math.min(...radii) > 6 && Math.min(...radii) < 8);
  assert(Math.max(...radii) < 45.5 && Math.max(...radii) > 38);
  const best = bestCtd(patients);
  assert(best > 0.75 && best < 0.82, `best reachable Ctd ${best}`);
});

Deno.test("drawPatient() ranks the true survival curves by the linear predictor at every month", () => {
  const patients = draw(phantomLung1, 200).sort((a, b) => a.tumour.linearPredictor - b.tumour.linearPredictor);
  for (let month = 1; month <= 24; month++) {
    for (let i = 1; i < patients.length; i++) {
      assert(patients[i]!.survival[month]! < patients[i - 1]!.survival[month]!, `month ${month}, patient ${i}`);
    }
  }
});

Deno.test("drawPatient() without effect gives everyone one curve, and tumours that say nothing", () => {
  const patients = draw({ ...phantomLung1, effect: 0 }, 1500);
  assertEquals(bestCtd(patients), 0.5);
  const byTumour = patients.map((patient) => ({
    ...patient,
    survival: patient.survival.map((_, month) => Math.exp(-month * Math.exp(patient.tumour.linearPredictor))),
  }));
  assertAlmostEquals(bestCtd(byTumour), 0.5, 0.03);
});

Deno.test("drawPatient() draws the same tumours whatever the effect", () => {
  const tumours = (effect: number) => draw({ ...phantomLung1, effect }, 20).map(({ tumour }) => tumour);
  assertEquals(tumours(0), tumours(1.5));
});

Deno.test("drawPatient() depends on the seed and on the cohort", () => {
  const [patient, other, elsewhere] = [
    drawPatient(phantomLung1, 42, 1),
    drawPatient(phantomLung1, 43, 1),
    drawPatient({ ...phantomLung1, name: "phantom-claro" }, 42, 1),
  ];
  assertNotEquals(patient.tumour.radius, other.tumour.radius);
  assertNotEquals(patient.tumour.radius, elsewhere.tumour.radius);
});

Deno.test("drawPatient() fills the clinical table as LUNG1's is filled", () => {
  const records = draw(phantomLung1, 3000).map(({ record }) => record);
  const share = (is: (record: typeof records[number]) => boolean) => records.filter(is).length / records.length;
  assertEquals(records[6]!.patient, "PHANTOM-007");
  assertAlmostEquals(share(({ age }) => age === null), 22 / 422, 0.015);
  assertAlmostEquals(share(({ histology }) => histology === null), 42 / 422, 0.02);
  assertAlmostEquals(share(({ gender }) => gender === "male"), 290 / 422, 0.03);
  assertEquals(new Set(records.map(({ overallStage }) => overallStage)), new Set(["I", "II", "IIIa", "IIIb"]));
  assert(records.every(({ age }) => age === null || (age >= 34 && age <= 91)));
});

Deno.test("drawPatient() gives large tumours a higher T", () => {
  const patients = draw(phantomLung1, 500);
  const meanT = (of: readonly PhantomPatient[]) =>
    of.reduce((sum, { record }) => sum + Number(record.tStage), 0) / of.length;
  assert(
    meanT(patients.filter(({ tumour }) => tumour.radius > 30)) >
      meanT(patients.filter(({ tumour }) => tumour.radius < 15)) + 1.5,
  );
});

Deno.test("drawPatient() has nobody below stage III in phantom-claro, all on one scanner", () => {
  const patients = draw(phantomClaro, 500);
  assertEquals(new Set(patients.map(({ record }) => record.overallStage)), new Set(["IIIa", "IIIb"]));
  assertEquals(new Set(patients.map(({ scanner }) => scanner)).size, 1);
});

Deno.test("drawPatient() has a quarter of phantom-lung1 come by way of XiO", () => {
  const dialects = draw(phantomLung1, 8).map(({ scanner }) => scanner.dialect);
  assertEquals(dialects.flatMap((dialect, i) => dialect === "xio" ? [i + 1] : []), [2, 6]);
});
