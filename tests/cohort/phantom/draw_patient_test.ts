import { assert, assertAlmostEquals, assertEquals, assertNotEquals } from "@std/assert";
import {
  drawPatient,
  phantomClaro,
  phantomLaws,
  phantomLung1,
  type PhantomPatient,
  type PhantomSpec,
} from "@ctsurv/cohort/mod.ts";
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

for (const law of phantomLaws) {
  Deno.test(`drawPatient() has LUNG1's shape of survival in the large, under the law ${law}`, () =>
    hasLung1sShape(law));
}

function hasLung1sShape(law: PhantomSpec["law"]): void {
  const records = draw({ ...phantomLung1, law }, 3000).map(({ record }) => record);
  const deadAt24 = records.filter(({ dead, survivalDays }) => dead && survivalDays <= 730).length / records.length;
  assertAlmostEquals(deadAt24, 251 / 415, 0.025);
  const days = records.map(({ survivalDays }) => survivalDays).sort((a, b) => a - b);
  assertAlmostEquals(days[1500]! / 547, 1, 0.08);
  assert(days.every((value) => Number.isInteger(value) && value >= 1));
  assert(days.at(-1)! <= 4454, "longer than LUNG1's longest follow-up");
  const alive = records.filter(({ dead }) => !dead);
  assert(alive.length > 0 && alive.every(({ survivalDays }) => survivalDays > 730), "censored within 24 months");
}

for (const law of ["tissue", "size"] as const) {
  Deno.test(`drawPatient() reaches a Ctd of 0.92 to 0.96 with the true risk, under the law ${law}`, () => {
    const best = bestCtd(draw({ ...phantomLung1, law }, 1500));
    assert(best > 0.92 && best < 0.96, `best reachable Ctd ${best}`);
  });

  Deno.test(`drawPatient(): a few dozen patients have a best reachable Ctd of 0.89 to 0.99 under the law ${law}, for each of ten seeds`, () => {
    for (const spec of [phantomLung1, phantomClaro]) {
      for (const seed of [42, 1, 2, 3, 4, 5, 6, 7, 8, 9]) {
        const best = bestCtd(draw({ ...spec, law }, 48, seed));
        assert(best > 0.89 && best < 0.99, `${spec.name} of seed ${seed}: best reachable Ctd ${best}`);
      }
    }
  });
}

Deno.test("drawPatient() lets size say all under the law size, and nothing under the others; tissue the other way round", () => {
  for (const spec of [phantomLung1, phantomClaro]) {
    const ctd = (
      law: PhantomSpec["law"],
      risk: (deviations: PhantomPatient["tumour"]["deviations"]) => number,
    ) =>
      bestCtd(
        draw({ ...spec, law }, 1500).map((patient) => ({
          ...patient,
          survival: patient.survival.map((_, month) =>
            Math.exp(-month * Math.exp(risk(patient.tumour.deviations)) / 100)
          ),
        })),
      );
    assert(ctd("size", ({ volume }) => volume) > 0.92);
    for (const law of ["tissue", "null"] as const) assertAlmostEquals(ctd(law, ({ volume }) => volume), 0.5, 0.03);
    assert(ctd("tissue", ({ density }) => density) > 0.92);
    for (const other of ["necrosis", "spiculation"] as const) {
      assertAlmostEquals(ctd("tissue", (deviations) => deviations[other]), 0.5, 0.05, other);
    }
    for (const law of ["size", "null"] as const) {
      for (const property of ["density", "necrosis", "spiculation"] as const) {
        assertAlmostEquals(ctd(law, (deviations) => deviations[property]), 0.5, 0.05, `${law}, ${property}`);
      }
    }
  }
});

Deno.test("drawPatient() draws the same patients under each law, but for their survival", () => {
  const [tissue, size, none] = phantomLaws.map((law) =>
    draw({ ...phantomLung1, law }, 40).map(({ tumour, record, survival: _, ...rest }) => ({
      ...rest,
      tumour: { ...tumour, linearPredictor: 0 },
      record: { ...record, survivalDays: 0, dead: false },
    }))
  );
  assertEquals(size, tissue);
  assertEquals(none, tissue);
});

Deno.test("drawPatient() ranks the true survival curves by the linear predictor at every month until they reach 0", () => {
  for (const effect of [1.5, phantomLung1.effect]) {
    const patients = draw({ ...phantomLung1, effect }, 200)
      .sort((a, b) => a.tumour.linearPredictor - b.tumour.linearPredictor);
    let zeros = 0;
    for (let month = 1; month <= 24; month++) {
      for (let i = 1; i < patients.length; i++) {
        const [lower, higher] = [patients[i - 1]!.survival[month]!, patients[i]!.survival[month]!];
        // Deviations end at 2.15, so that two patients can have the same.
        if (patients[i - 1]!.tumour.linearPredictor === patients[i]!.tumour.linearPredictor) {
          assertEquals(higher, lower);
          continue;
        }
        // exp(-746) is 0 in double precision.
        if (lower === 0 && higher === 0) zeros++;
        else assert(higher < lower, `effect ${effect}, month ${month}, patient ${i}`);
      }
    }
    if (effect === 1.5) assertEquals(zeros, 0);
    else assert(zeros < 0.08 * 24 * patients.length, `${zeros} curves at 0`);
  }
});

for (
  const [what, spec] of [
    ["without effect", { ...phantomLung1, effect: 0 }],
    ["under the law null", { ...phantomLung1, law: "null" }],
  ] as const
) {
  Deno.test(`drawPatient() ${what} gives everyone one curve, and tumours that say nothing`, () => {
    const patients = draw(spec, 1500);
    assertEquals(new Set(patients.map(({ survival }) => JSON.stringify(survival))).size, 1);
    assertEquals(bestCtd(patients), 0.5);
    // What the law tissue would say.
    const predictors = draw(phantomLung1, 1500).map(({ tumour }) => tumour.linearPredictor);
    const byTumour = patients.map((patient, i) => ({
      ...patient,
      survival: patient.survival.map((_, month) => Math.exp(-month * Math.exp(predictors[i]!))),
    }));
    assertAlmostEquals(bestCtd(byTumour), 0.5, 0.03);
  });
}

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
