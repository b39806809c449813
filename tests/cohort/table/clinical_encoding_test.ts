import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { InputError } from "@ctsurv/base/mod.ts";
import { clinicalCovariates, clinicalEncoding, type ClinicalRecord, encodeClinical } from "@ctsurv/cohort/table/mod.ts";

function record(fields: Partial<ClinicalRecord> = {}): ClinicalRecord {
  const stages = { tStage: null, nStage: null, mStage: null, overallStage: "I" };
  return { patient: "p", age: 60, ...stages, histology: "nos", gender: "male", survivalDays: 1, dead: true, ...fields };
}

const many = (count: number, fields: Partial<ClinicalRecord>) => Array.from({ length: count }, () => record(fields));

Deno.test("encodeClinical() gives standardised age and one covariate for each level but the most frequent", () => {
  const records = [
    ...many(6, { age: 50 }),
    ...many(4, { age: 70, overallStage: "IIIb", gender: "female" }),
    ...many(3, { age: 80, overallStage: "II", gender: "female" }),
  ];
  const encoding = clinicalEncoding(records, { rareBelow: 3 });
  assertEquals(clinicalCovariates(encoding), ["age", "stage II", "stage IIIb", "sex male"]);
  const rows = records.map((one) => encodeClinical(one, encoding));
  const ages = rows.map(([age]) => age!);
  assertAlmostEquals(ages.reduce((a, b) => a + b), 0, 1e-12);
  assertAlmostEquals(ages.reduce((sum, age) => sum + age * age, 0) / ages.length, 1, 1e-12);
  assertEquals([0, 6, 10].map((i) => [...rows[i]!.slice(1)]), [[0, 0, 1], [0, 1, 0], [1, 0, 0]]);
});

Deno.test("encodeClinical() takes an unknown age as the median, and unknown words as a level of their own", () => {
  const records = [
    ...many(2, { age: 40 }),
    ...many(2, { age: 60 }),
    ...many(1, { age: 90 }),
    ...many(2, { age: null, histology: null }),
  ];
  const encoding = clinicalEncoding(records, { rareBelow: 2 });
  assertEquals([encoding.age!.median, encoding.age!.unknown], [60, 2]);
  assertEquals(clinicalCovariates(encoding), ["age", "histology unknown"]);
  const [unknown, sixty] = [records[6]!, records[2]!].map((one) => encodeClinical(one, encoding));
  assertEquals([unknown![0], unknown![1], sixty![1]], [sixty![0], 1, 0]);
});

Deno.test("encodeClinical() counts levels that are rare, or were never seen, as the reference", () => {
  const encoding = clinicalEncoding([...many(12, {}), ...many(9, { overallStage: "IV" }), ...many(2, { age: 70 })]);
  assertEquals(encoding.categories[0]!.rare, [{ level: "IV", patients: 9 }]);
  for (const overallStage of ["IV", "0", null]) {
    assertEquals(encodeClinical(record({ overallStage }), encoding), encodeClinical(record(), encoding));
  }
});

Deno.test("clinicalEncoding() leaves out an age that nobody gave, and refuses patients who do not differ", () => {
  const encoding = clinicalEncoding([...many(10, { age: null }), ...many(10, { age: null, gender: "female" })]);
  assertEquals(encoding.age, null);
  assert(clinicalCovariates(encoding).length === 1);
  assertThrows(() => clinicalEncoding(many(20, {})), InputError, "The 20 patients do not differ");
});
