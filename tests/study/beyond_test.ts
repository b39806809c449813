import { assert, assertAlmostEquals, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { InputError } from "@ctsurv/base/mod.ts";
import {
  externalValidationTable,
  readExternalValidation,
  readUncertainty,
  saysExternalValidation,
  saysUncertainty,
  spreadTable,
  uncertaintyTable,
} from "@ctsurv/report/mod.ts";
import {
  ensembleRow,
  learningCurve,
  openStudy,
  pairedWithinFolds,
  repeatCrossValidation,
  saveFoldModels,
  type Study,
  validateExternally,
} from "@ctsurv/study/mod.ts";
import { HORIZON_MONTHS, validationScores } from "@ctsurv/survival/mod.ts";
import { headPredictor, loadModel, toSurvivalPredictions } from "@ctsurv/training/mod.ts";
import { openCrudeStudy, writeCrudeCohort } from "../support/crude_cohort.ts";

let dir = "";

Deno.test.beforeAll(async () => {
  dir = await Deno.makeTempDir();
  await writeCrudeCohort(join(dir, "cohort"));
  await writeCrudeCohort(join(dir, "other"), { name: "Other", darker: 15 });
});
Deno.test.afterAll(() => Deno.remove(dir, { recursive: true }));

/** The same study with choices made otherwise. */
function openAs({ environment, ...study }: Study, ...choices: string[]): Promise<Study> {
  return openStudy({
    environment: { ...environment, set: [...environment.set, ...choices] },
    beside: { environment, ...study },
  });
}

Deno.test("ensembleRow(), learningCurve(), repeatCrossValidation() read Ctd as the protocol does, in every number", async () => {
  const study = await openAs(await openCrudeStudy(dir, { outputs: "reading" }), "ctd=antolini");
  const features = await study.features("efficientnet_b0");
  const own = await study.crossValidate(features);
  const { antolini } = own.ctdWithinFolds.pre;
  const { result, ensemble } = await ensembleRow(study, "efficientnet_b0", { seeds: 2 });
  assertEquals([result.rows[0]!.ctdWithinFolds, result.seeds[0]!.ctd], [antolini, antolini.value]);
  assertEquals(result.rows[1]!.difference, pairedWithinFolds(ensemble, own, { ctd: "antolini" }));
  const half = await study.crossValidate(features, { trainingPatients: 3 });
  const { points } = (await learningCurve(study, { shares: [.5] })).result;
  assertEquals(points.map(({ ctd }) => ctd), [half.ctdWithinFolds.pre.antolini, antolini]);
  assertEquals(points[0]!.difference, pairedWithinFolds(half, own, { ctd: "antolini" }));
  const { repetitions } = (await repeatCrossValidation(study, { repeats: 1 })).result;
  assertEquals(repetitions[0]!.first.withinFolds, antolini.value);
  await study.segmenter.dispose();
});

Deno.test("learningCurve(), repeatCrossValidation(): other rows have files of their own", async () => {
  const study = await openCrudeStudy(dir, { outputs: "names" });
  await learningCurve(study, { shares: [.5] });
  await learningCurve(study, { model: "average_pooling", shares: [.5] });
  await repeatCrossValidation(study, { repeats: 1 });
  await repeatCrossValidation(study, { models: ["average_pooling", "efficientnet_b0"], repeats: 1 });
  const names = [
    "learning_curve",
    "learning_curve_average_pooling",
    "repeats",
    "repeats_average_pooling_efficientnet_b0",
  ];
  for (const name of names) assert((await Deno.stat(join(study.folder, `${name}.json`))).isFile);
  assertEquals(
    Array.from(Deno.readDirSync(join(study.folder, "figures")), ({ name }) => name).sort(),
    ["learning_curve.svg", "learning_curve_average_pooling.svg"],
  );
  const models = ["average_pooling", "average_pooling"] as const;
  await assertRejects(() => repeatCrossValidation(study, { models }), InputError, "are the same row");
  await study.segmenter.dispose();
});

Deno.test("saveFoldModels() refuses a folder with another run's models, before it trains", async () => {
  const study = await openCrudeStudy(dir, { outputs: "stale" });
  const folder = join(dir, "stale-models");
  await Deno.mkdir(folder);
  await Deno.writeTextFile(join(folder, "fold-01.safetensors"), "of another run, to be written over");
  await Deno.writeTextFile(join(folder, "fold-10.safetensors"), "of a run with ten folds");
  await assertRejects(() => saveFoldModels(study, "vgg16", folder), InputError, "holds fold-10.safetensors");
  assertEquals(await Deno.readTextFile(join(folder, "fold-01.safetensors")), "of another run, to be written over");
  await study.segmenter.dispose();
});

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
  const { threshold } = result.internal.netBenefit;
  // Nobody of the source was followed for 24 months, so its mean prediction stands in for its share of deaths.
  assertEquals([result.internal.observed, threshold], [null, 1 - result.internal.predicted]);
  assertEquals(result.external, validationScores(toSurvivalPredictions(predicted), HORIZON_MONTHS, { threshold }));
  assertEquals(
    (await readExternalValidation(join(source.folder, "external_validation_other.json"))).external,
    result.external,
  );
  assertEquals([result.development.skipped, result.validation.skipped, result.messages], [[], [], []]);
  await source.segmenter.dispose();
  await target.segmenter.dispose();
});

Deno.test("validateExternally() refuses the cohort of the training, its scans under another name, and intensities of the target", async () => {
  const source = await openCrudeStudy(dir, { outputs: "same" });
  await assertRejects(
    () => validateExternally({ source, target: source }),
    InputError,
    "the one that the model is trained on",
  );
  await writeCrudeCohort(join(dir, "renamed"), { name: "Renamed" });
  const renamed = await openCrudeStudy(dir, { cohort: "renamed", outputs: "same" });
  await assertRejects(
    () => validateExternally({ source, target: renamed }),
    InputError,
    "9 of 9 patients of Renamed have scans that the model is trained on, those of Crude: P0, P1",
  );
  const scaled = await openCrudeStudy(dir, { outputs: "same", set: "intensities=z-score" });
  const target = await openCrudeStudy(dir, { cohort: "other", outputs: "same" });
  await assertRejects(() => validateExternally({ source: scaled, target }), InputError, "choose intensities=window");
  await assertRejects(() => validateExternally({ source, target }, { threshold: 1 }), InputError, "not 1");
  for (const { segmenter } of [source, renamed, scaled, target]) await segmenter.dispose();
});

Deno.test("validateExternally(): a target too small for the folds, in which nobody died, and another reading of Ctd", async () => {
  const folder = join(dir, "few");
  await writeCrudeCohort(folder, { name: "Few", darker: 30 });
  const alive = ["P1,61,male,900,0", "P2,62,male,950,0"];
  await Deno.writeTextFile(
    join(folder, "clinical.csv"),
    ["PatientID,age,gender,Survival.time,deadstatus.event", ...alive].join("\n") + "\n",
  );
  await assertRejects(() => openCrudeStudy(dir, { cohort: "few", outputs: "few" }), InputError, "too few");
  const source = await openCrudeStudy(dir, { outputs: "few", set: "ctd=antolini" });
  const target = await openCrudeStudy(dir, { cohort: "few", outputs: "few", needsFolds: false });
  const { result } = await validateExternally({ source, target }, { threshold: .3 });
  assertEquals([result.internal, result.external].map(({ netBenefit }) => netBenefit.threshold), [.3, .3]);
  const own = await source.crossValidate(await source.features("efficientnet_b0"));
  assertEquals(result.internal.ctd.value, own.ctdWithinFolds.pre.antolini.value);
  const [ctd, deaths] = saysExternalValidation(result);
  assertEquals(ctd, "On Few no pair of patients can be compared.");
  assertEquals(
    deaths,
    "Observed deaths per expected one are 0.000. Nobody died by 24 months, so there is no interval, and nothing is told of " +
      "the model.",
  );
  await source.segmenter.dispose();
  await target.segmenter.dispose();
});

Deno.test("externalValidationTable() prints the one threshold, or both of a file of before", async () => {
  const path = fileURLToPath(new URL("../../outputs/phantom-lung1-workshop/external_validation.json", import.meta.url));
  const result = await readExternalValidation(path);
  const { internal, external } = result;
  const at = (a: number, b: number) =>
    externalValidationTable({
      ...result,
      internal: { ...internal, netBenefit: { ...internal.netBenefit, threshold: a } },
      external: { ...external, netBenefit: { ...external.netBenefit, threshold: b } },
    }).text;
  assertStringIncludes(at(.625, .625), "Net benefit of treating all, threshold 0.625 ");
  assertStringIncludes(at(.625, .594), "Net benefit of the model, threshold 0.625 and 0.594 ");
  const [, everybody] = saysExternalValidation({
    ...result,
    external: {
      ...external,
      observed: { survival: 0, low: null, high: null },
      observedToExpected: { value: 1.8, low: null, high: null },
    },
  });
  assertStringIncludes(everybody!, "are 1.800. Everybody died by 24 months, so there is no interval");
  const [, unknown] = saysExternalValidation({
    ...result,
    external: { ...external, observed: null, observedToExpected: null },
  });
  assertStringIncludes(unknown!, "nobody was followed for so long");
});

Deno.test("ensembleRow(): members are the row with other seeds, their mean is scored, and a second run trains nothing", async () => {
  const study = await openCrudeStudy(dir, { outputs: "ensemble" });
  const { members, ensemble, dropout, result } = await ensembleRow(study, "average_pooling", { seeds: 2, passes: 4 });
  const features = await study.features("efficientnet_b0");
  const average = { aggregation: { kind: "average" } } as const;
  const own = [
    await study.crossValidate(features, average),
    await study.crossValidate(features, { ...average, seed: 43 }),
  ];
  assertEquals(members.map(({ predictions }) => predictions), own.map(({ predictions }) => predictions));
  ensemble.predictions.forEach(({ survival }, i) =>
    assertAlmostEquals(
      survival[24]!,
      (own[0]!.predictions[i]!.survival[24]! + own[1]!.predictions[i]!.survival[24]!) / 2,
    )
  );
  const [single, seeds, passes] = result.rows;
  assertEquals(result.rows.map(({ source, members }) => [source, members]), [["single", 1], ["seeds", 2], [
    "dropout",
    4,
  ]]);
  assertEquals([single!.ctdWithinFolds, single!.spread], [own[0]!.ctdWithinFolds.pre.risk, null]);
  assertEquals(seeds!.difference, pairedWithinFolds(ensemble, own[0]!));
  assertEquals(passes!.brier, dropout!.atHorizon.brier);
  assertEquals(
    result.seeds,
    own.map(({ ctdWithinFolds }, i) => ({ seed: 42 + i, ctd: ctdWithinFolds.pre.risk.value })),
  );
  const read = await readUncertainty(study.folder, "average_pooling");
  assertEquals({ ...read, provenance: null }, { ...result, provenance: null });
  assertEquals(saysUncertainty(read).match(/squared error is/g)!.length, 2);
  assertEquals(
    spreadTable(read).csv.split("\r\n").length,
    1 + seeds!.spread!.bySpread.length + passes!.spread!.bySpread.length + 1,
  );
  assert(uncertaintyTable(read).text.includes("mean of 4 passes with dropout"));

  const files = () => Array.from(Deno.readDirSync(study.trainings!), ({ name }) => name).sort();
  const before = files();
  const again = await ensembleRow(study, "average_pooling", { seeds: 2, passes: 4 });
  assertEquals([again.result.rows, files()], [result.rows, before]);
  await assertRejects(() => ensembleRow(study, "clinical"), InputError, "trains no network");
  assertEquals(result.rows.map(({ held }) => held), [undefined, 2, 4]);
  await assertRejects(() => ensembleRow(study, "efficientnet_b0", { seeds: 1 }), InputError, "at least 2 seeds");
  await assertRejects(() => ensembleRow(study, "vgg16", { passes: 1 }), InputError, "at least 2 passes");
  await assertRejects(() => ensembleRow(study, "vgg16", { level: 3 }), InputError, "not 3");
  const without = await openAs(study, "dropout=0", "embeddingDropout=0.2");
  await assertRejects(
    () => ensembleRow(without, "vgg16", { passes: 2 }),
    InputError,
    "has dropout=0, so DeepHit has none to predict with. Passes do not apply embeddingDropout=0.2",
  );
  // None of the refused rows was trained.
  assertEquals(files(), before);
  await study.segmenter.dispose();
});

Deno.test("saveFoldModels(): the model of a fold predicts its patients as the cross-validation did", async () => {
  const study = await openCrudeStudy(dir, { outputs: "models" });
  const files = await saveFoldModels(study, "efficientnet_b0", join(dir, "models"));
  const features = await study.features("efficientnet_b0");
  const { predictions } = await study.crossValidate(features);
  assertEquals(files.length, study.profile.folds);
  const { backbone, shape, tail, head, trainedOn } = await loadModel(files[0]!, study.engine);
  const predictor = headPredictor(study.engine, { ...shape, backboneFeatures: backbone.architecture.features }, {
    tail,
  });
  const tested = features.patients.filter((_, i) => predictions[i]!.fold === 1);
  const predicted = await predictor.predict(head, tested);
  assertEquals(
    predicted.map(({ survival }) => survival),
    predictions.filter(({ fold }) => fold === 1).map((p) => p.survival),
  );
  assertEquals(trainedOn.dropout, study.protocol.choices.dropout);
  assertEquals([trainedOn.patients, trainedOn.cohort], [9 - tested.length, "Crude without fold 1 of 3"]);
  await predictor.dispose();
  await assertRejects(() => saveFoldModels(study, "clinical", dir), InputError, "no images");
  await study.segmenter.dispose();
});
