import { assert, assertEquals, assertRejects } from "@std/assert";
import { join } from "node:path";
import { InputError } from "@ctsurv/common/mod.ts";
import { type HostTensor, onnxEngine } from "@ctsurv/engine/mod.ts";
import {
  efficientNetB0,
  initialiseHead,
  seededBackbone,
  seededParameters,
  type SurvivalHead,
  survivalHeadSpec,
} from "@ctsurv/nn/mod.ts";
import { headTrainer, loadModel, saveModel, type SurvivalModel, type TrainingPatient } from "@ctsurv/training/mod.ts";
import { decodeSafetensors, encodeSafetensors } from "@ctsurv/weights/mod.ts";
import { normal } from "../engine/agreement.ts";
import { inFolder } from "../support/in_folder.ts";

const engine = onnxEngine();
const head: SurvivalHead<HostTensor> = seededParameters(
  survivalHeadSpec({ backboneFeatures: efficientNetB0.features }),
  9,
  initialiseHead,
);
const model: SurvivalModel = {
  backbone: await seededBackbone(efficientNetB0, engine, { seed: 11 }),
  head,
  view: { kind: "slice", slices: 6, size: 224 },
  trainedOn: { cohort: "toy", patients: 3, events: 2, profile: "smoke", epochs: 1, segmenter: "threshold" },
};
const patient: TrainingPatient = {
  id: "one",
  features: normal(5, 1280).data as Float32Array,
  slices: 5,
  followUp: { months: 3, event: 1 },
};

async function predict(head: SurvivalHead<HostTensor>) {
  const trainer = headTrainer(engine, { backboneFeatures: 1280 }, {
    epochs: 1,
    batchSize: 1,
    dropout: 0,
    seed: 1,
    learningRate: 1,
  });
  const predictions = await trainer.predict(head, [patient]);
  await trainer.dispose();
  return predictions;
}

/** Entries of a saved model, to be tampered with. */
function opened(file: Uint8Array<ArrayBuffer>) {
  const { metadata, tensors } = decodeSafetensors(file, "model");
  const entries = [...tensors].map(([name, { shape, bytes }]) => {
    return [name, { shape, data: new Float32Array(bytes.buffer) }] as const;
  });
  return { described: JSON.parse(metadata.get("ctsurv")!), entries: new Map(entries) };
}

Deno.test("saveModel(), loadModel(): the same weights, the same predictions, bit by bit", () =>
  inFolder(async (dir) => {
    const path = join(dir, "models", "toy.safetensors");
    await saveModel(path, model);
    const loaded = await loadModel(path, engine);
    assertEquals(loaded.head, model.head);
    assertEquals(loaded.trainedOn, model.trainedOn);
    assertEquals(loaded.view, model.view);
    assertEquals(loaded.backbone.source, model.backbone.source);
    assertEquals(loaded.backbone.parameters, model.backbone.parameters);
    assertEquals(await predict(loaded.head), await predict(model.head));
    // The backbone's weights come back from their seed: only its statistics are in the file.
    assert((await Deno.stat(path)).size < 4e6);
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
      "another program's safetensors": [encodeSafetensors(entries), 'no model of "ctsurv fit"'],
      "a later format": [encode(entries, { format: "ctsurv model 3" }), 'no model of "ctsurv fit"'],
      "an unknown backbone": [
        encode(entries, { backbone: { ...described.backbone, name: "vgg17" } }),
        'Unknown backbone "vgg17"',
      ],
      "another seed": [encode(entries, { backbone: { ...described.backbone, seed: 12 } }), "not those"],
      "a layer missing": [
        encode(new Map([...entries].filter(([name]) => name !== "head.survival.output.bias"))),
        "head.survival.output.bias [24], found none",
      ],
      "a layer of another shape": [
        encode(new Map([...entries, ["head.embedding.weight", { ...embedding, shape: [1280, 256] }]])),
        "head.embedding.weight [256,1280], found [1280,256]",
      ],
    };
    for (const [content, message] of Object.values(cases)) {
      await Deno.writeFile(path, content);
      const error = await assertRejects(() => loadModel(path, engine), InputError, message);
      assert(/model\.safetensors|backbone/.test(error.message), error.message);
    }
    await Deno.remove(path);
    await assertRejects(() => loadModel(path, engine), InputError, "Cannot read the model");
    await assertRejects(() => loadModel(dir, engine), InputError, "Cannot read the model");
  }));
