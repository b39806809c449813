import { assert, assertEquals, assertNotEquals, assertRejects } from "@std/assert";
import { Buffer } from "node:buffer";
import { join } from "node:path";
import { InputError } from "@ctsurv/base/mod.ts";
import { type HostTensor, hostTensor, isSpec, leaves } from "@ctsurv/engine/mod.ts";
import { featureExtractor } from "@ctsurv/features/mod.ts";
import {
  efficientNetB0,
  finalBlockNames,
  initialiseHead,
  seededBackbone,
  seededParameters,
  survivalHeadSpec,
} from "@ctsurv/nn/mod.ts";
import { calibrationSlices } from "@ctsurv/nn/seeded/seeded_backbone.ts";
import { profiles } from "@ctsurv/study/mod.ts";
import { survivalLosses } from "@ctsurv/survival/mod.ts";
import { headTrainer, loadModel, modelPredictor, saveModel, type SurvivalModel } from "@ctsurv/training/mod.ts";
import { decodeSafetensors, encodeSafetensors } from "@ctsurv/weights/mod.ts";
import { engineUnderTest } from "../../support/engine_under_test.ts";
import { inFolder } from "../../support/in_folder.ts";

const engine = engineUnderTest;
/** A head of some shape with weights from a seed. */
const headOf = (shape: SurvivalModel["shape"]) =>
  seededParameters(survivalHeadSpec({ ...shape, backboneFeatures: efficientNetB0.features }), 9, initialiseHead);
const model: SurvivalModel = {
  backbone: await seededBackbone(efficientNetB0, engine, { seed: 11 }),
  head: headOf({}),
  shape: {},
  tail: true,
  view: { kind: "slice", slices: 6, size: 224 },
  trainedOn: { cohort: "toy", patients: 3, events: 2, profile: "smoke", epochs: 1, segmenter: "threshold" },
};
const slices = calibrationSlices(2, 224, 3);

async function predict(model: SurvivalModel) {
  const predictor = await modelPredictor(engine, model);
  const prediction = await predictor.predict("one", { slices, count: 2 });
  await predictor.dispose();
  return prediction;
}

const extractor = await featureExtractor(engine, model.backbone, model.view);
const features = await extractor.extract(slices);
await extractor.dispose();

/** What training has: the head and the features. */
async function predictAsTrained({ shape, tail, loss: kind = "deephit", head }: SurvivalModel) {
  const options = { ...profiles.smoke, loss: { tail, kind } };
  const trainer = headTrainer(engine, { ...shape, backboneFeatures: efficientNetB0.features }, options);
  const patient = { id: "one", features, slices: 2, followUp: { months: 3, event: 1 } } as const;
  const [prediction] = await trainer.predict(head, [patient]);
  await trainer.dispose();
  return prediction!;
}

/** Whose backbones have the same hash, and all else is the same. */
function assertSameModel(loaded: SurvivalModel, saved: SurvivalModel) {
  assertEquals({ ...loaded, backbone: loaded.backbone.source }, { ...saved, backbone: saved.backbone.source });
}

const shapes: Record<string, SurvivalModel["shape"]> = {
  "gated attention, of another width": { aggregation: { kind: "gated", hidden: 32 } },
  "average pooling": { aggregation: { kind: "average" } },
  "self-attention": { aggregation: { kind: "self-attention", layers: 1, heads: 2, mlp: 64, positions: "sinusoidal" } },
  "linear attention": { aggregation: { kind: "linear" } },
  "attention by a perceptron": { aggregation: { kind: "mlp" } },
  "DeepHit's two subnetworks": { layers: 5, sharedLayers: 2, width: 50 },
  "a small embedding and 12 months": { embedding: 64, layers: 1, bins: 12 },
};

/** Entries of a saved model, to be tampered with. */
function opened(file: Uint8Array<ArrayBuffer>) {
  const { metadata, tensors } = decodeSafetensors(file, "model");
  const entries = [...tensors].map(([name, { shape, bytes }]) => {
    return [name, { shape, data: new Float32Array(bytes.buffer) }] as const;
  });
  return { described: JSON.parse(metadata.get("ctsurv")!), entries: new Map(entries) };
}

Deno.test("saveModel(), loadModel(): a model keeps the dropout of its training, and 1 is none", () =>
  inFolder(async (dir) => {
    const path = join(dir, "toy.safetensors");
    await saveModel(path, { ...model, trainedOn: { ...model.trainedOn, dropout: .1 } });
    assertEquals((await loadModel(path, engine)).trainedOn.dropout, .1);
    const impossible = { ...model, trainedOn: { ...model.trainedOn, dropout: 1 } };
    await assertRejects(() => saveModel(path, impossible), InputError, "trainedOn.dropout");
  }));

Deno.test("saveModel(), loadModel(): the same weights, the same predictions, bit by bit", () =>
  inFolder(async (dir) => {
    const path = join(dir, "models", "toy.safetensors");
    await saveModel(path, model);
    const loaded = await loadModel(path, engine);
    assertEquals(loaded, model);
    assertEquals(await predict(loaded), await predictAsTrained(model));
    // The backbone's weights come back from their seed: only its statistics are in the file.
    assert((await Deno.stat(path)).size < 4e6);
  }));

for (const [name, shape] of Object.entries(shapes)) {
  Deno.test(`saveModel(), loadModel(): ${name}, without a tail`, () =>
    inFolder(async (dir) => {
      const path = join(dir, "model.safetensors");
      const saved: SurvivalModel = { ...model, shape, tail: false, head: headOf(shape) };
      await saveModel(path, saved);
      const loaded = await loadModel(path, engine);
      assertSameModel(loaded, saved);
      const prediction = await predict(loaded);
      assertEquals(prediction, await predictAsTrained(saved));
      assertEquals(prediction.survival.length, (shape.bins ?? 24) + 1);
      assertEquals(prediction.survival.at(-1), 0);
    }));
}

for (const loss of ["cox", "logistic-hazard", "mtlr", "pc-hazard", "cross-entropy"] as const) {
  Deno.test(`saveModel(), loadModel(): the loss ${loss}, whose curves are its own`, () =>
    inFolder(async (dir) => {
      const path = join(dir, "model.safetensors");
      const { outputs, hasBaseline } = survivalLosses[loss];
      const shape = { embedding: 32, layers: 1, width: 8, aggregation: { kind: "average" } } as const;
      const baseline = hostTensor(Float32Array.from({ length: 25 }, (_, month) => month / 20), [25]);
      const saved: SurvivalModel = {
        ...model,
        shape,
        loss,
        head: { ...headOf(outputs === 1 ? { ...shape, outputs } : shape), ...hasBaseline && { baseline } },
      };
      await saveModel(path, saved);
      const loaded = await loadModel(path, engine);
      assertSameModel(loaded, saved);
      assertEquals(await predict(loaded), await predictAsTrained(saved));
      const file = opened(await Deno.readFile(path));
      assertEquals([file.described.format, file.described.loss], ["ctsurv model 4", loss]);
      const rewritten = async (entries: typeof file.entries, described: object) => {
        const ctsurv = JSON.stringify({ ...file.described, ...described });
        await Deno.writeFile(path, encodeSafetensors(entries, { ctsurv }));
        return loadModel(path, engine);
      };
      await assertRejects(() => rewritten(file.entries, { loss: "hinge" }), InputError, "the model's loss");
      if (hasBaseline) {
        const bare = new Map([...file.entries].filter(([name]) => name !== "head.baseline"));
        await assertRejects(() => rewritten(bare, {}), InputError, "expected head.baseline F32 [25], found none");
      }
    }));
}

Deno.test("saveModel() writes DeepHit as it always did: format 3, and no loss", () =>
  inFolder(async (dir) => {
    const path = join(dir, "model.safetensors");
    await saveModel(path, { ...model, loss: "deephit" });
    const { described } = opened(await Deno.readFile(path));
    assertEquals([described.format, "loss" in described], ["ctsurv model 3", false]);
  }));

Deno.test("saveModel(), loadModel(): a trained final block takes the place of the backbone's own", () =>
  inFolder(async (dir) => {
    const path = join(dir, "model.safetensors");
    const own = new Map(
      leaves(model.backbone.parameters, isSpec as (node: unknown) => node is HostTensor).map((leaf) =>
        [leaf.path, leaf.value] as const
      ),
    );
    const finalBlock = Object.fromEntries(
      finalBlockNames(efficientNetB0).map((name) => {
        const { data, shape } = own.get(name)!;
        return [name, hostTensor(Float32Array.from(data, (x) => 1.25 * x), shape)];
      }),
    );
    const saved = { ...model, finalBlock };
    await saveModel(path, saved);
    const loaded = await loadModel(path, engine);
    assertSameModel(loaded, saved);
    const prediction = await predict(loaded);
    assertEquals(prediction, await predict(saved));
    assertNotEquals(prediction.survival, (await predict(model)).survival);
  }));

Deno.test("loadModel() reads format 2, whose head was always the default one", () =>
  inFolder(async (dir) => {
    const path = join(dir, "model.safetensors");
    await saveModel(path, model);
    const { described, entries } = opened(await Deno.readFile(path));
    const { head: _head, tail: _tail, finalBlock: _block, ...second } = described;
    const ctsurv = JSON.stringify({ ...second, format: "ctsurv model 2" });
    await Deno.writeFile(path, encodeSafetensors(entries, { ctsurv }));
    assertSameModel(await loadModel(path, engine), model);
  }));

Deno.test("saveModel() refuses a head that loadModel() would not read", () =>
  inFolder(async (dir) => {
    const path = join(dir, "model.safetensors");
    const shape = { layers: 1001, width: 1 };
    await assertRejects(() => saveModel(path, { ...model, shape, head: headOf(shape) }), InputError, "head.layers");
    await assertRejects(() => Deno.stat(path), Deno.errors.NotFound);
  }));

Deno.test("loadModel() refuses what is no model, and says what it is", () =>
  inFolder(async (dir) => {
    const path = join(dir, "model.safetensors");
    await saveModel(path, model);
    const whole = await Deno.readFile(path);
    const { described, entries } = opened(whole);
    const encode = (tensors: typeof entries, change = {}) =>
      encodeSafetensors(tensors, { ctsurv: JSON.stringify({ ...described, ...change }) });
    const embedding = entries.get("head.embedding.weight")!;
    const cases: Record<string, [content: Uint8Array, message: string]> = {
      "a file cut short": [whole.subarray(0, -4), "not a valid safetensors file"],
      "an empty file": [new Uint8Array(), "not a valid safetensors file"],
      "a text": [new TextEncoder().encode("patient,months,event\n"), "not a valid safetensors file"],
      "another program's safetensors": [encodeSafetensors(entries), 'not a model from "ctsurv fit"'],
      "another format": [encode(entries, { format: 3 }), 'not a model from "ctsurv fit"'],
      "a later format": [
        encode(entries, { format: "ctsurv model 5" }),
        'is a "ctsurv model 5", which this version cannot read',
      ],
      "a format of JavaScript's": [
        encode(entries, { format: "ctsurv model constructor" }),
        "which this version cannot read",
      ],
      "no view": [encode(entries, { view: undefined }), "the model's view: "],
      "slices of another size": [encode(entries, { view: { ...model.view, size: 112 } }), "a slice of 112 x 112"],
      "a volume for a network of slices": [encode(entries, { view: { ...model.view, kind: "volume" } }), "a volume"],
      "an unknown aggregation": [encode(entries, { head: { aggregation: { kind: "max" } } }), "head.aggregation.kind"],
      "an option of another aggregation": [
        encode(entries, { head: { aggregation: { kind: "average", hidden: 9 } } }),
        "head.aggregation: Unrecognized key",
      ],
      "a billion layers": [encode(entries, { head: { layers: 1e9 } }), "head.layers"],
      "a width that is none": [encode(entries, { head: { width: -100 } }), "head.width"],
      "another aggregation than the weights'": [
        encode(entries, { head: { aggregation: { kind: "average" } } }),
        "head.aggregation.attention_V.weight is not part",
      ],
      "two subnetworks, weights of one": [encode(entries, { head: { sharedLayers: 5 } }), "is not part of the model"],
      "all layers shared": [encode(entries, { head: { sharedLayers: 10 } }), "model.safetensors: Of 10 layers"],
      "heads that share nothing": [
        encode(entries, { head: { aggregation: { kind: "self-attention", heads: 3 } } }),
        "model.safetensors: 3 attention heads",
      ],
      "a tail that is not said": [encode(entries, { tail: null }), "the model's tail: "],
      "a final block that is not there": [encode(entries, { finalBlock: true }), "expected finalBlock."],
      "a final block that is not told of": [
        encode(new Map([...entries, ["finalBlock.x", embedding]])),
        "finalBlock.x is not part",
      ],
      "weights of another kind": [encode(new Map([...entries, ["optimiser.x", embedding]])), "optimiser.x is not part"],
      "an unknown backbone": [
        encode(entries, { backbone: { ...described.backbone, name: "vgg17" } }),
        'Unknown backbone "vgg17"',
      ],
      "another seed": [encode(entries, { backbone: { ...described.backbone, seed: 12 } }), "not those"],
      "a layer missing": [
        encode(new Map([...entries].filter(([name]) => name !== "head.survival.output.bias"))),
        "head.survival.output.bias F32 [24], found none",
      ],
      "a layer of another shape": [
        encode(new Map([...entries, ["head.embedding.weight", { ...embedding, shape: [1280, 256] }]])),
        "head.embedding.weight F32 [256,1280], found F32 [1280,256]",
      ],
    };
    // As many bytes of another type: the header is text.
    const text = Buffer.from(whole).toString("latin1");
    for (const name of ["head.embedding.bias", "backbone.features.0.1.running_mean"]) {
      const retyped = text.replace(`"${name}":{"dtype":"F32"`, `"${name}":{"dtype":"I32"`);
      assertNotEquals(retyped, text);
      cases[`${name} as integers`] = [Buffer.from(retyped, "latin1"), `expected ${name} F32`];
    }
    for (const [content, message] of Object.values(cases)) {
      await Deno.writeFile(path, content);
      const error = await assertRejects(() => loadModel(path, engine), InputError, message);
      assert(/model\.safetensors|backbone/.test(error.message), error.message);
    }
    await Deno.remove(path);
    await assertRejects(() => loadModel(path, engine), InputError, "Cannot read the model");
    await assertRejects(() => loadModel(dir, engine), InputError, "Cannot read the model");
  }));

Deno.test("saveModel() and loadModel() refuse numbers that are not finite, and name the tensor", () =>
  inFolder(async (dir) => {
    const path = join(dir, "model.safetensors");
    const { weight, bias } = model.head.embedding;
    const broken = hostTensor((weight.data as Float32Array).map((value, i) => i === 5 ? NaN : value), weight.shape);
    const diverged = { ...model, head: { ...model.head, embedding: { weight: broken, bias } } };
    await assertRejects(() => saveModel(path, diverged), InputError, '"head.embedding.weight" holds NaN');
    assertEquals(await Deno.stat(path).catch(() => "none"), "none");
    await saveModel(path, model);
    const { tensors, metadata } = decodeSafetensors(await Deno.readFile(path), path);
    const numbers = new Map(
      [...tensors].map(([name, { shape, bytes }]) => [name, { shape, data: new Float32Array(bytes.buffer) }] as const),
    );
    numbers.get("head.embedding.bias")!.data[0] = Infinity;
    await Deno.writeFile(path, encodeSafetensors(numbers, Object.fromEntries(metadata)));
    await assertRejects(() => loadModel(path, engine), InputError, '"head.embedding.bias" holds Infinity');
  }));
