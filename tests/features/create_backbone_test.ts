import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { basename, join } from "node:path";
import { InputError } from "@ctsurv/base/mod.ts";
import { type HostTensor, isSpec, leaves, onnxEngine } from "@ctsurv/engine/mod.ts";
import { createBackbone, requireWeights } from "@ctsurv/features/mod.ts";
import { efficientNetB0, initialiseHead, seededBackbone, seededParameters, survivalHeadSpec } from "@ctsurv/nn/mod.ts";
import { profiles } from "@ctsurv/study/mod.ts";
import { loadModel, saveModel } from "@ctsurv/training/mod.ts";
import { addWeights, encodeSafetensors } from "@ctsurv/weights/mod.ts";
import { inFolder } from "../support/in_folder.ts";

const engine = onnxEngine();
const create = (weightsFolder: string) =>
  createBackbone("efficientnet_b0", engine, { weights: "pretrained", weightsFolder });
const drawn = await seededBackbone(efficientNetB0, engine, { seed: 7 });

/** EfficientNet-B0's weights as a file that nobody has published. */
async function writeWeights(path: string): Promise<void> {
  const all = leaves(drawn.parameters, isSpec as (node: unknown) => node is HostTensor);
  const tensors = all.map(({ path, value: { shape, data } }) => [path, { shape, data: data as Float32Array }] as const);
  await Deno.writeFile(path, encodeSafetensors(new Map(tensors), {}));
}

Deno.test("createBackbone() takes pretrained weights from the folder or from a file, and says which", () =>
  inFolder(async (dir) => {
    const [folder, file] = [join(dir, "weights"), join(dir, "b0.safetensors")];
    await assertRejects(() => create(folder), InputError, "ctsurv weights fetch efficientnet_b0");
    await assertRejects(() => create(folder), InputError, "CTSURV_WEIGHTS=seeded");
    await writeWeights(file);
    const { sha256, path } = await addWeights(file, folder);
    const found = await create(folder);
    const named = await createBackbone("efficientnet_b0", engine, { file });
    for (const backbone of [found, named]) assertEquals(backbone.parameters, drawn.parameters);
    // Neither is called by the name of the published file, which it is not.
    assertEquals(found.source, { kind: "pretrained", file: basename(path), sha256 });
    assertEquals(named.source, { kind: "pretrained", file: "b0.safetensors", sha256 });
    await assertRejects(() => createBackbone("resnet50", engine, { file }), InputError, "of this network");
  }));

Deno.test("saveModel(), loadModel(): a pretrained backbone comes back from its file, and from no other", () =>
  inFolder(async (dir) => {
    const [folder, file, saved] = [join(dir, "weights"), join(dir, "b0.safetensors"), join(dir, "model.safetensors")];
    await writeWeights(file);
    const added = await addWeights(file, folder);
    const backbone = await create(folder);
    const head = seededParameters(survivalHeadSpec({ backboneFeatures: 1280 }), 9, initialiseHead);
    const trainedOn = { cohort: "toy", patients: 3, events: 2, profile: "paper", epochs: 1, segmenter: "threshold" };
    const view = { kind: "slice", slices: "all", size: 224 } as const;
    await saveModel(saved, { backbone, view, shape: {}, tail: true, head, trainedOn });
    assert((await Deno.stat(saved)).size < 4e6);
    const load = () => loadModel(saved, engine, { weightsFolder: folder });
    assertEquals((await load()).backbone, backbone);
    await Deno.remove(added.path);
    await assertRejects(load, InputError, "ctsurv weights fetch");
  }));

Deno.test("createBackbone() computes the same with a checkpoint of a training: prefix, and another classifier or none", () =>
  inFolder(async (dir) => {
    const file = join(dir, "own.safetensors");
    const all = leaves(drawn.parameters, isSpec as (node: unknown) => node is HostTensor)
      .filter(({ path }) => !path.startsWith("classifier."))
      .map(({ path, value: { shape, data } }) =>
        [`state_dict.module.${path}`, { shape, data: data as Float32Array }] as const
      );
    const two = { shape: [2, 1280], data: new Float32Array(2560).fill(7) };
    for (const classifier of [[], [["state_dict.module.classifier.1.weight", two]]] as const) {
      await Deno.writeFile(file, encodeSafetensors(new Map([...all, ...classifier])));
      const { parameters, absent } = await createBackbone("efficientnet_b0", engine, { file });
      assertEquals(absent, ["classifier.1.weight", "classifier.1.bias"]);
      assertEquals({ ...parameters as object, classifier: 0 }, { ...drawn.parameters as object, classifier: 0 });
    }
  }));

Deno.test("createBackbone() refuses what is unknown", async () => {
  await assertRejects(() => createBackbone("vgg17", engine), InputError, 'Unknown backbone "vgg17"');
});

const { backbones } = profiles.paper;

Deno.test("requireWeights() names every network whose weights are missing, at once, and how to get each", () =>
  inFolder(async (dir) => {
    const { message } = await assertRejects(() => requireWeights(backbones, "pretrained", dir), InputError) as Error;
    for (const name of backbones) assertStringIncludes(message, `ctsurv weights fetch ${name}`);
    assertEquals(message.split("CTSURV_WEIGHTS=seeded").length, 2);
  }));

Deno.test("requireWeights() looks for none where seeded weights do", () =>
  inFolder(async (dir) => {
    assertEquals(await requireWeights(backbones, "seeded", dir), []);
  }));
