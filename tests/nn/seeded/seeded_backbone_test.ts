import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { createRandom } from "@ctsurv/base/mod.ts";
import {
  compile,
  float32,
  type HostTensor,
  hostTensor,
  isSpec,
  leaves,
  tf,
  toTensors,
  type Tree,
  wasmEngine,
} from "@ctsurv/engine/mod.ts";
import { preprocess, readVolume, thresholdLungs } from "@ctsurv/imaging/mod.ts";
import {
  alexNet,
  type Backbone,
  type BackboneArchitecture,
  backbones,
  backboneStatistics,
  channelNormalise,
  efficientNetB0,
  hashParameters,
  seededBackbone,
  toNetworkInput,
} from "@ctsurv/nn/mod.ts";
import { calibrationSlices } from "@ctsurv/nn/seeded/seeded_backbone.ts";
import { engineUnderTest } from "../../support/engine_under_test.ts";
import { sharedData } from "../../support/shared_data.ts";

const engine = engineUnderTest;
const count = 4;
const { size } = efficientNetB0;

/** Every backbone with its seeded weights, made once. */
const made = new Map<string, Promise<Backbone>>();
function seeded(architecture: BackboneArchitecture): Promise<Backbone> {
  const { name } = architecture;
  const backbone = made.get(name) ?? seededBackbone(architecture, engine, { seed: 42 });
  made.set(name, backbone);
  return backbone;
}

/** The standard deviation of the activations after each stage, over four slices. */
async function spreads({ architecture, parameters }: Backbone, slices: Float32Array): Promise<number[]> {
  const tensors = toTensors<object>(parameters) as Tree<tf.Tensor>;
  const batch = architecture.input === "volume" ? [1, count] : [count];
  const program = await compile(engine, ({ slices }) => {
    let maps = toNetworkInput(slices, architecture);
    return architecture.stages.map((stage) => {
      maps = stage.run(maps, tensors, channelNormalise);
      return tf.sqrt(tf.moments(maps).variance);
    });
  }, { slices: float32(...batch, size, size) });
  const found = await program.run({ slices: hostTensor(slices.slice(0, count * size ** 2), [...batch, size, size]) });
  await program.dispose();
  return await Promise.all(found.map(async (value) => (await value.read())[0]!));
}

function assertWithin(spreads: readonly number[], [low, high]: readonly [number, number], what: string): void {
  assert(spreads.every((spread) => spread > low && spread < high), `${what}: ${spreads.map((s) => s.toPrecision(3))}`);
}

Deno.test("seededBackbone() is the same whenever the seed is, and another for another seed", async () => {
  const backbone = await seeded(efficientNetB0);
  const [again, other] = [
    await seededBackbone(efficientNetB0, engine),
    await seededBackbone(efficientNetB0, engine, { seed: 43 }),
  ];
  assertEquals(again.source, backbone.source);
  assertEquals(again.source.sha256, hashParameters(again.parameters));
  assertNotEquals(other.source.sha256, backbone.source.sha256);
});

for (const [architecture, statistics] of [[efficientNetB0, 2 * 49], [alexNet, 5]] as const) {
  Deno.test(`seededBackbone() of ${architecture.name} with the statistics of an earlier calibration is that backbone, on any engine`, async () => {
    const backbone = await seeded(architecture);
    const found = backboneStatistics(backbone);
    assertEquals(found.size, statistics);
    const restored = await seededBackbone(architecture, await wasmEngine(), { seed: 42, statistics: found });
    assertEquals(restored.source, backbone.source);
  });
}

Deno.test("hashParameters() tells names, numbers and their order apart", () => {
  const one = { a: hostTensor([1, 2], [2]), b: hostTensor([3], [1]) };
  const hashes = [
    one,
    { a: one.b, b: one.a },
    { a: one.a, c: one.b },
    { a: hostTensor([2, 1], [2]), b: one.b },
  ].map((tree) => hashParameters(tree));
  assertEquals(new Set(hashes).size, hashes.length);
  assertEquals(hashParameters({ ...one }), hashes[0]);
});

for (const architecture of Object.values(backbones)) {
  const { name } = architecture;

  Deno.test(`seededBackbone() of ${name} has finite weights and no channel that would be blown up`, async () => {
    const backbone = await seeded(architecture);
    for (const [path, { data }] of backboneStatistics(backbone)) {
      if (path.endsWith("running_var")) assert(data.every((variance) => variance > 0), path);
    }
    for (const { path, value } of leaves(backbone.parameters, isSpec as (node: unknown) => node is HostTensor)) {
      assert(value.data.every(Number.isFinite), path);
    }
  });

  Deno.test(`seededBackbone() of ${name}: activations neither die nor explode on slices of another seed`, async () => {
    assertWithin(await spreads(await seeded(architecture), calibrationSlices(count, size, 7)), [0.2, 10], name);
  });

  Deno.test(`seededBackbone() of ${name}: activations neither die nor explode on real CT`, async () => {
    const slices = await realSlices();
    if (!slices) return;
    const from = Math.floor(0.5 * slices.length / size ** 2) * size ** 2;
    assertWithin(await spreads(await seeded(architecture), slices.slice(from)), [0.15, 10], name);
  });
}

for (const architecture of Object.values(backbones).filter(({ input }) => input === "slice")) {
  Deno.test(`seededBackbone() of ${architecture.name}: different slices have different features`, async () => {
    const tensors = toTensors<object>((await seeded(architecture)).parameters) as Tree<tf.Tensor>;
    const program = await compile(engine, ({ slices }) => {
      const features = architecture.forwardFeatures(toNetworkInput(slices, architecture), tensors);
      return [tf.moments(features, 0).variance, tf.moments(features, 1).variance].map((of) => tf.sqrt(tf.mean(of)));
    }, { slices: float32(count, size, size) });
    const slices = hostTensor(calibrationSlices(count, size, 7), [count, size, size]);
    const [bySlice, byFeature] = await Promise.all(
      (await program.run({ slices })).map(async (v) => (await v.read())[0]!),
    );
    await program.dispose();
    assert(bySlice! > 0.1 * byFeature!, `${bySlice} between slices, ${byFeature} between features`);
  });
}

let real: Promise<Float32Array> | undefined;

/** Slices of a patient of LUNG1, if there is one here. */
function realSlices(): Promise<Float32Array> | undefined {
  const path = sharedData("lung1/NSCLC-Radiomics/LUNG1-001");
  if (!path) return undefined;
  return real ??= readVolume(path).then(async ({ volume }) => {
    const { slices } = await preprocess(volume, { segmenter: thresholdLungs });
    return slices;
  });
}

Deno.test("seededBackbone(): images that are no CT at all do not overflow or vanish", async () => {
  const random = createRandom(1, "noise");
  const noise = Float32Array.from({ length: count * size ** 2 }, () => random.uniform());
  const waves = noise.map((_, i) => 0.5 + 0.5 * Math.sin(i % size / 10) * Math.cos(Math.floor(i / size) / 15));
  for (const [what, slices] of Object.entries({ noise, waves })) {
    assertWithin(await spreads(await seeded(efficientNetB0), slices), [0.1, 1e5], what);
  }
});

Deno.test("calibrationSlices() are intensities of CT, the same for a seed, each its own", () => {
  const slices = calibrationSlices(3, 64, 5);
  assertEquals(slices.length, 3 * 64 ** 2);
  assertEquals(slices, calibrationSlices(3, 64, 5));
  assert(slices.every((value) => value >= 0 && value <= 1));
  const parts = [0, 1, 2].map((n) => slices.slice(n * 64 ** 2, (n + 1) * 64 ** 2));
  for (const [i, part] of parts.entries()) {
    assertNotEquals(part, parts[(i + 1) % 3]);
    // Between a tenth and two thirds of a slice is lung, darker than the middle of its range.
    const middle = (part.reduce((a, b) => Math.min(a, b)) + part.reduce((a, b) => Math.max(a, b))) / 2;
    const lung = part.filter((value) => value < middle).length / part.length;
    assert(lung > 0.1 && lung < 0.67, `slice ${i}: ${lung}`);
  }
  assertNotEquals(slices, calibrationSlices(3, 64, 6));
});
