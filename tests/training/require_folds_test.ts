import { assertStringIncludes, assertThrows } from "@std/assert";
import type { Cohort } from "@ctsurv/cohort/mod.ts";
import { InputError } from "@ctsurv/common/mod.ts";
import { requireFolds } from "@ctsurv/training/mod.ts";

/** A cohort of those who died after 100 days, those who died in the third year, and those alive after it. */
function cohort({ soon = 0, later = 0, alive = 0 }): Pick<Cohort, "name" | "patients"> {
  const patient = (survivalDays: number, dead: boolean) => ({ record: { survivalDays, dead } });
  const patients = [
    ...Array.from({ length: soon }, () => patient(100, true)),
    ...Array.from({ length: later }, () => patient(800, true)),
    ...Array.from({ length: alive }, () => patient(1200, false)),
  ];
  return { name: "LUNG1", patients: patients as unknown as Cohort["patients"] };
}

Deno.test("requireFolds() tells how many patients, deaths and folds there are, and what works without folds", () => {
  const { message } = assertThrows(
    () => requireFolds(cohort({ soon: 1, alive: 1 }), { folds: 10 }),
    InputError,
  ) as Error;
  for (const part of ["LUNG1", "10 folds: 2, of whom 1 died within 24 months", "at least 10 patients", "notebook 01"]) {
    assertStringIncludes(message, part);
  }
});

Deno.test("requireFolds() counts deaths after two years as survivors", () => {
  assertThrows(() => requireFolds(cohort({ soon: 9, later: 3 }), { folds: 10 }), InputError, "12, of whom 9 died");
  requireFolds(cohort({ soon: 10, later: 3 }), { folds: 10 });
  requireFolds(cohort({ soon: 2, later: 8, alive: 2 }), { folds: 10 });
});

Deno.test("requireFolds() refuses fewer than two deaths, however many patients there are", () => {
  assertThrows(() => requireFolds(cohort({ soon: 1, alive: 400 }), { folds: 10 }), InputError, "of whom 1 died");
  assertThrows(() => requireFolds(cohort({}), { folds: 2 }), InputError, "2 folds: 0, of whom 0 died");
  requireFolds(cohort({ soon: 2, alive: 400 }), { folds: 10 });
});
