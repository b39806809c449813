import { assert, assertEquals, assertNotEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { InputError } from "@ctsurv/base/mod.ts";
import { parseCommand } from "@ctsurv/cli/command.ts";
import { crossValidate } from "@ctsurv/cli/commands/cross_validate.ts";
import { ensurePhantom } from "@ctsurv/cohort/mod.ts";
import { readCrossValidation, readFold, readNull, readTable1, resultFiles } from "@ctsurv/report/mod.ts";
import { assembleFolds, formatPredictions } from "@ctsurv/training/mod.ts";
import { environmentOf } from "../../support/environment_of.ts";
import { folderContents } from "../../support/folder_contents.ts";
import { coarse } from "../../support/make_coarse_cohort.ts";
import { saidDuring } from "../../support/said_during.ts";

let dir = "";
Deno.test.beforeAll(async () => {
  dir = await Deno.makeTempDir();
  await ensurePhantom("phantom-lung1", join(dir, "cohort"), { patients: 12, overrides: coarse });
  // Of a dozen patients the clinical covariates can separate those who died, as in these.
  await ensurePhantom("phantom-lung1", join(dir, "separated"), { patients: 12, seed: 5, overrides: coarse });
  await ensurePhantom("phantom-lung1", join(dir, "larger"), { patients: 48, overrides: coarse });
});
Deno.test.afterAll(() => Deno.remove(dir, { recursive: true }));

/** Runs the command on coarse phantoms, with the threshold that finds their lungs in no time. */
function run(output: string, ...args: string[]) {
  return runOn("cohort", output, ...args);
}

async function runOn(cohort: string, output: string, ...args: string[]) {
  const given = parseCommand(crossValidate, [
    ...["--cohort", join(dir, cohort), "--profile", "smoke", "--cache", join(dir, "cache")],
    ...["--output", join(dir, output), ...args],
  ]);
  const environment = environmentOf({ CTSURV_LUNGS: "threshold", CTSURV_ENGINE: "onnx" });
  const { text, json } = await crossValidate.run({ ...given, environment });
  return { text, json: json as { readonly protocol: { readonly name: string }; readonly folder: string } };
}

Deno.test("cross-validate writes one file a fold, the predictions, the details and the row, which belong together", async () => {
  const { text, json } = await run("alexnet", "--model", "alexnet");
  assertEquals(json.folder, join(dir, "alexnet"));
  assertStringIncludes(text, "AlexNet + soft attention: phantom-lung1, 12 patients");
  assertStringIncludes(text, "Profile smoke, protocol workshop, lungs=threshold");
  assertStringIncludes(text, "within folds");
  assertEquals(await resultFiles(json.folder), [
    "cross_validation/alexnet.json",
    "folds/alexnet/fold-01.json",
    "folds/alexnet/fold-02.json",
    "folds/alexnet/fold-03.json",
    "predictions/alexnet.csv",
    "table1.json",
  ]);
  const files = await Promise.all([1, 2, 3].map((fold) => readFold(json.folder, "alexnet", fold)));
  assertEquals(new Set(files.map(({ key }) => key)).size, 1);
  const whole = await readCrossValidation(json.folder, "alexnet");
  const assembled = assembleFolds(files, whole.predictions.map(({ id }) => id));
  assertEquals(assembled.folds, whole.folds as typeof assembled.folds);
  assertEquals([assembled.mean, assembled.pooled, assembled.interval], [whole.mean, whole.pooled, whole.interval]);
  const predictions = await Deno.readTextFile(join(json.folder, "predictions", "alexnet.csv"));
  assertEquals(formatPredictions(assembled.predictions), predictions);
  const table = await readTable1(join(json.folder, "table1.json"));
  assertEquals(table.protocol, "workshop, lungs=threshold");
  const { protocol } = table.models[0]!.provenance!;
  assertEquals(protocol?.name, table.protocol);
  assertEquals([protocol?.choices.initialisation, protocol?.choices.lungs], ["looks-linear", "threshold"]);
});

Deno.test("cross-validate takes up the heads of an earlier run; a damaged one is said and trained again, to the same bytes", async () => {
  await run("once", "--model", "alexnet");
  const trainings = join(dir, "cache", "trainings");
  const names = Array.from(Deno.readDirSync(trainings), ({ name }) => join(trainings, name));
  const before = await Promise.all(names.map((path) => Deno.readFile(path)));
  await Deno.remove(names[0]!);
  await Deno.truncate(names[1]!, 1000);
  const said = await saidDuring(() => run("twice", "--model", "alexnet"));
  const damages = said.filter((line) => line.includes("is damaged"));
  assertEquals(damages, [`${names[1]} is damaged, so that it is not used: what it held is computed again`]);
  assertEquals(await folderContents(join(dir, "twice")), await folderContents(join(dir, "once")));
  assertEquals(await Promise.all(names.map((path) => Deno.readFile(path))), before);
});

Deno.test("cross-validate --protocol and --set train otherwise, and no row of one protocol stands beside another's", async () => {
  await run("mixed", "--model", "alexnet");
  const before = await Deno.readTextFile(join(dir, "mixed", "predictions", "alexnet.csv"));
  const { json } = await run("mixed", "--model", "average_pooling", "--protocol", "paper", "--set", "seed=7");
  assertEquals(json.protocol.name, "paper, lungs=threshold, seed=7");
  const table = await readTable1(join(dir, "mixed", "table1.json"));
  assertEquals([table.protocol, table.models.map(({ model }) => model)], [json.protocol.name, ["average_pooling"]]);
  await run("paper", "--model", "alexnet", "--protocol", "paper");
  assertNotEquals(await Deno.readTextFile(join(dir, "paper", "predictions", "alexnet.csv")), before);
});

for (const model of ["alexnet", "efficientnet_b0"]) {
  Deno.test(`cross-validate --protocol paper-methods trains the final block of ${model} in every fold`, async () => {
    const { json } = await run(`methods-${model}`, "--model", model, "--protocol", "paper-methods");
    assertEquals(json.protocol.name, "paper-methods, lungs=threshold");
    const name = `layer-${model}`;
    await run(name, "--model", model, "--protocol", "paper-methods", "--set", "tune=final-layer");
    const [block, layer] = await Promise.all(
      [json.folder, join(dir, name)].map((folder) => readCrossValidation(folder, model)),
    );
    assertEquals(
      block!.predictions.map(({ id, fold }) => [id, fold]),
      layer!.predictions.map(({ id, fold }) => [id, fold]),
    );
    // Before the first step both are the same network and the same new head.
    assert(block!.folds.every(({ losses }, i) => losses.at(-1) !== layer!.folds[i]!.losses.at(-1)));
    assertNotEquals(block!.predictions[0]!.survival, layer!.predictions[0]!.survival);
  });
}

Deno.test("cross-validate --model clinical needs no images: folds, predictions and details, and no row of Table 1", async () => {
  const { text, json } = await runOn("larger", "clinical", "--model", "clinical", "--null", "20");
  assertEquals(await resultFiles(json.folder), [
    "cross_validation/clinical.json",
    "folds/clinical/fold-01.json",
    "folds/clinical/fold-02.json",
    "folds/clinical/fold-03.json",
    "null/clinical.json",
    "predictions/clinical.csv",
  ]);
  assertStringIncludes(text, "With outcomes dealt anew among the patients");
  const { scores, permuted, failed } = await readNull(json.folder, "clinical");
  assertEquals(permuted.length + failed.length, 20);
  const whole = await readCrossValidation(json.folder, "clinical");
  assertEquals(scores.pooled.observed, whole.pooled.pre.risk.value);
  assertEquals([whole.provenance.weights.kind, whole.provenance.lungs], ["none", "none"]);
  assertEquals(await Deno.stat(join(dir, "clinical", "table1.json")).catch(() => "none"), "none");
});

Deno.test("cross-validate --model clinical --ridge fits where the covariates separate who died, and keeps the ridge", async () => {
  await assertRejects(() => runOn("separated", "refused", "--model", "clinical"), InputError, "--ridge 1");
  const { text, json } = await runOn("separated", "ridge", "--model", "clinical", "--ridge", "1");
  assertStringIncludes(text, "Cox regression with a ridge of 1");
  assertEquals((json as unknown as { readonly ridge: number }).ridge, 1);
  const weak = await readCrossValidation(json.folder, "clinical");
  assertEquals(weak.ridge, 1);
  await runOn("separated", "strong", "--model", "clinical", "--ridge", "100");
  const strong = await readCrossValidation(join(dir, "strong"), "clinical");
  // The more penalty, the less the curves of the patients differ.
  const spread = ({ predictions }: typeof weak) => {
    const last = predictions.map(({ survival }) => survival.at(-1)!);
    return Math.max(...last) - Math.min(...last);
  };
  assert(spread(strong) < spread(weak) / 2);
  const [a, b] = await Promise.all(["ridge", "strong"].map((name) => readFold(join(dir, name), "clinical", 1)));
  assertNotEquals(a!.key, b!.key);
});

Deno.test("cross-validate --ridge 0 is what it is without, to the key of its folds", async () => {
  await runOn("larger", "without", "--model", "clinical");
  await runOn("larger", "zero", "--model", "clinical", "--ridge", "0");
  const [without, zero] = await Promise.all(
    ["without", "zero"].map((name) => readFold(join(dir, name), "clinical", 1)),
  );
  assertEquals(without!.key, zero!.key);
  assertEquals(
    await Deno.readTextFile(join(dir, "without", "predictions", "clinical.csv")),
    await Deno.readTextFile(join(dir, "zero", "predictions", "clinical.csv")),
  );
});

Deno.test("cross-validate --null deals the outcomes of an image model anew, on heads of the same kind", async () => {
  const { json } = await run("null", "--model", "alexnet", "--null", "3");
  const { scores, permuted, failed } = await readNull(json.folder, "alexnet");
  assertEquals([permuted.length, failed], [3, []]);
  assertEquals(scores.withinFolds.permutations, 3);
  assert(new Set(permuted.map(({ pooled }) => pooled)).size > 1);
});

Deno.test("cross-validate removes the folds of an earlier run, which were not made with this one's", async () => {
  const stale = join(dir, "stale", "folds", "clinical", "fold-04.json");
  await Deno.mkdir(join(dir, "stale", "folds", "clinical"), { recursive: true });
  await Deno.writeTextFile(stale, "{}");
  await runOn("larger", "stale", "--model", "clinical");
  assertEquals(await Deno.stat(stale).catch(() => "gone"), "gone");
});

for (
  const [what, args, message] of [
    ["a model that there is not", ["--model", "densenet"], 'Unknown model "densenet": choose one of efficientnet_b0,'],
    ["a protocol that there is not", ["--model", "vgg16", "--protocol", "lancet"], 'Unknown protocol "lancet"'],
    ["a choice that there is not", ["--model", "vgg16", "--set", "colour=red"], 'Unknown choice "colour"'],
    ["a choice that is not built", ["--model", "vgg16", "--set", "trunkMode=training"], "is not built yet"],
    ["a number that is none", ["--model", "clinical", "--null", "many"], "--null takes a whole number"],
    ["a ridge that is no number", ["--model", "clinical", "--ridge", "-1"], "--ridge takes a number, 0 or more"],
    ["a ridge for a network", ["--model", "vgg16", "--ridge", "1"], "--ridge is for --model clinical"],
    ["permutations without end", ["--model", "clinical", "--null", "10001"], "at most 10000"],
    [
      "a schedule for a block that has none",
      ["--model", "alexnet", "--protocol", "paper-methods", "--set", "schedule=cosine"],
      "tune=final-block is not built together with schedule=cosine",
    ],
    [
      "slices from the head for a block that takes them from the feet",
      ["--model", "alexnet", "--protocol", "paper-methods", "--set", "sliceOrder=head-to-feet"],
      "tune=final-block is not built together with sliceOrder=head-to-feet",
    ],
    [
      "4096 features of a block that gives 256",
      ["--model", "alexnet", "--protocol", "paper", "--set", "tune=final-block", "--set", "readout=penultimate"],
      "tune=final-block is not built together with readout=penultimate for AlexNet",
    ],
  ] as const
) {
  Deno.test(`cross-validate refuses ${what}`, async () => {
    await assertRejects(() => run("refused", ...args), InputError, message);
  });
}

Deno.test("cross-validate takes resnet3d_18, the name that people expect", async () => {
  const { json } = await run("volume", "--model", "resnet3d_18");
  assertEquals((await readTable1(join(json.folder, "table1.json"))).models.map(({ model }) => model), ["r3d_18"]);
});

Deno.test("cross-validate refuses an ensemble that shows nothing, or of external features, before it makes the cohort", async () => {
  const external = join(dir, "ext");
  await Deno.mkdir(external);
  const refused = (...args: string[]) =>
    crossValidate.run(parseCommand(crossValidate, ["--cohort", join(dir, "no", "cohort"), ...args]));
  const ensemble = ["--model", "alexnet", "--ensemble"];
  await assertRejects(
    () => refused("--features", external, "--ensemble", "2"),
    InputError,
    "--ensemble is for a row of images that is computed here",
  );
  await assertRejects(() => refused(...ensemble, "1"), InputError, "it takes at least 2 seeds");
  await assertRejects(() => refused(...ensemble, "2", "--dropout-passes", "1"), InputError, "at least 2 passes");
});
