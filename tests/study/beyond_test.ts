import { assert, assertAlmostEquals, assertEquals, assertRejects } from "@std/assert";
import { join } from "node:path";
import { InputError } from "@ctsurv/base/mod.ts";
import {
  learningCurve,
  openStudy,
  pairedWithinFolds,
  repeatCrossValidation,
  validateExternally,
} from "@ctsurv/study/mod.ts";
import { HORIZON_MONTHS, validationScores } from "@ctsurv/survival/mod.ts";
import { toSurvivalPredictions } from "@ctsurv/training/mod.ts";
import { openCrudeStudy, writeCrudeCohort } from "../support/crude_cohort.ts";

let dir = "";

Deno.test.beforeAll(async () => {
  dir = await Deno.makeTempDir();
  await writeCrudeCohort(join(dir, "cohort"));
  await writeCrudeCohort(join(dir, "other"), { name: "Other", darker: 15 });
});
Deno.test.afterAll(() => Deno.remove(dir, { recursive: true }));

Deno.test("learningCurve(): each fold trains on its part, all are tested, and the last point is the row itself", async () => {
  const study = await openCrudeStudy(dir, { outputs: "curve" });
  const { result, figure } = await learningCurve(study, { shares: [.5] });
  assertEquals(result.points.map(({ share, patients }) => [share, patients]), [[.5, 3], [1, 6]]);
  const features = await study.features("efficientnet_b0");
  const [half, all] = [
    await study.crossValidate(features, { trainingPatients: 3 }),
    await study.crossValidate(features),
  ];
  assertEquals(half.predictions.length, 9);
  assertEquals(result.points[0]!.ctd, half.ctdWithinFolds.pre.risk);
  assertEquals(result.points[0]!.difference, pairedWithinFolds(half, all));
  assertEquals([result.points[1]!.ctd, result.points[1]!.difference], [all.ctdWithinFolds.pre.risk, null]);
  assert(figure.description.startsWith("3 patients: "));
  await assertRejects(() => learningCurve(study, { shares: [1] }), InputError, "below 1, not 1");
  await assertRejects(() => learningCurve(study, { model: "clinical" }), InputError, "has no images");
  await study.segmenter.dispose();
});

Deno.test("repeatCrossValidation(): repetition k is the study with the k-th seeds, and the first is the study itself", async () => {
  const study = await openCrudeStudy(dir, { outputs: "repeats" });
  const { result } = await repeatCrossValidation(study, { repeats: 2 });
  assertEquals(result.repetitions.map(({ foldSeed, seed }) => [foldSeed, seed]), [[42, 42], [43, 43]]);
  const features = await study.features("efficientnet_b0");
  const own = await study.crossValidate(features);
  assertEquals(result.repetitions[0]!.first.withinFolds, own.ctdWithinFolds.pre.risk.value);
  const set = [...study.environment.set, "foldSeed=43", "seed=43"];
  const second = await openStudy({ environment: { ...study.environment, set }, beside: study });
  const dealt = await second.crossValidate(features, { aggregation: { kind: "average" } });
  assertEquals(result.repetitions[1]!.second.mean, dealt.mean);
  assertEquals(result.together!.degreesOfFreedom, 2 * result.once!.degreesOfFreedom + 1);
  await assertRejects(() => repeatCrossValidation(study, { repeats: 0 }), InputError, "from 1, not 0");
  await assertRejects(
    () => repeatCrossValidation(study, { models: ["alexnet", "efficientnet_b0"] }),
    InputError,
    "two rows of one backbone",
  );
  await study.segmenter.dispose();
});

Deno.test("validateExternally(): one head of all source patients, the target's outcomes unseen, both cohorts described", async () => {
  const source = await openCrudeStudy(dir, { outputs: "external" });
  const target = await openCrudeStudy(dir, { cohort: "other", outputs: "external" });
  const { result } = await validateExternally({ source, target });
  assertEquals([result.development.name, result.validation.name], ["Crude", "Other"]);
  const { age, male, advanced } = result.validation;
  assertEquals([age, advanced], [64, null]);
  assertAlmostEquals(male!, 6 / 9);
  const [features, others] = [await source.features("efficientnet_b0"), await target.features("efficientnet_b0")];
  const { parameters } = await source.train(features);
  const predicted = await target.predict(parameters, others);
  assertEquals(result.external, validationScores(toSurvivalPredictions(predicted), HORIZON_MONTHS));
  await source.segmenter.dispose();
  await target.segmenter.dispose();
});
