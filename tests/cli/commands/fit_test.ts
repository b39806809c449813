import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertNotEquals,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { dirname, join } from "node:path";
import ort from "onnxruntime-node";
import { gunzipSync, gzipSync } from "node:zlib";
import stateDicts from "../../fixtures/state_dicts.json" with { type: "json" };
import { InputError, sizeOf } from "@ctsurv/base/mod.ts";
import { type Command, parseCommand } from "@ctsurv/cli/command.ts";
import { exportCommand } from "@ctsurv/cli/commands/export.ts";
import { fit } from "@ctsurv/cli/commands/fit.ts";
import { predict } from "@ctsurv/cli/commands/predict.ts";
import { ensurePhantom, phantomLung1 } from "@ctsurv/cohort/mod.ts";
import { readNpy, readVolume, scanDicom, writeDicomSeries } from "@ctsurv/imaging/mod.ts";
import { onnxEngine } from "@ctsurv/engine/mod.ts";
import { openLungs, profiles, readEnvironment } from "@ctsurv/study/mod.ts";
import { loadModel, predictScan } from "@ctsurv/training/mod.ts";
import { encodeSafetensors } from "@ctsurv/weights/mod.ts";
import { inFolder } from "../../support/in_folder.ts";

interface Prediction {
  readonly survival: readonly { readonly months: number; readonly probability: number }[];
  readonly attention: readonly { readonly weight: number }[];
  readonly aggregation: string;
  readonly fineTuning: string;
  readonly explanation: { readonly risk: number; readonly files: readonly string[] };
}

const run = (command: Command, ...args: string[]) => command.run(parseCommand(command, args));
const [siemens, xio] = phantomLung1.scanners;
/** Coarse, so that a patient takes milliseconds. */
const scanners = [{ ...siemens, sliceSpacing: 9 }, { ...xio!, sliceSpacing: 9 }] as const;
const overrides = { matrix: 64, scanners };

Deno.test("fit saves a model from which predict gives the same falling curve each time", () =>
  inFolder(async (dir) => {
    const [cohort, model] = [join(dir, "cohort"), join(dir, "model.safetensors")];
    await ensurePhantom("phantom-lung1", cohort, { patients: 3, overrides });
    const trained = await run(
      fit,
      ...["--cohort", cohort, "--output", model, "--profile", "smoke", "--cache", join(dir, "cache")],
    );
    assertStringIncludes(trained.text, "Trained on 3 patients of phantom-lung1");
    const scan = join(cohort, "images", "PHANTOM-001.nii.gz");
    const predictions = await Promise.all(
      [0, 1].map(async () => (await run(predict, "--model", model, "--input", scan)).json as Prediction),
    );
    const [first, second] = predictions as [Prediction, Prediction];
    assertEquals(first, second);
    assertEquals(first.survival.map(({ months }) => months), Array.from({ length: 25 }, (_, month) => month));
    const curve = first.survival.map(({ probability }) => probability);
    assertEquals(curve[0], 1);
    assert(curve.every((p, i) => p > 0 && (i === 0 || p <= curve[i - 1]!)));
    assertAlmostEquals(first.attention.reduce((sum, { weight }) => sum + weight, 0), 1, 1e-5);
    // The slices of the profile, as in training.
    assertEquals(first.attention.length, profiles.smoke.slices);

    // Where the model looks, on the scan's own grid.
    const explained = join(dir, "explained");
    const { json, text } = await run(
      predict,
      ...["--model", model, "--input", scan, "--explain", explained, "--occlude"],
    );
    const { explanation: { risk, files } } = json as Prediction;
    assertAlmostEquals(risk, Math.log((1 - curve[24]!) / curve[24]!), 1e-3);
    assertStringIncludes(text, `Written to ${explained}: attention.nii.gz`);
    const { volume: own } = await readVolume(scan);
    for (const name of files.filter((name) => name.endsWith(".nii.gz"))) {
      const { volume: overlay } = await readVolume(join(explained, name));
      assertEquals([overlay.affine, overlay.shape], [own.affine, own.shape], name);
      const values = Float32Array.from(overlay.hu);
      const most = values.reduce((most, value) => Math.max(most, value), -Infinity);
      // Slices of 9 mm are not all met by the 3 mm of a slice that was seen.
      if (name === "attention.nii.gz") assert(first.attention.some(({ weight }) => Math.abs(weight - most) < 1e-6));
      if (name === "grad_cam.nii.gz") assert(values.every((value) => value >= 0));
    }
    assertEquals(files.filter((name) => name.endsWith(".nii.gz")).length, 4);
    const page = await Deno.readTextFile(join(explained, "explanation.html"));
    assertStringIncludes(page, "prefers-color-scheme: dark");
    const { slices } = JSON.parse(await Deno.readTextFile(join(explained, "explanation.json")));
    assertEquals(slices.length, profiles.smoke.slices);
    await assertRejects(
      () => run(predict, "--model", model, "--input", scan, "--occlude"),
      InputError,
      "needs --explain",
    );

    // The same scan among two series of one folder.
    const [study, { volume }] = [join(dir, "study"), await readVolume(scan)];
    const content = { ...volume, hu: volume.hu as Int16Array };
    await writeDicomSeries(study, content, { dialect: "xio", patientId: "A" });
    const [slice] = await writeDicomSeries(study, content, { dialect: "siemens", patientId: "A" });
    const predictStudy = (...more: string[]) => run(predict, "--model", model, "--input", study, ...more);
    await assertRejects(() => predictStudy(), InputError, "2 CT series. Choose one by its UID (--series");
    const { survival } = (await predictStudy("--series", (await scanDicom(slice!))!.series)).json as Prediction;
    survival.forEach(({ probability }, i) => assertAlmostEquals(probability, curve[i]!, 1e-4));

    await Deno.writeFile(model, (await Deno.readFile(model)).slice(0, -4));
    await assertRejects(() => run(predict, "--model", model, "--input", scan), InputError, "model.safetensors");
  }));

const byThreshold = ["--lungs", "threshold"];

/** Several models, dropout, and the model and the slices for other programs. */
async function predictsBySeveral(model: string, scan: string, curve: readonly number[]): Promise<void> {
  const models = join(dirname(model), "models");
  await Deno.mkdir(models);
  await Deno.copyFile(model, join(models, "other.safetensors"));
  type Spread = { survival: { probability: number; low: number; high: number }[]; members: number };
  for (const args of [["--model", models], ["--dropout-passes", "3", "--dropout-rate", "1e-9"]]) {
    const { text, json } = await run(predict, "--model", model, "--input", scan, ...args, ...byThreshold);
    const { survival, members } = json as Spread;
    assertEquals(members, args[0] === "--model" ? 2 : 3);
    survival.forEach(({ probability, low, high }, i) => {
      for (const value of [probability, low, high]) assertAlmostEquals(value, curve[i]!, 1e-6);
    });
    assertStringIncludes(text, `S(24) is ${curve[24]!.toFixed(3)}; all ${members} curves lie between`);
    const cause = args[0] === "--model" ? "the training" : "the units of DeepHit that are left out";
    assertStringIncludes(text, `how much the curve depends on ${cause}, not`);
  }
  const predictWith = (...args: string[]) => run(predict, "--input", scan, ...args, ...byThreshold);
  await assertRejects(() => predictWith("--model", model, "--model", model), InputError, "named twice");
  await assertRejects(() => predictWith("--model", join(models, "..", "cohort")), InputError, "without a model");
  const explained = ["--model", models, "--model", model, "--explain", join(models, "explained")];
  await assertRejects(() => predictWith(...explained), InputError, "where one model looks");
  const passed = await predictWith("--model", model, "--dropout-passes", "2");
  assertStringIncludes(passed.text, "mean of 2 passes with dropout 0.2.");
  assertEquals((passed.json as { warnings: string[] }).warnings.filter((one) => one.includes("dropout")), []);
  assertEquals((passed.json as { dropout: unknown }).dropout, { passes: 2, rate: .2 });
  const rateAlone = () => predictWith("--model", model, "--dropout-rate", ".1");
  await assertRejects(rateAlone, InputError, "goes with --dropout-passes");
  await assertRejects(() => predictWith("--model", model, "--dropout-passes", "1"), InputError, "at least 2 passes");

  const [onnx, slices] = [join(models, "model.onnx"), join(models, "slices.npy")];
  const files = ["--onnx", onnx, "--slices", slices, "--input", scan];
  const exported = await run(exportCommand, "--model", model, ...files, ...byThreshold);
  assertStringIncludes(exported.text, "hu float32[slices, 224, 224] -> survival float32[25]");
  const { data, shape } = await readNpy(slices);
  const session = await ort.InferenceSession.create(onnx);
  const { survival } = await session.run({ hu: new ort.Tensor("float32", data as Float32Array, shape) });
  (survival!.data as Float32Array).forEach((value, i) => assertAlmostEquals(value, curve[i]!, 1e-6));
  await session.release();
  await assertRejects(() => run(exportCommand, "--model", model), InputError, "nothing to export");
  await assertRejects(() => run(exportCommand, "--model", model, "--slices", slices), InputError, "go together");
  await assertRejects(() => run(exportCommand, "--model", model, "--onnx", "a.txt"), InputError, "end in .onnx");
}

/** Kinds of heads, and the final block; every aggregation and every loss there is: survival_model_test.ts. */
const others: Record<string, readonly string[]> = {
  "average pooling": ["--aggregation", "average"],
  "self-attention and the final block": [
    "--aggregation",
    "self-attention",
    "--tune",
    "final-block",
    "--protocol",
    "paper",
  ],
};

Deno.test("fit and predict take other aggregations, the final block, and other losses", () =>
  inFolder(async (dir) => {
    const [cohort, cache] = [join(dir, "cohort"), join(dir, "cache")];
    await ensurePhantom("phantom-lung1", cohort, { patients: 3, overrides });
    const shared = byThreshold;
    const scan = join(cohort, "images", "PHANTOM-001.nii.gz");
    const curves = new Set<string>();
    for (const [name, args] of Object.entries(others)) {
      const model = join(dir, `${name}.safetensors`);
      const where = ["--cohort", cohort, "--output", model, "--profile", "smoke", "--cache", cache];
      await run(fit, ...where, ...shared, ...args);
      const explained = join(dir, name);
      const { text, json } = await run(predict, "--model", model, "--input", scan, "--explain", explained, ...shared);
      const { survival, attention, aggregation, fineTuning, explanation } = json as Prediction;
      // Through the trained block, though not in float16.
      const left = survival[24]!.probability;
      assertAlmostEquals(explanation.risk, Math.log((1 - left) / left), 1e-2, name);
      assertEquals([aggregation, fineTuning], [args[1], args[3] ?? "final-layer"], name);
      assertEquals(survival.length, 25);
      assertAlmostEquals(attention.reduce((sum, { weight }) => sum + weight, 0), 1, 1e-5);
      assertStringIncludes(text, aggregation === "average" ? "all with the same weight" : "most attention on slice");
      curves.add(JSON.stringify(survival));
      if (aggregation === "average") {
        await predictsBySeveral(
          model,
          scan,
          survival.map(({ probability }) => probability),
        );
      }
    }
    const model = join(dir, "cox.safetensors");
    const where = ["--cohort", cohort, "--output", model, "--profile", "smoke", "--cache", cache];
    await run(fit, ...where, ...shared, "--aggregation", "average", "--loss", "cox");
    const predictCox = (...more: string[]) => run(predict, "--model", model, "--input", scan, ...shared, ...more);
    const { survival } = (await predictCox()).json as Prediction;
    curves.add(JSON.stringify(survival));
    // Before anything is read: the scan need not even be there.
    const explainNothing = ["--input", join(dir, "nowhere"), "--explain", join(dir, "explained")];
    await assertRejects(() => run(predict, "--model", model, ...explainNothing), InputError, "with the loss cox");
    assertEquals(curves.size, Object.keys(others).length + 1);
  }));

Deno.test("fit prints one line for each patient whose scan is in doubt, on stderr, also from its cache", () =>
  inFolder(async (dir) => {
    const cohort = join(dir, "cohort");
    await ensurePhantom("phantom-lung1", cohort, { patients: 3, overrides });
    const image = join(cohort, "images", "PHANTOM-002.nii.gz");
    const bytes = gunzipSync(await Deno.readFile(image));
    // pixdim says 1.5 times the width of the voxels that the affine has.
    const header = new DataView(bytes.buffer, bytes.byteOffset);
    header.setFloat32(80, header.getFloat32(80, true) * 1.5, true);
    await Deno.writeFile(image, gzipSync(bytes));
    const { doubts } = await readVolume(image);
    assertEquals(doubts!.length, 1, doubts!.join("\n"));

    const train = async () => {
      const [printed, { error }] = [[] as string[], console];
      console.error = (line: string) => printed.push(line);
      try {
        const output = join(dir, "model.safetensors");
        const args = ["--cohort", cohort, "--output", output, "--profile", "smoke", "--lungs", "threshold"];
        const { json } = await run(fit, ...args, "--cache", join(dir, "cache"));
        return { printed, json };
      } finally {
        console.error = error;
      }
    };
    for (const { printed, json } of [await train(), await train()]) {
      assertEquals(printed.filter((line) => line.startsWith("PHANTOM")), [`PHANTOM-002: ${doubts![0]}`]);
      assertEquals((json as { doubted: unknown }).doubted, [{ patient: "PHANTOM-002", doubts }]);
    }
  }));

Deno.test("fit and predict refuse what is no cohort, no model and no profile", () =>
  inFolder(async (dir) => {
    const output = join(dir, "m.safetensors");
    await assertRejects(() => run(fit, "--cohort", join(dir, "none"), "--output", output), InputError, "none");
    await assertRejects(() => run(fit, "--cohort", dir, "--output", join(dir, "m.bin")), InputError, ".safetensors");
    await assertRejects(
      () => run(fit, "--cohort", dir, "--output", output, "--profile", "fast"),
      InputError,
      'Unknown profile "fast"',
    );
    for (
      const [message, ...args] of [
        ['Unknown aggregation "max"', "--aggregation", "max"],
        ["nothing to aggregate", "--aggregation", "average", "--backbone", "r3d_18"],
        ['Unknown --tune "all"', "--tune", "all"],
      ] as const
    ) {
      await assertRejects(() => run(fit, "--cohort", dir, "--output", output, ...args), InputError, message);
    }
    await assertRejects(() => run(predict, "--model", output, "--input", dir), InputError, "Cannot read the model");
  }));

Deno.test("fit refuses weights with which no head can be trained, and saves nothing", () =>
  inFolder(async (dir) => {
    const [cohort, model] = [join(dir, "cohort"), join(dir, "model.safetensors")];
    await ensurePhantom("phantom-lung1", cohort, { patients: 3, overrides });
    const shapes = stateDicts.efficientnet_b0 as unknown as readonly (readonly [string, readonly number[]])[];
    // Finite numbers that overflow on the way: every layer multiplies by a million.
    const tensors = shapes.map(([name, shape]) =>
      [name, { shape, data: new Float32Array(sizeOf(shape)).fill(1e6) }] as const
    );
    await Deno.mkdir(join(dir, "weights"));
    const file = join(dir, "weights", "efficientnet_b0.unverified-00000000.safetensors");
    await Deno.writeFile(file, encodeSafetensors(new Map(tensors)));
    const environment = { ...readEnvironment(), weights: "pretrained", weightsFolder: join(dir, "weights") };
    const args = ["--cohort", cohort, "--output", model, "--profile", "smoke", "--lungs", "threshold"];
    const refused = () => fit.run({ ...parseCommand(fit, [...args, "--cache", join(dir, "cache")]), environment });
    await assertRejects(refused, InputError, "gives features that are not finite numbers");
    assertEquals(await Deno.stat(model).catch(() => "none"), "none");
  }));

Deno.test("fit keeps in the model's file how its slices were made and its protocol, and predict does the same", () =>
  inFolder(async (dir) => {
    const [cohort, cache] = [join(dir, "cohort"), join(dir, "cache")];
    await ensurePhantom("phantom-lung1", cohort, { patients: 5, overrides });
    const train = (name: string, ...more: string[]) => {
      const output = join(dir, `${name}.safetensors`);
      const shared = ["--cohort", cohort, "--profile", "smoke", "--cache", cache, ...byThreshold];
      return run(fit, "--output", output, ...shared, ...more);
    };
    const usual = await train("usual");
    assertStringIncludes(usual.text, "Profile smoke, protocol workshop, lungs=threshold");
    const { text } = await train("linear", "--protocol", "paper", "--set", "interpolation=linear");
    assertStringIncludes(text, "Profile smoke, protocol paper, lungs=threshold, interpolation=linear");
    const engine = onnxEngine({ threads: 1 });
    const [before, after] = await Promise.all(
      ["usual", "linear"].map((name) => loadModel(join(dir, `${name}.safetensors`), engine)),
    );
    assertEquals([before!.preprocessing, before!.trainedOn.protocol], [undefined, "workshop, lungs=threshold"]);
    assertEquals(after!.preprocessing, { interpolation: "linear", interior: "keep" });
    // The same head on slices of B-splines would give another curve.
    const segmenter = await openLungs(engine, "threshold");
    const scan = join(cohort, "images", "PHANTOM-001.nii.gz");
    const { preprocessing: _, ...asBefore } = after!;
    const [kept, lost] = await Promise.all(
      [after!, asBefore].map((model) => predictScan(scan, model, { engine, segmenter })),
    );
    assertNotEquals(kept!.survival, lost!.survival);
    await segmenter.dispose();
  }));

Deno.test("fit refuses choices that a model's file has no place for", () =>
  inFolder(async (dir) => {
    const output = join(dir, "model.safetensors");
    const train = (backbone: string, set: string) =>
      run(fit, "--cohort", dir, "--output", output, "--profile", "smoke", "--backbone", backbone, "--set", set);
    const refusal = (what: string) => `A model's file has no place for ${what}, so predict would do otherwise`;
    await assertRejects(() => train("alexnet", "readout=penultimate"), InputError, refusal("readout=penultimate"));
    await assertRejects(() => train("alexnet", "intensities=z-score"), InputError, refusal("intensities=z-score"));
    // Both readouts of EfficientNet-B0 are the same numbers, so that only the missing cohort is wrong.
    await assertRejects(() => train("efficientnet_b0", "readout=penultimate"), InputError, "cohort.json");
  }));
