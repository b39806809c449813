import { assert, assertAlmostEquals, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import commands from "./fixtures/v0.1.0/commands.json" with { type: "json" };
import evaluation from "./fixtures/v0.1.0/evaluation.json" with { type: "json" };
import names from "./fixtures/v0.1.0/names.json" with { type: "json" };
import predictions from "./fixtures/v0.1.0/predictions.json" with { type: "json" };
import sliceKeys from "./fixtures/v0.1.0/slices.json" with { type: "json" };
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import { InputError } from "@ctsurv/base/mod.ts";
import { type Command, parseCommand } from "@ctsurv/cli/command.ts";
import { features } from "@ctsurv/cli/commands/features.ts";
import { notebook } from "@ctsurv/cli/commands/notebook.ts";
import { predict } from "@ctsurv/cli/commands/predict.ts";
import { main } from "@ctsurv/cli/main.ts";
import { ensurePhantom, openCohort } from "@ctsurv/cohort/mod.ts";
import { cpuEngine } from "@ctsurv/engine/mod.ts";
import { extractActivations, extractFeatures, viewFor } from "@ctsurv/features/mod.ts";
import { preprocessCached, writeNpy } from "@ctsurv/imaging/mod.ts";
import { createLungSegmenter } from "@ctsurv/lungs/mod.ts";
import { type Backbone, findBackbone } from "@ctsurv/nn/mod.ts";
import { writeReport } from "@ctsurv/notebook/mod.ts";
import {
  compareResults,
  profileTolerances,
  readAggregation,
  readCosts,
  readCrossValidation,
  readRunRecord,
  readTable1,
  readTable2,
  writeAggregation,
  writeCrossValidation,
  writeTable1,
  writeTable2,
} from "@ctsurv/report/mod.ts";
import { profiles, readEnvironment } from "@ctsurv/study/mod.ts";
import { environmentOf } from "./support/environment_of.ts";
import { inFolder } from "./support/in_folder.ts";

// What ctsurv 0.1.0 wrote is read, or refused with what to do. See fixtures/v0.1.0/README.md.

const old = fileURLToPath(new URL("./fixtures/v0.1.0", import.meta.url));
const scan = join(old, "cohorts", "scans", "TINY-1.nii.gz");

/** Runs the command line in this process. */
async function ctsurv(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const said = { log: [] as string[], error: [] as string[] };
  const { log, error } = console;
  console.log = (text: string) => said.log.push(text);
  console.error = (text: string) => said.error.push(text);
  try {
    return { code: await main(args), stdout: said.log.join("\n"), stderr: said.error.join("\n") };
  } finally {
    Object.assign(console, { log, error });
  }
}

async function json(...args: string[]): Promise<unknown> {
  const { code, stdout, stderr } = await ctsurv(...args, "--json");
  assertEquals(code, 0, stderr);
  return JSON.parse(stdout);
}

/** Asserts that a value holds what is expected, but for rounding in the numbers. It may hold fields that are new. */
function assertClose(found: unknown, expected: unknown, tolerance: number, place = ""): void {
  if (typeof expected === "number" && !Number.isInteger(expected)) {
    assertAlmostEquals(found as number, expected, tolerance, place);
  } else if (typeof expected === "object" && expected !== null) {
    if (Array.isArray(expected)) assertEquals((found as unknown[]).length, expected.length, place);
    const known = Object.keys(expected);
    assertEquals(Object.keys(found as object).filter((key) => known.includes(key)), known, place);
    for (const [key, value] of Object.entries(expected)) {
      assertClose((found as Record<string, unknown>)[key], value, tolerance, `${place} ${key}`);
    }
  } else assertEquals(found, expected, place);
}

async function files(folder: string): Promise<string[]> {
  const found: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    if (isDirectory) found.push(...await files(join(folder, name)));
    else found.push(join(folder, name));
  }
  return found.sort();
}

/** Copies a folder, and unpacks what is gzipped in it. */
async function unpack(from: string, to: string): Promise<void> {
  for (const path of await files(from)) {
    const target = join(to, path.slice(from.length).replace(/\.gz$/, ""));
    await Deno.mkdir(dirname(target), { recursive: true });
    const bytes = await Deno.readFile(path);
    await Deno.writeFile(target, path.endsWith(".gz") ? gunzipSync(bytes) : bytes);
  }
}

Deno.test("models of 0.1.0 predict what they predicted: every aggregation, a volume, a trained final block", () =>
  inFolder(async (dir) => {
    await unpack(join(old, "models"), dir);
    for (const [name, expected] of Object.entries(predictions)) {
      const model = join(dir, `${name}.safetensors`);
      const { input, ...found } = await json("predict", "--model", model, "--input", scan, "--lungs", "threshold") as
        & typeof expected
        & { readonly input: string };
      assertEquals(input, scan);
      // Other processors round in other places.
      assertClose(found, expected, 1e-4, name);
    }
    assertEquals(Object.keys(predictions).length, 7);
  }));

/** A command with an environment of its own: variables are shared by all files of a parallel run. */
function runIn(environment: Readonly<Record<string, string>>, command: Command, ...args: string[]) {
  return command.run({ ...parseCommand(command, args), environment: environmentOf(environment) });
}

Deno.test("a model of 0.1.0 whose weights are not there is refused with where to get them", () =>
  inFolder(async (dir) => {
    const model = join(old, "models", "alexnet_pretrained.safetensors");
    const args = ["--model", model, "--input", scan, "--lungs", "threshold"];
    await assertRejects(
      () => runIn({ CTSURV_WEIGHTS_DIR: dir }, predict, ...args),
      InputError,
      `The weights of alexnet are not in ${dir}. Run "ctsurv weights fetch alexnet`,
    );
  }));

for (const name of ["phantom-lung1", "phantom-claro"] as const) {
  Deno.test(`${name} of 0.1.0 opens as the same cohort, and is made anew rather than mixed with today's`, () =>
    inFolder(async (dir) => {
      await unpack(join(old, "cohorts", name), dir);
      const { patients } = JSON.parse(await Deno.readTextFile(join(dir, "cohort.json"))).phantom;
      const table = await Deno.readTextFile(join(dir, "clinical.csv"));
      const ids = [...table.matchAll(/^[A-Z]+-\d+/gm)].map(([id]) => id);
      assertEquals(ids.length, patients);
      // Opening reads no voxels. The third patient is a folder of DICOM files.
      await Deno.mkdir(join(dir, "images", ids[2]!), { recursive: true });
      for (const id of ids.slice(0, 2)) await Deno.writeTextFile(join(dir, "images", `${id}.nii.gz`), "");
      for (const id of ids) await Deno.writeTextFile(join(dir, "truth", `${id}.nii.gz`), "");
      assertEquals((await openCohort(dir)).hash, names.cohorts[name]);
      // In coarse voxels, which are made in an instant. Today's recipe has other tumours.
      const { written, replaced } = await ensurePhantom(name, dir, { patients, overrides: { matrix: 32 } });
      assertEquals(written, patients);
      assertEquals(replaced, `${name} (version 2 of its recipe, seed 42, patients ${patients})`);
      for (const id of ids) assert((await Deno.stat(join(dir, "truth", `${id}.nii.gz`))).size > 0, id);
    }));
}

Deno.test("an import of 0.1.0 opens as the same cohort, with its images and its record", async () => {
  const { name, hash, patients, excluded, manifest, messages } = await openCohort(join(old, "cohorts", "imported"));
  assertEquals([name, hash], ["Tiny", names.cohorts.Tiny]);
  assertEquals(patients.map(({ id, image }) => [id, basename(image)]), [
    ["TINY-1", "TINY-1.nii.gz"],
    ["TINY-2", "TINY-2"],
  ]);
  assert(patients[1]!.series !== undefined);
  assertEquals(excluded.map(({ patient }) => patient), ["TINY-4"]);
  assertEquals(manifest.import?.version, "0.1.0");
  assertEquals(manifest.import?.oddStages.length, 2);
  assertStringIncludes(messages.join(), "TINY-3");
});

/** For what would be computed again. */
function refuse(): Promise<never> {
  throw new Error("this is in the cache of 0.1.0, and must not be computed again");
}

Deno.test("the cache of 0.1.0 is found: neither slices, features nor activations are computed again", () =>
  inFolder(async (cache) => {
    await unpack(join(old, "cache"), cache);
    const known = await files(cache);
    const long = new Date("2020-01-01");
    for (const path of known) await Deno.utime(path, long, long);
    const { patients: [first] } = await openCohort(join(old, "cohorts", "imported"));
    const profile = { ...profiles.smoke, slices: 2 };
    const segmenter = await createLungSegmenter(cpuEngine(), { method: "threshold" });
    for (const [name, sha256] of Object.entries(names.weights)) {
      const architecture = findBackbone(name);
      // What calibration finds differs between processors; the cache goes by the hash.
      const backbone: Backbone = { architecture, parameters: {}, source: { kind: "seeded", seed: 42, sha256 } };
      const view = viewFor(architecture, profile);
      const options = { backbone, view, segmenter, cache };
      const extractor = { backbone, extract: refuse, dispose: () => Promise.resolve() };
      const { patients: [one], slices } = await extractFeatures([first!], { ...options, extractor });
      assertEquals(one!.features.length, one!.slices * architecture.features);
      assert(one!.features.every(Number.isFinite) && one!.features.some((feature) => feature !== 0), name);
      // Of the three that preprocessing kept, two are seen; a volume averages all.
      assertEquals(slices[0]!.kept, view.kind === "volume" ? [1, 2, 3] : [1, 3]);
      if (name !== "efficientnet_b0") continue;
      const stored = await extractActivations([first!], { ...options, extractor });
      const { count, shape, load } = stored.patients[0]!.activations;
      assertEquals([count, shape], [2, [7, 7, 192]]);
      assertEquals((await load()).length, 2 * 7 * 7 * 192);
    }
    const unet = { name: names.segmenters.unet, segment: refuse };
    const { isFromCache, key } = await preprocessCached(scan, join(cache, "slices"), { segmenter: unet });
    assertEquals([isFromCache, key], [true, sliceKeys["TINY-1, unet"]]);
    assertEquals(await files(cache), known);
    for (const path of known) assertEquals((await Deno.stat(path)).mtime, long, path);
  }));

Deno.test("lungs and slices go by the names that they had in 0.1.0", () =>
  inFolder(async (dir) => {
    const { patients } = await openCohort(join(old, "cohorts", "imported"));
    for (const [method, name] of Object.entries(names.segmenters)) {
      const segmenter = await createLungSegmenter(cpuEngine(), { method });
      assertEquals(segmenter.name, name);
      // The key goes by the name, and the threshold takes a moment.
      const { segment } = await createLungSegmenter(cpuEngine(), { method: "threshold" });
      for (const { id, image, series } of patients) {
        const options = { segmenter: { name, segment }, ...series !== undefined && { series } };
        const { key } = await preprocessCached(image, dir, options);
        assertEquals(key, (sliceKeys as Record<string, string>)[`${id}, ${method}`]);
      }
      await segmenter.dispose();
    }
  }));

const results = join(old, "results");

Deno.test("cross-validations of 0.1.0 are read with folds from 1, as its tables of predictions have them", async () => {
  for (const model of ["efficientnet_b0", "new_head"]) {
    const { folds, predictions } = await readCrossValidation(results, model);
    assertEquals(folds.map(({ fold }) => fold), [1, 2, 3]);
    if (model === "new_head") continue;
    const csv = await Deno.readTextFile(join(results, "predictions", `${model}.csv`));
    const rows = csv.trimEnd().split("\n").slice(1).map((line) => line.split(",").slice(0, 2).join());
    assertEquals(predictions.map(({ id, fold }) => `${id},${fold}`), rows);
  }
});

/** Reads every result of 0.1.0, and writes it as today. */
async function rewrite(folder: string): Promise<void> {
  await unpack(results, folder);
  await writeTable1(join(folder, "table1.json"), await readTable1(join(results, "table1.json")));
  await writeTable2(join(folder, "table2.json"), await readTable2(join(results, "table2.json")));
  await writeAggregation(join(folder, "aggregation.json"), await readAggregation(join(results, "aggregation.json")));
  for (const model of ["efficientnet_b0", "new_head"]) {
    const record = await readCrossValidation(results, model);
    await writeCrossValidation(join(folder, "again"), model, record);
    const path = join("cross_validation", `${model}.json`);
    await Deno.rename(join(folder, "again", path), join(folder, path));
  }
  await Deno.remove(join(folder, "again"), { recursive: true });
}

Deno.test("every result of 0.1.0 is read", async () => {
  assertEquals((await readTable1(join(results, "table1.json"))).models.length, 5);
  assertEquals((await readTable2(join(results, "table2.json"))).rows.length, 3);
  assert((await readAggregation(join(results, "aggregation.json"))).comparisons.length > 0);
  assert((await readCosts(join(results, "cost.json"))).costs.length > 0);
  const { versions, notebooks } = await readRunRecord(results);
  assertEquals([versions.ctsurv, notebooks.length], ["0.1.0", 5]);
});

Deno.test("verify compares results with those of 0.1.0, and folds that are counted anew are no difference", () =>
  inFolder(async (folder) => {
    await rewrite(folder);
    const { differences, files, values } = await compareResults(results, folder, profileTolerances("smoke"));
    assertEquals(differences, []);
    assert(files > 8 && values > 1000, `${files} files, ${values} values`);
    const { code, stdout } = await ctsurv("verify", "--results", folder, "--against", results);
    assertEquals(code, 0, stdout);
    assertStringIncludes(stdout, "No number differs by more than its tolerance");
  }));

Deno.test("report makes pages of results of 0.1.0", () =>
  inFolder(async (folder) => {
    await unpack(results, folder);
    const [index] = await writeReport(folder, { notebooks: [join(old, "02_backbone_comparison.ipynb")] });
    const page = await Deno.readTextFile(index!);
    assertStringIncludes(page, "Results on phantom-lung1, profile smoke");
    for (const title of ["Table 1", "Table 2", "What a patient costs"]) assertStringIncludes(page, title);
  }));

Deno.test("evaluate says of predictions of 0.1.0 what 0.1.0 said", async () => {
  const paths = evaluation.models.map(({ file }) => join(old, file));
  const found = await json("evaluate", ...paths.flatMap((path) => ["--predictions", path]));
  assertClose(JSON.parse(JSON.stringify(found).replaceAll(`${old}/`, "")), evaluation, 1e-9);
});

interface OldOption {
  readonly value?: string;
  readonly required?: boolean;
  readonly repeatable?: boolean;
  readonly default?: string;
}

interface OldCommand {
  readonly positionals: readonly string[];
  readonly options: Readonly<Record<string, OldOption>>;
}

Deno.test("every command of 0.1.0 is there, takes its arguments and options, and asks for no more", async () => {
  const wrong: string[] = [];
  for (const [name, { positionals, options }] of Object.entries(commands as Record<string, OldCommand>)) {
    const { code, stdout, stderr } = await ctsurv(name, "--help");
    assertEquals(code, 0, stderr);
    const usage = /^Usage: deno task ctsurv \S+ (.*)\[options\]$/m.exec(stdout)?.[1]?.trim();
    if (usage !== positionals.join(" ")) wrong.push(`${name}: ${usage}`);
    // A description goes on in lines that are set in.
    const help = stdout.replaceAll(/\n {3,}/g, " ");
    const lines = [...help.matchAll(/^ {2}--([\w-]+)(?: (\S+))? {2,}(.*)$/gm)];
    for (const [option, { value, required, repeatable, default: preset }] of Object.entries(options)) {
      const [, , found, description = ""] = lines.find(([, one]) => one === option) ?? [];
      const isSame = found === value &&
        (preset === undefined || description.endsWith(`(default: ${preset})`)) &&
        (!repeatable || description.includes("; may be repeated"));
      if (!isSame || (description.endsWith("(required)") && !required)) wrong.push(`${name} --${option}`);
    }
    for (const [, option, , description] of lines) {
      if (description!.endsWith("(required)") && !options[option!]) {
        wrong.push(`${name} --${option} is new and required`);
      }
    }
  }
  assertEquals(wrong, []);
  assertEquals(Object.keys(commands).length, 19);
});

Deno.test("every task of 0.1.0 is there", async () => {
  const { tasks } = JSON.parse(await Deno.readTextFile(new URL("../deno.json", import.meta.url)));
  for (const task of ["ctsurv", "reproduce", "verify", "train-lungs", "clean", "test", "check", "bench"]) {
    assert(Object.hasOwn(tasks, task), task);
  }
});

Deno.test("every environment variable of 0.1.0 is read", () => {
  const read = new Set(Object.values(readEnvironment((variable) => variable)));
  const variables = ["PROFILE", "COHORT", "TARGET_COHORT", "ENGINE", "LUNGS", "WEIGHTS", "WEIGHTS_DIR", "WEIGHTS_URL"];
  for (const variable of [...variables, "OUTPUTS"]) assert(read.has(`CTSURV_${variable}`), variable);
});

Deno.test("features, the embed of 0.1.0, takes the kind of weights from CTSURV_WEIGHTS as that did", () =>
  inFolder(async (dir) => {
    const input = join(dir, "x.npy");
    await writeNpy(input, { data: new Float32Array(3 * 64 * 64), shape: [1, 3, 64, 64] });
    const args = ["--backbone", "alexnet", "--input", input, "--output", join(dir, "y.npy")];
    const environment = { CTSURV_WEIGHTS: "pretrained", CTSURV_WEIGHTS_DIR: dir };
    await assertRejects(() => runIn(environment, features, ...args), InputError, "The weights of alexnet are not in");
  }));

Deno.test("a notebook of 0.1.0 is refused with the names that it asks for and where they are now", () =>
  inFolder(async (dir) => {
    const path = join(dir, "old.ipynb");
    await Deno.copyFile(join(old, "02_backbone_comparison.ipynb"), path);
    const error = await assertRejects(() => notebook.run(parseCommand(notebook, [path])), InputError);
    assertStringIncludes(error.message, `Cell 1 of ${path} failed`);
    assertStringIncludes(
      error.message,
      "old.ipynb was written for another version, probably ctsurv 0.1. This version does not have findProfile from " +
        "@ctsurv/training/mod.ts, @ctsurv/common/mod.ts, openSelectedCohort from @ctsurv/notebook/mod.ts, 1 more. " +
        '"Moved" in CHANGELOG.md says where',
    );
  }));
