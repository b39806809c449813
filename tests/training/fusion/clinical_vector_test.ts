import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { InputError } from "@ctsurv/base/mod.ts";
import { clinicalVector, clinicalVectorNames, encodeClinicalVector } from "@ctsurv/training/mod.ts";
import { fusionPatients } from "./fusion_patients.ts";

const records = fusionPatients(60).map(({ record }) => record);

Deno.test("clinicalVector() standardises every number over the patients of the fit, indicators included", () => {
  const vector = clinicalVector(records, { covariates: ["age", "sex"] });
  assertEquals(clinicalVectorNames(vector), ["age", "sex female", "age unknown"]);
  const rows = records.map((record) => encodeClinicalVector(record, vector));
  for (let k = 0; k < 3; k++) {
    const mean = rows.reduce((sum, row) => sum + row[k]!, 0) / rows.length;
    assertAlmostEquals(mean, 0, 1e-6);
    assertAlmostEquals(rows.reduce((sum, row) => sum + row[k]! ** 2, 0) / rows.length, 1, 1e-5);
  }
  // 12 of 60 have no age: 1 is (1 - 0.2) / 0.4 and 0 is -0.2 / 0.4.
  records.forEach(({ age }, i) => assertAlmostEquals(rows[i]![2]!, age === null ? 2 : -.5, 1e-6));
});

Deno.test("clinicalVector() gives a number that few patients lack no indicator, and a patient without it the median", () => {
  const vector = clinicalVector(records, { covariates: ["age"], rareBelow: 13 });
  assertEquals(clinicalVectorNames(vector), ["age"]);
  const { median } = vector.encoding.age!;
  const [unknown, middle] = [null, median].map((age) => encodeClinicalVector({ ...records[0]!, age }, vector));
  assertEquals(unknown, middle);
});

Deno.test("clinicalVector() refuses patients who do not differ", () => {
  assertThrows(() => clinicalVector([records[1]!, records[1]!], { covariates: ["age"] }), InputError, "do not differ");
});
