import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { InputError } from "@ctsurv/base/mod.ts";
import {
  clinicalCovariates,
  clinicalEncoding,
  type ClinicalRecord,
  COVARIATE_SETS,
  covariateNames,
  encodeClinical,
  mergedSpellings,
  usualCovariates,
} from "@ctsurv/cohort/table/mod.ts";

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
  const encoding = clinicalEncoding(records, { rareBelow: 2, covariates: COVARIATE_SETS["overall-stage"] });
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

Deno.test("clinicalEncoding() takes the spellings of a level for one, and mergedSpellings() lists them", () => {
  const spelt = (column: "overallStage" | "histology" | "gender", ...words: readonly string[]) => {
    const records = [...many(9, { age: 70 }), ...words.map((word) => record({ [column]: word }))];
    const { categories } = clinicalEncoding(records, { rareBelow: 1, covariates: COVARIATE_SETS["overall-stage"] });
    const category = categories.find((one) => one.column === column)!;
    return [
      category.reference,
      ...category.levels.map(({ level }) => level),
      ...category.rare.map(({ level }) => level),
    ];
  };
  assertEquals(spelt("overallStage", "IIIA", "IIIa", "IIIA", "stage iiia", "Stage I", "III A"), ["I", "IIIA"]);
  assertEquals(spelt("gender", "Male", "M", "m", "female", "F", "f", "Female", "F"), ["male", "F"]);
  assertEquals(spelt("histology", "NOS", "large  cell", "Large cell", "large cell"), ["nos", "Large cell"]);
  assertEquals(spelt("overallStage", "2.0", "2", "3"), ["I", "2", "3"]);
  const records = [...many(2, {}), ...many(3, { gender: "M" }), ...many(1, { gender: null })];
  assertEquals(mergedSpellings(records), [
    { column: "gender", spellings: [{ level: "M", patients: 3 }, { level: "male", patients: 2 }] },
  ]);
  assertEquals(mergedSpellings(many(4, {})), []);
});

Deno.test("encodeClinical() finds a level by any of its spellings", () => {
  const encoding = clinicalEncoding([...many(12, {}), ...many(10, { overallStage: "IIIa", gender: "F" })]);
  assertEquals(clinicalCovariates(encoding), ["stage IIIa", "sex F"]);
  for (const [overallStage, gender] of [["IIIa", "F"], ["IIIA", "female"], ["Stage IIIa", "Female"]]) {
    assertEquals([...encodeClinical(record({ overallStage: overallStage!, gender: gender! }), encoding)], [1, 1]);
  }
});

Deno.test("clinicalEncoding() takes T and N as numbers, however they are written, and an unknown one as the median", () => {
  const words = ["1", "T2a", "cT2", "ypT3", "4.0", "Tis", "X", null];
  const records = words.map((tStage, i) =>
    record({ tStage, nStage: i % 2 === 0 ? "N1" : "2", age: null, gender: null })
  );
  const encoding = clinicalEncoding(records);
  assertEquals(clinicalCovariates(encoding), ["T", "N"]);
  const [t] = encoding.numbers;
  assertEquals([t!.median, t!.unknown], [2, 2]);
  const stages = records.map((one) => encodeClinical(one, encoding)[0]! * t!.std + t!.mean);
  [1, 2, 2, 3, 4, 0, 2, 2].forEach((expected, i) => assertAlmostEquals(stages[i]!, expected, 1e-12));
});

Deno.test("clinicalEncoding() takes measurements, leaves out those that do not differ, and knows a missing one", () => {
  const records = [1, 2, 3, null].map((volume) => ({ ...record(), measurements: { volume, constant: 0.1 } }));
  const encoding = clinicalEncoding(records, { covariates: ["constant", "volume", "absent"] });
  assertEquals(encoding.numbers.map(({ name, median, unknown }) => [name, median, unknown]), [["volume", 2, 1]]);
  assertEquals(encodeClinical(record(), encoding), encodeClinical(records[3]!, encoding));
  assertThrows(() => clinicalEncoding(records, { covariates: ["constant"] }), InputError, "do not differ in constant");
});

Deno.test("usualCovariates() are age, T, N and sex, or the overall stage where there is neither T nor N", () => {
  assertEquals(usualCovariates([record(), record({ nStage: "0" })]), ["age", "t", "n", "sex"]);
  assertEquals(usualCovariates([record({ tStage: "X" })]), ["age", "stage", "sex"]);
  assertEquals(covariateNames(["Overall-Stage", "age", "T"]), ["age", "stage", "histology", "sex", "t"]);
});
