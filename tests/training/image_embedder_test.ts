import { assert, assertEquals, assertRejects } from "@std/assert";
import { InputError } from "@ctsurv/common/mod.ts";
import { hostTensor, onnxEngine, tf } from "@ctsurv/engine/mod.ts";
import { alexNet, type Backbone, hashParameters, resNet3d18, seededParameters } from "@ctsurv/nn/mod.ts";
import { imageEmbedder } from "@ctsurv/training/mod.ts";
import { assertClose, normal } from "../engine/agreement.ts";

function drawn(architecture: Backbone["architecture"]): Backbone {
  const parameters = seededParameters<object>(
    architecture.spec(),
    1,
    architecture.initialise,
  ) as Backbone["parameters"];
  return { architecture, parameters, source: { kind: "seeded", seed: 1, sha256: hashParameters(parameters) } };
}

const backbone = drawn(alexNet);
const options = { shape: [3, 70, 64], prepare: (x: tf.Tensor) => tf.transpose(x, [0, 2, 3, 1]) };
const images = normal(3, 3, 70, 64).data as Float32Array;

Deno.test("imageEmbedder() gives features, or what enters the classifier's last layer", async () => {
  const features = await imageEmbedder(onnxEngine(), backbone, { ...options, batch: 2 });
  const penultimate = await imageEmbedder(onnxEngine(), backbone, { ...options, batch: 2, at: "penultimate" });
  assertEquals([features.features, penultimate.features], [256, 4096]);
  assertEquals((await features.embed(images)).length, 3 * 256);
  const hidden = await penultimate.embed(images);
  assertEquals(hidden.length, 3 * 4096);
  // It is behind a ReLU.
  assert(hidden.every((value) => value >= 0) && hidden.some((value) => value > 0));
  // The classifier's two hidden layers add to the features' work.
  assertEquals(penultimate.macsPerImage - features.macsPerImage > 9216 * 4096 + 4096 * 4096 - 1, true);
});

Deno.test("imageEmbedder() gives a volume's features whatever volume is beside it", async () => {
  const shape = [4, 32, 32, 3];
  const volumes = drawn(resNet3d18);
  const two = normal(2, ...shape).data as Float32Array;
  const together = await imageEmbedder(onnxEngine(), volumes, { shape, prepare: (x) => x, batch: 2 });
  const alone = await imageEmbedder(onnxEngine(), volumes, { shape, prepare: (x) => x, batch: 1 });
  const [expected, actual] = [await alone.embed(two), await together.embed(two)];
  assertClose(hostTensor(actual, [2, 512]), hostTensor(expected, [2, 512]), "features");
});

Deno.test("imageEmbedder() refuses images that are too small, and says how large they must be", async () => {
  await assertRejects(
    () => imageEmbedder(onnxEngine(), backbone, { ...options, shape: [3, 62, 224] }),
    InputError,
    "AlexNet takes images of at least 63 x 63, not 62 x 224",
  );
});
