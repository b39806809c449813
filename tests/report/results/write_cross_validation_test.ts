import { assertEquals } from "@std/assert";
import { join } from "node:path";
import { type CrossValidationRecord, writeCrossValidation } from "@ctsurv/report/mod.ts";
import { concordanceTable } from "@ctsurv/survival/mod.ts";
import { formatPredictions, toSurvivalPredictions } from "@ctsurv/training/mod.ts";
import { inFolder } from "../../support/in_folder.ts";

const survival = Float64Array.from({ length: 25 }, (_, month) => Math.exp(-month / 3));
const attention = Float32Array.of(1 / 3, 0.123456789, 1.23456789e-7, 0, 1);
const predictions = [
  { id: "a", fold: 1, months: 3.25, event: 1, survival, attention },
  { id: "b", fold: 2, months: 24, event: 0, survival, attention },
] as const;
const record = {
  folds: [1, 2].map((fold) => ({
    fold,
    patients: 1,
    events: 2 - fold,
    ctd: { value: null, concordant: 0, comparable: 0 },
    losses: [Math.PI, 1 / 3],
  })),
  mean: 2 / 3,
  stdSample: Math.SQRT2,
  stdPopulation: null,
  pooled: concordanceTable(toSurvivalPredictions(predictions)),
  interval: { low: 1 / 7, high: 6 / 7, level: 0.95, replicates: 1000 },
  provenance: { seed: 1 },
};

Deno.test("writeCrossValidation() writes attention to six digits, and every other number whole", () =>
  inFolder(async (dir) => {
    await writeCrossValidation(dir, "net", { ...record, predictions } as unknown as CrossValidationRecord);
    const written = JSON.parse(await Deno.readTextFile(join(dir, "cross_validation", "net.json")));
    assertEquals(written, {
      ...record,
      predictions: predictions.map((prediction) => ({
        ...prediction,
        survival: [...survival],
        attention: [0.333333, 0.123457, 1.23457e-7, 0, 1],
      })),
    });
    const table = await Deno.readTextFile(join(dir, "predictions", "net.csv"));
    assertEquals(table, formatPredictions(predictions));
  }));
