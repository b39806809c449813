import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { createRandom, InputError } from "@ctsurv/base/mod.ts";
import { type Command, parseCommand } from "@ctsurv/cli/command.ts";
import { crossValidate } from "@ctsurv/cli/commands/cross_validate.ts";
import { fit } from "@ctsurv/cli/commands/fit.ts";
import { fusion } from "@ctsurv/cli/commands/fusion.ts";
import { multiverse } from "@ctsurv/cli/commands/multiverse.ts";
import { ensurePhantom } from "@ctsurv/cohort/mod.ts";
import { followUp } from "@ctsurv/features/mod.ts";
import { writeNpy } from "@ctsurv/imaging/mod.ts";
import { efficientNetB0 } from "@ctsurv/nn/mod.ts";
import {
  fusionTable,
  readCrossValidation,
  readFold,
  readFusion,
  readTable1,
  resultFiles,
  saysFusion,
} from "@ctsurv/report/mod.ts";
import {
  compareFusion,
  crossValidateRow,
  openStudy,
  type Study,
  type StudyFeatures,
  trainRowFold,
} from "@ctsurv/study/mod.ts";
import { environmentOf } from "../../support/environment_of.ts";
import { coarse } from "../../support/make_coarse_cohort.ts";

let dir = "";
Deno.test.beforeAll(async () => {
  dir = await Deno.makeTempDir();
  await ensurePhantom("phantom-lung1", join(dir, "cohort"), { patients: 12, overrides: coarse });
});
Deno.test.afterAll(() => Deno.remove(dir, { recursive: true }));

const environment = environmentOf({ CTSURV_LUNGS: "threshold", CTSURV_ENGINE: "onnx" });

async function run(command: Command, output: string, ...args: string[]) {
  const given = parseCommand(command, [
    ...["--cohort", join(dir, "cohort"), "--profile", "smoke", "--cache", join(dir, "cache")],
    ...["--output", join(dir, output), ...args],
  ]);
  return await command.run({ ...given, environment });
}

/**
 * The study of the command, with another protocol perhaps. Its features are drawn instead of extracted, and it trains on
 * this thread: scans and threads would take most of the time.
 */
async function study(output: string, protocol?: string): Promise<Study> {
  const opened = await openStudy({
    environment: { ...environment, profile: "smoke", cohort: join(dir, "cohort"), ...protocol && { protocol } },
    cache: join(dir, "cache"),
    folder: join(dir, output),
  });
  const patients = opened.cohort.patients.map(({ id, record }) => {
    const random = createRandom(1, "features", id);
    return {
      id,
      slices: 3,
      features: Float32Array.from({ length: 3 * 8 }, () => random.normal()),
      followUp: followUp(record),
    };
  });
  const features = {
    patients,
    skipped: [],
    slices: [],
    deaths: patients.filter(({ followUp }) => followUp.event === 1).length,
    weights: { kind: "seeded", hash: "cafe" },
    view: { kind: "slice", slices: 3, size: 224 },
    backbone: { architecture: efficientNetB0, parameters: {}, source: { kind: "seeded", seed: 1, sha256: "cafe" } },
    activations: () => Promise.reject(new Error("not extracted")),
  } as unknown as StudyFeatures;
  return {
    ...opened,
    engine: { ...opened.engine, isDivisible: false },
    features: () => Promise.resolve(features),
  };
}

Deno.test("cross-validate --features gives the row of the same features from a backbone, byte for byte", async () => {
  const own = await study("own");
  await crossValidateRow(own, "efficientnet_b0");
  const { patients } = await own.features("efficientnet_b0");
  const folder = join(dir, "made elsewhere");
  for (const { id, slices, features } of patients) {
    await writeNpy(join(folder, "npy", `${id}.npy`), { data: features, shape: [slices, features.length / slices] });
  }
  const index = patients.map(({ id }) => `${id},npy/${id}.npy\n`).toReversed();
  await Deno.writeTextFile(join(folder, "index.csv"), `patient,file\n${index.join("")}`);
  const { text } = await run(crossValidate, "external", "--features", folder);
  assertStringIncludes(text, "made elsewhere: phantom-lung1, 12 patients");
  const predictions = (output: string, model: string) =>
    Deno.readTextFile(join(dir, output, "predictions", `${model}.csv`));
  assertEquals(await predictions("external", "made_elsewhere"), await predictions("own", "efficientnet_b0"));
  const { models: [row] } = await readTable1(join(dir, "external", "table1.json"));
  assertEquals([row!.model, row!.name, row!.view.kind], ["made_elsewhere", "made elsewhere", "external"]);
  const { weights, lungs } = row!.provenance!;
  assertEquals([row!.weights.kind, weights, lungs], ["external", row!.weights, "none"]);
  await Deno.writeTextFile(join(folder, "index.csv"), `patient,file\n${index.slice(1).join("")}`);
  const fewer = await run(crossValidate, "fewer", "--features", folder, "--fold", "1");
  assertStringIncludes(fewer.text, "made elsewhere, fold 1 of 3");
  const { provenance } = await readFold(join(dir, "fewer"), "made_elsewhere", 1);
  assert(provenance.weights.hash !== row!.weights.hash);
  await assertRejects(
    () => run(crossValidate, "block", "--features", folder, "--protocol", "paper-methods"),
    InputError,
    "without the network that made them",
  );
});

Deno.test("cross-validate takes --model or --features, and features no name of a row that is computed here", async () => {
  await assertRejects(() => run(crossValidate, "x"), InputError, "needs --model NAME, or --features DIR");
  await assertRejects(
    () => run(crossValidate, "x", "--model", "alexnet", "--features", dir),
    InputError,
    "--features are a row of their own",
  );
  const folder = join(dir, "AlexNet");
  await Deno.mkdir(folder);
  await assertRejects(
    () => run(crossValidate, "x", "--features", folder),
    InputError,
    "Give the features another name",
  );
});

Deno.test("late_fusion and joint_fusion are rows of Table 1, trained fold by fold, and kept", async () => {
  const rows = await study("rows");
  await crossValidateRow(rows, "late_fusion", { ridge: 1 });
  await crossValidateRow(rows, "joint_fusion");
  const { models } = await readTable1(join(dir, "rows", "table1.json"));
  assertEquals(models.map(({ model }) => model).sort(), ["joint_fusion", "late_fusion"]);
  assertStringIncludes(models.find(({ model }) => model === "late_fusion")!.name, "late fusion");
  const [late, joint] = await Promise.all(
    ["late_fusion", "joint_fusion"].map((model) => readCrossValidation(join(dir, "rows"), model)),
  );
  assertEquals([late!.ridge, joint!.ridge], [1, undefined]);
  assertEquals(late!.predictions[0]!.attention.length, 3);
  // A fold alone is the fold of the whole.
  await trainRowFold(await study("alone"), "joint_fusion", 2);
  const [alone, whole] = await Promise.all(
    ["alone", "rows"].map((output) => readFold(join(dir, output), "joint_fusion", 2)),
  );
  assertEquals(alone, whole);
  const block = await study("x", "paper-methods");
  await assertRejects(() => crossValidateRow(block, "joint_fusion"), InputError, "choose tune=final-layer");
});

Deno.test("compareFusion() writes four rows on the same patients, their differences, the test and its sentences", async () => {
  const here = await study("fusion");
  const { said } = await compareFusion(here, await here.features("efficientnet_b0"), { ridge: 1 });
  assertEquals(await resultFiles(join(dir, "fusion")), ["fusion.csv", "fusion.json", "fusion.md"]);
  const result = await readFusion(join(dir, "fusion", "fusion.json"));
  assertEquals(result.rows.map(({ model }) => model), ["clinical", "ct", "late_fusion", "joint_fusion"]);
  assertEquals(new Set(result.rows.map(({ ctdWithinFolds }) => ctdWithinFolds.comparable)).size, 1);
  const valueOf = (model: string) => result.rows.find((row) => row.model === model)!.ctdWithinFolds.value!;
  assertEquals(result.comparisons.length, 4);
  for (const { model, against, difference, pHolm } of result.comparisons) {
    assert(Math.abs(difference!.difference - (valueOf(model) - valueOf(against))) < 1e-12);
    assert(pHolm! >= difference!.p);
  }
  assertEquals([result.ridge, result.innerFolds], [1, 5]);
  assertEquals(said.text, saysFusion(result).join("\n"));
  assertEquals(await Deno.readTextFile(join(dir, "fusion", "fusion.md")), fusionTable(result).markdown);
  // The row of cross-validate is the row of the comparison: the same heads and folds.
  const { models } = await readTable1(join(dir, "rows", "table1.json"));
  const joint = models.find(({ model }) => model === "joint_fusion")!;
  assertEquals(joint.ctdWithinFolds!.pre.risk.value, valueOf("joint_fusion"));
});

Deno.test("saysFusion() goes by the p-value that allows for the cross-validation", () => {
  const said = (p: number, ratio: number, level?: number) =>
    saysFusion({
      cohort: { name: "made-up", hash: "", patients: 96, events: 50 },
      covariates: ["age", "T"],
      comparisons: [],
      addedRisk: {
        test: { statistic: 4.2, degreesOfFreedom: 1, p: .04 },
        p,
        hazardRatio: { ratio, low: 1, high: 2, ...level !== undefined && { level } },
      },
    })[0]!;
  assertEquals(
    said(.02, 1.4, .9),
    "The risk from the CT adds to survival beside age, T (96 patients): one standard deviation of it multiplies the " +
      "hazard by 1.40 [1.00, 2.00] (90 % interval); likelihood ratio 4.2, p = 0.020 (one-sided, allowing for the cross-validation; " +
      "p = 0.040 as usually computed, which is too small).",
  );
  assertStringIncludes(
    said(.07, 1.4),
    "The risk from the CT is not told apart from one that adds nothing beside age, T",
  );
  assertStringIncludes(said(.98, .6, .9), "The risk from the CT points the wrong way beside age, T");
  // Of a file of before, whose interval does not go with the p.
  assertStringIncludes(said(.02, 1.4), "1.40 [1.00, 2.00] (95 % interval as usually computed)");
});

Deno.test("saysFusion() goes by Holm's p, where the interval of the difference lies above 0 and where it holds 0", () => {
  const said = (low: number, pHolm: number) =>
    saysFusion({
      cohort: { name: "made-up", hash: "", patients: 96, events: 50 },
      covariates: ["age"],
      comparisons: [{
        model: "late_fusion",
        against: "clinical",
        difference: { difference: .05, low, high: .09, level: .95, p: .02, replicates: 2000 },
        pHolm,
      }],
      addedRisk: null,
    })[1]!;
  assertEquals(
    said(.01, .08),
    "Late fusion and clinical data alone are not told apart: late fusion less clinical data alone is 0.050 [0.010, 0.090] " +
      "in Ctd within folds (96 patients), p = 0.080 after Holm's adjustment.",
  );
  assertEquals(
    said(-.001, .04),
    "Late fusion is ahead of clinical data alone by 0.050 [-0.001, 0.090] in Ctd within folds (96 patients): p = 0.040 " +
      "after Holm's adjustment.",
  );
});

Deno.test("compareFusion(): another backbone leaves fusion.json, and the protocol's Ctd is that of rows and differences", async () => {
  const opened = await study("readings");
  const choices = { ...opened.protocol.choices, ctd: "antolini" } as const;
  const here = { ...opened, protocol: { ...opened.protocol, choices } };
  const features = await here.features("efficientnet_b0");
  const other = {
    ...features,
    skipped: [{ patient: "X", reason: "no lung" }],
    backbone: { ...features.backbone, architecture: { ...efficientNetB0, name: "resnet50" } },
  };
  const { result, runs } = await compareFusion(here, other, { ridge: 1, epochs: 1, innerFolds: 2 });
  assertEquals(await resultFiles(join(dir, "readings")), [
    "fusion_resnet50.csv",
    "fusion_resnet50.json",
    "fusion_resnet50.md",
  ]);
  const valueOf = (model: keyof typeof runs) => result.rows.find((row) => row.model === model)!.ctdWithinFolds;
  assertEquals(valueOf("ct"), runs.ct.ctdWithinFolds.pre.antolini);
  for (const { model, against, difference } of result.comparisons) {
    assert(Math.abs(difference!.difference - (valueOf(model).value! - valueOf(against).value!)) < 1e-12);
  }
  assertEquals([result.skipped, result.messages], [other.skipped, []]);
});

Deno.test("fusion refuses a single inner fold; fit and the multiverse say that they take images alone", async () => {
  await assertRejects(() => run(fusion, "x", "--inner-folds", "1"), InputError, "a whole number from 2");
  const options = { backbone: "joint_fusion", output: "x.safetensors", cohort: dir };
  await assertRejects(() => fit.run({ positionals: [], options }), InputError, "fit trains models of images alone");
  await assertRejects(() => run(multiverse, "x", "--model", "late_fusion"), InputError, "is of images alone");
});
