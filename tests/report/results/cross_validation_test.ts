import { assertEquals, assertRejects } from "@std/assert";
import { join } from "node:path";
import { InputError } from "@ctsurv/base/mod.ts";
import {
  type CrossValidationRecord,
  provenance,
  readCrossValidation,
  writeCrossValidation,
} from "@ctsurv/report/mod.ts";
import { concordanceTable } from "@ctsurv/survival/mod.ts";
import { toSurvivalPredictions } from "@ctsurv/training/mod.ts";
import { inFolder } from "../../support/in_folder.ts";

const prediction = (id: string, fold: number, months: number, event: 0 | 1) => ({
  id,
  fold,
  months,
  event,
  survival: Float64Array.of(1, 0.9123456789012345, 0.8),
  attention: Float32Array.of(0.123456789, 0.876543211),
});

const predictions = [prediction("a", 1, 1.25, 1), prediction("b", 2, 2, 0)];
const made = await provenance({
  engine: "onnx",
  provider: "onnxruntime-node 1.30.0 (cpu)",
  weights: { kind: "seeded", hash: "0" },
  lungs: "threshold",
  cohort: { name: "made-up", hash: "0" },
  profile: "smoke",
  seeds: { training: 42, folds: 42 },
});
const record: CrossValidationRecord = {
  folds: [1, 2].map((fold) => ({
    fold,
    patients: 1,
    events: 2 - fold,
    ctd: { value: null, concordant: 0, comparable: 0 },
    losses: [1.5, 1.25],
  })),
  mean: null,
  stdSample: null,
  stdPopulation: null,
  pooled: concordanceTable(toSurvivalPredictions(predictions)),
  interval: null,
  predictions,
  provenance: made,
};

const plain = (value: unknown) => JSON.parse(JSON.stringify(value));

Deno.test("readCrossValidation() reads what writeCrossValidation() wrote, attention to six digits", () =>
  inFolder(async (dir) => {
    await writeCrossValidation(dir, "net", record);
    const found = await readCrossValidation(dir, "net");
    assertEquals([...found.predictions[0]!.attention], [...Float32Array.of(0.123457, 0.876543)]);
    assertEquals([...found.predictions[0]!.survival], [...predictions[0]!.survival]);
    const without = ({ predictions, ...rest }: CrossValidationRecord) =>
      plain({ ...rest, predictions: predictions.map(({ attention: _, ...one }) => one) });
    assertEquals(without(found), without(record));
  }));

Deno.test("readCrossValidation() gives folds from 1 where ctsurv 0.1 wrote them from 0", () =>
  inFolder(async (dir) => {
    const old = plain({ ...record, predictions: predictions.map((one) => ({ ...one, ...plainArrays(one) })) });
    for (const one of [...old.folds, ...old.predictions]) one.fold -= 1;
    await Deno.mkdir(join(dir, "cross_validation"));
    await Deno.writeTextFile(join(dir, "cross_validation", "net.json"), JSON.stringify(old));
    const found = await readCrossValidation(dir, "net");
    assertEquals(found.folds.map(({ fold }) => fold), [1, 2]);
    assertEquals(found.predictions.map(({ fold }) => fold), [1, 2]);
  }));

function plainArrays({ survival, attention }: typeof predictions[number]) {
  return { survival: [...survival], attention: [...attention] };
}

Deno.test("readCrossValidation() names the file that is missing or holds something else", () =>
  inFolder(async (dir) => {
    await assertRejects(() => readCrossValidation(dir, "net"), InputError, "net.json");
    await Deno.mkdir(join(dir, "cross_validation"));
    await Deno.writeTextFile(join(dir, "cross_validation", "net.json"), '{"folds": []}');
    await assertRejects(() => readCrossValidation(dir, "net"), InputError, "cross-validation");
  }));
