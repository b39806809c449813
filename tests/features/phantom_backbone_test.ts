import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { basename, join } from "node:path";
import { InputError, sha256File } from "@ctsurv/base/mod.ts";
import { type HostTensor, hostTensor, isSpec, leaves, mapTree, onnxEngine, type Tree } from "@ctsurv/engine/mod.ts";
import {
  createBackbone,
  encodePhantomBackbone,
  phantomBackbone,
  phantomTrained,
  phantomWeights,
  requireWeights,
} from "@ctsurv/features/mod.ts";
import { scoreBackbone } from "@ctsurv/features/training/mod.ts";
import { efficientNetB0, initialiseHead, seededParameters, survivalHeadSpec } from "@ctsurv/nn/mod.ts";
import { loadModel, saveModel } from "@ctsurv/training/mod.ts";
import { openCheckpoint } from "@ctsurv/weights/mod.ts";
import evaluation from "../../data/backbone/evaluation.json" with { type: "json" };
import { inFolder } from "../support/in_folder.ts";

const engine = onnxEngine();
const isHost = isSpec as (node: unknown) => node is HostTensor;
/** Numbers that float16 holds, another in every place. */
const drawn = mapTree(
  efficientNetB0.spec() as Tree<HostTensor>,
  isHost,
  ({ shape }) =>
    hostTensor(
      Float32Array.from({ length: shape.reduce((product, dim) => product * dim, 1) }, (_, i) => (1 + i % 1000) / 1024),
      shape,
    ),
);

Deno.test("an EfficientNet-B0 comes back from its float16 file, without its classifier", () =>
  inFolder(async (dir) => {
    const file = join(dir, "own.safetensors");
    await Deno.writeFile(file, encodePhantomBackbone(drawn, { steps: "0" }));
    const { size } = await Deno.stat(file);
    assert(size > 8.0e6 && size < 8.2e6, `${size} bytes`);
    using checkpoint = await openCheckpoint(file);
    assertEquals(new Set([...checkpoint.tensors.values()].map(({ dtype }) => dtype)), new Set(["float16"]));
    const { parameters, absent, source } = await phantomBackbone(file);
    assertEquals(absent, ["classifier.1.weight", "classifier.1.bias"]);
    assertEquals(source, { kind: "phantom", file: "own.safetensors", sha256: await sha256File(file) });
    const expected = new Map(leaves(drawn, isHost).map(({ path, value }) => [path, value.data]));
    for (const { path, value } of leaves(parameters, isHost)) {
      if (!path.startsWith("classifier.")) assertEquals(value.data, expected.get(path), path);
    }
  }));

Deno.test("encodePhantomBackbone() refuses what float16 cannot hold", () => {
  const changed = (name: string, value: number) =>
    mapTree(
      drawn,
      isHost,
      (tensor, path) => path === name ? hostTensor(Float32Array.from(tensor.data).fill(value), tensor.shape) : tensor,
    );
  assertThrows(() => encodePhantomBackbone(changed("features.8.0.weight", 1e5), {}), InputError, "features.8.0.weight");
  assertThrows(
    () => encodePhantomBackbone(changed("features.8.1.running_var", 1e-9), {}),
    InputError,
    "features.8.1.running_var: a variance rounds to 0",
  );
});

Deno.test("phantomBackbone() refuses a file that is missing or something else", async () => {
  await assertRejects(() => phantomBackbone("no-such-file"), InputError, "train-backbone");
  await assertRejects(() => phantomBackbone("data/lungs/unet.safetensors"), InputError, "unet.safetensors");
});

Deno.test("createBackbone() of kind phantom is the shipped EfficientNet-B0; other networks are seeded, and say so", async () => {
  assertEquals(phantomTrained, ["efficientnet_b0"]);
  const b0 = await createBackbone("efficientnet_b0", engine, { weights: "phantom" });
  assertEquals(b0.source, {
    kind: "phantom",
    file: basename(phantomWeights.pathname),
    sha256: evaluation.sha256,
  });
  const alexNet = await createBackbone("alexnet", engine, { weights: "phantom", seed: 3 });
  assertEquals([alexNet.source.kind, "seed" in alexNet.source && alexNet.source.seed], ["seeded", 3]);
  assertEquals(await requireWeights(["efficientnet_b0", "vgg16"], "phantom", "no/such/folder"), []);
});

Deno.test("saveModel(), loadModel(): a phantom backbone comes back from the shipped file, and from no other", () =>
  inFolder(async (dir) => {
    const path = join(dir, "model.safetensors");
    const backbone = await phantomBackbone();
    const model = {
      backbone,
      view: { kind: "slice", slices: 5, size: 224 } as const,
      shape: {},
      tail: true,
      head: seededParameters(survivalHeadSpec({ backboneFeatures: 1280 }), 9, initialiseHead),
      trainedOn: { cohort: "toy", patients: 3, events: 2, profile: "workshop", epochs: 1, segmenter: "threshold" },
    };
    await saveModel(path, model);
    assert((await Deno.stat(path)).size < 4e6);
    assertEquals((await loadModel(path, engine)).backbone, backbone);
    const other = { ...backbone, source: { ...backbone.source, sha256: "0".repeat(64) } };
    await saveModel(path, { ...model, backbone: other });
    await assertRejects(() => loadModel(path, engine), InputError, "not those that the model was trained with");
  }));

Deno.test("the shipped weights are those that data/backbone says, and still see tumours that no training has seen", async () => {
  const folder = new URL("../../data/backbone/", import.meta.url);
  const readme = await Deno.readTextFile(new URL("README.md", folder));
  assertEquals(await sha256File(new URL("efficientnet_b0_phantom.safetensors", folder).pathname), evaluation.sha256);
  assert(readme.includes(evaluation.sha256), evaluation.sha256);
  const { steps, seed } = evaluation.training;
  assert(readme.includes(`train-backbone --steps ${steps} --seed ${seed} --output data/backbone`));
  const { unseen } = evaluation;
  for (const name of ["tumour", "lung", "height", "density"] as const) {
    assert(new RegExp(`\\| ${name}\\b.*\\| +${unseen[name].toFixed(3)} \\|`).test(readme), `${name}: ${unseen[name]}`);
  }
  // Of four phantoms r would say how large those four happen to be: 0.82 for these, where the first twelve have 0.96.
  const { tumour } = await scoreBackbone(engine, await phantomBackbone(), { patients: 12, slices: 6 });
  assert(tumour > 0.85, `r = ${tumour}`);
});
