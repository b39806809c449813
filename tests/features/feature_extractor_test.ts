import { assert, assertEquals, assertRejects } from "@std/assert";
import goldens from "../fixtures/backbone_goldens.json" with { type: "json" };
import { InputError } from "@ctsurv/base/mod.ts";
import { type HostTensor, hostTensor, isSpec, mapTree, onnxEngine, tf, type Tree } from "@ctsurv/engine/mod.ts";
import { sliceFeatureExtractor } from "@ctsurv/features/feature_extractor.ts";
import { featureExtractor, imageFeatureExtractor } from "@ctsurv/features/mod.ts";
import { efficientNetB0Spec } from "@ctsurv/nn/backbones/efficientnet_b0.ts";
import {
  alexNet,
  type Backbone,
  efficientNetB0,
  hashParameters,
  resNet3d18,
  seededParameters,
  toNetworkInput,
} from "@ctsurv/nn/mod.ts";
import { calibrationSlices } from "@ctsurv/nn/seeded/seeded_backbone.ts";
import { assertClose, normal } from "../engine/agreement.ts";
import { hashedParameters } from "../support/golden.ts";

function drawn(architecture: Backbone["architecture"]): Backbone {
  const parameters = seededParameters<object>(
    architecture.spec(),
    1,
    architecture.initialise,
  ) as Backbone["parameters"];
  return { architecture, parameters, source: { kind: "seeded", seed: 1, sha256: hashParameters(parameters) } };
}

const isHost = isSpec as (node: unknown) => node is HostTensor;
const backbone = drawn(alexNet);
const options = { shape: [3, 70, 64], prepare: (x: tf.Tensor) => tf.transpose(x, [0, 2, 3, 1]) };
const images = normal(3, 3, 70, 64).data as Float32Array;

Deno.test("imageFeatureExtractor() gives features, or what enters the classifier's last layer", async () => {
  const features = await imageFeatureExtractor(onnxEngine(), backbone, { ...options, batch: 2 });
  const penultimate = await imageFeatureExtractor(onnxEngine(), backbone, { ...options, batch: 2, at: "penultimate" });
  assertEquals([features.features, penultimate.features], [256, 4096]);
  assertEquals((await features.extract(images)).length, 3 * 256);
  const hidden = await penultimate.extract(images);
  assertEquals(hidden.length, 3 * 4096);
  // It is behind a ReLU.
  assert(hidden.every((value) => value >= 0) && hidden.some((value) => value > 0));
  // The classifier's two hidden layers add to the features' work.
  assertEquals(penultimate.macsPerImage - features.macsPerImage > 9216 * 4096 + 4096 * 4096 - 1, true);
});

Deno.test("imageFeatureExtractor() gives a volume's features whatever volume is beside it", async () => {
  const shape = [4, 32, 32, 3];
  const volumes = drawn(resNet3d18);
  const two = normal(2, ...shape).data as Float32Array;
  const together = await imageFeatureExtractor(onnxEngine(), volumes, { shape, prepare: (x) => x, batch: 2 });
  const alone = await imageFeatureExtractor(onnxEngine(), volumes, { shape, prepare: (x) => x, batch: 1 });
  const [expected, actual] = [await alone.extract(two), await together.extract(two)];
  assertClose(hostTensor(actual, [2, 512]), hostTensor(expected, [2, 512]), "features");
});

Deno.test("imageFeatureExtractor() refuses images that are too small, and says how large they must be", async () => {
  await assertRejects(
    () => imageFeatureExtractor(onnxEngine(), backbone, { ...options, shape: [3, 62, 224] }),
    InputError,
    "AlexNet takes images of at least 63 x 63, not 62 x 224",
  );
});

const architecture = { ...efficientNetB0, size: 64 };
const parameters = hashedParameters(efficientNetB0Spec(), goldens.scale.efficientnet_b0) as unknown as Tree<HostTensor>;
const source = { kind: "seeded", seed: 0, sha256: hashParameters(parameters) } as const;
const extractor = await sliceFeatureExtractor(onnxEngine(), { architecture, parameters, source });
const pixels = architecture.size ** 2;
const slices = calibrationSlices(11, architecture.size, 1);
const extracted = await extractor.extract(slices);

/** Features of some slices. */
const rows = (features: Float32Array, from: number, count: number) =>
  hostTensor(features.slice(1280 * from, 1280 * (from + count)), [count, 1280]);

Deno.test("sliceFeatureExtractor: a slice's features do not depend on its place, nor on how full the batch is", async () => {
  assertEquals(extracted.length, 11 * 1280);
  for (const [from, count] of [[0, 8], [8, 3], [5, 1], [3, 7]] as const) {
    const alone = await extractor.extract(slices.slice(from * pixels, (from + count) * pixels));
    assertClose(rows(alone, 0, count), rows(extracted, from, count), `${count} slices from ${from}`, {
      tolerance: 1e-6,
    });
  }
});

Deno.test("sliceFeatureExtractor: different slices have different features", () => {
  for (let i = 1; i < 11; i++) {
    const [a, b] = [rows(extracted, i - 1, 1).data, rows(extracted, i, 1).data];
    assert(Math.max(...a.map((value, k) => Math.abs(value - b[k]!))) > 0.05, `slices ${i - 1} and ${i}`);
  }
});

Deno.test("sliceFeatureExtractor: extract() tells how many slices each batch did, and takes none", async () => {
  const told: number[] = [];
  await extractor.extract(slices, (done) => told.push(done));
  assertEquals(told, [8, 3]);
  assertEquals(await extractor.extract(new Float32Array()), new Float32Array());
});

Deno.test("sliceFeatureExtractor: a slice of 224 x 224 takes the 0.3845 GMAC of B0 without its classifier", async () => {
  const full = await sliceFeatureExtractor(onnxEngine(), { architecture: efficientNetB0, parameters, source });
  assertEquals(full.macsPerSlice, 384_534_752);
  await full.dispose();
});

Deno.test("sliceFeatureExtractor refuses a backbone of volumes", async () => {
  const backbone = { architecture: resNet3d18, parameters: {}, source };
  await assertRejects(() => sliceFeatureExtractor(onnxEngine(), backbone), InputError, "ResNet3d-18 takes volumes");
});

const engine = onnxEngine();
function backboneOf(base: typeof efficientNetB0, size: number) {
  const architecture = { ...base, size };
  const scale = goldens.scale[architecture.name as keyof typeof goldens.scale];
  const parameters = hashedParameters(base.spec() as object, scale) as Tree<HostTensor>;
  return { architecture, parameters, source: { kind: "seeded", seed: 0, sha256: hashParameters(parameters) } as const };
}

Deno.test("featureExtractor() gives a view of slices what sliceFeatureExtractor() gives each of them", async () => {
  const backbone = backboneOf(efficientNetB0, 64);
  const slices = calibrationSlices(3, 64, 1);
  const [viewed, single] = [
    await featureExtractor(engine, backbone, { kind: "slice", slices: 3, size: 64 }),
    await sliceFeatureExtractor(engine, backbone),
  ];
  const [found, expected] = [await viewed.extract(slices), await single.extract(slices)];
  assertEquals(found.length, 3 * 1280);
  const apart = found.reduce((most, value, i) => Math.max(most, Math.abs(value - expected[i]!)), 0);
  assertEquals(apart < 1e-5, true, `${apart}`);
  await viewed.dispose();
  await single.dispose();
});

Deno.test("featureExtractor() gives the input of AlexNet's last layer: 4096 numbers, those of imageFeatureExtractor()", async () => {
  const slices = calibrationSlices(2, 224, 1);
  const viewed = await featureExtractor(engine, backbone, { kind: "slice", slices: 2, size: 224 }, {
    at: "penultimate",
  });
  const images = await imageFeatureExtractor(engine, backbone, {
    shape: [224, 224],
    prepare: (x) => toNetworkInput(x, alexNet),
    at: "penultimate",
    batch: 2,
  });
  const found = await viewed.extract(slices);
  assertEquals(found.length, 2 * 4096);
  assertEquals(found, await images.extract(slices));
  await viewed.dispose();
  await images.dispose();
});

Deno.test("featureExtractor() with one mean and deviation is one channel into weights summed over red, green and blue", async () => {
  // One layer of two outputs; each sees the mean of a channel.
  const weights = [[0.5, -1, 2], [1, 3, -0.25]];
  const forwardFeatures = (x: tf.Tensor) =>
    tf.matMul(tf.mean(x, [1, 2]) as tf.Tensor2D, tf.tensor2d(weights), false, true);
  const one = { ...efficientNetB0, features: 2, forwardFeatures };
  const backbone = { architecture: one, parameters: {}, source: { kind: "seeded", seed: 0, sha256: "none" } } as const;
  const intensities = { mean: 0.25, std: 0.5 };
  const extractor = await featureExtractor(engine, backbone, { kind: "slice", slices: 1, size: 2 }, { intensities });
  const slice = Float32Array.of(-0.5, 0, 1.5, 1); // without clipping, so beyond [0, 1]
  const scaled = slice.reduce((sum, pixel) => sum + (pixel - intensities.mean) / intensities.std, 0) / 4;
  const expected = weights.map((row) => row.reduce((sum, weight) => sum + weight) * scaled);
  [...await extractor.extract(slice)].forEach((feature, i) =>
    assert(Math.abs(feature - expected[i]!) < 1e-5, `${feature}`)
  );
  await extractor.dispose();
});

Deno.test("featureExtractor() takes volumes of any depth, each as one image", async () => {
  const backbone = backboneOf(resNet3d18, 32);
  const viewed = await featureExtractor(engine, backbone, { kind: "volume", slices: "all", size: 32 });
  for (const depth of [5, 9, 5]) {
    const volume = calibrationSlices(depth, 32, depth);
    const found = await viewed.extract(volume);
    const alone = await imageFeatureExtractor(engine, backbone, {
      shape: [depth, 32, 32],
      prepare: (images) => toNetworkInput(images, resNet3d18),
      batch: 1,
    });
    assertEquals(found, await alone.extract(volume));
    assertEquals(found.length, 512);
    await alone.dispose();
  }
  await viewed.dispose();
});

Deno.test("imageFeatureExtractor() needs the classifier's hidden layers only for what they compute", async () => {
  const absent = ["classifier.6.weight", "classifier.6.bias"];
  const ready = (lacking: readonly string[], at: "features" | "penultimate") =>
    imageFeatureExtractor(onnxEngine(), { ...backbone, absent: lacking }, { ...options, batch: 1, at });
  assertEquals((await ready(absent, "penultimate")).features, 4096);
  const none = ["classifier.1.weight", ...absent];
  assertEquals((await ready(none, "features")).features, 256);
  await assertRejects(() => ready(none, "penultimate"), InputError, 'no "classifier.1.weight"');
});

Deno.test("extract() refuses features that are not finite, and names the weights", async () => {
  const huge = mapTree(
    backbone.parameters,
    isHost,
    ({ data, shape }) => hostTensor(Float32Array.from(data as Float32Array, (value) => value * 1e20), shape),
  ) as typeof backbone.parameters;
  const extractor = await imageFeatureExtractor(onnxEngine(), { ...backbone, parameters: huge }, options);
  await assertRejects(() => extractor.extract(images), InputError, "AlexNet with weights of seed 1 gives features");
  await extractor.dispose();
});
