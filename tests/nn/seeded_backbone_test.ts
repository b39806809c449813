import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { createRandom } from "@ctsurv/common/mod.ts";
import {
  compile,
  float32,
  type HostTensor,
  hostTensor,
  isSpec,
  leaves,
  onnxEngine,
  tf,
  toTensors,
  wasmEngine,
} from "@ctsurv/engine/mod.ts";
import { preprocess, readVolume, thresholdLungs } from "@ctsurv/imaging/mod.ts";
import {
  type Backbone,
  backboneStatistics,
  calibrationSlices,
  type EfficientNetB0,
  efficientNetB0,
  efficientNetB0Features,
  hashParameters,
  seededBackbone,
  toNetworkInput,
} from "@ctsurv/nn/mod.ts";
import { sharedData } from "../support/shared_data.ts";

const engine = onnxEngine();
const { size } = efficientNetB0;
const count = 4;
const backbone = await seededBackbone(efficientNetB0, engine, { seed: 42 });

/** The standard deviation of the activations after each of the nine entries of `features`, by four slices. */
async function spreads({ parameters }: Backbone, slices: Float32Array): Promise<number[]> {
  const { features } = toTensors(parameters as unknown as EfficientNetB0<HostTensor>);
  const program = await compile(engine, ({ slices }) => {
    let maps = toNetworkInput(slices, efficientNetB0);
    return features.map((_, i) => {
      maps = efficientNetB0Features(maps, features, { from: i, to: i + 1 });
      return tf.sqrt(tf.moments(maps).variance);
    });
  }, { slices: float32(count, size, size) });
  const found = await program.run({ slices: hostTensor(slices.slice(0, count * size ** 2), [count, size, size]) });
  await program.dispose();
  return await Promise.all(found.map(async (value) => (await value.read())[0]!));
}

function assertWithin(spreads: readonly number[], [low, high]: readonly [number, number], what: string): void {
  assertEquals(spreads.length, 9);
  assert(spreads.every((spread) => spread > low && spread < high), `${what}: ${spreads.map((s) => s.toPrecision(3))}`);
}

Deno.test("seededBackbone() is the same whenever the seed is, and another for another seed", async () => {
  const [again, other] = [
    await seededBackbone(efficientNetB0, engine),
    await seededBackbone(efficientNetB0, engine, { seed: 43 }),
  ];
  assertEquals(again.source, backbone.source);
  assertEquals(again.source.sha256, hashParameters(again.parameters));
  assertNotEquals(other.source.sha256, backbone.source.sha256);
});

Deno.test("seededBackbone() with the statistics of an earlier calibration is that backbone, on any engine", async () => {
  const statistics = backboneStatistics(backbone);
  assertEquals(statistics.size, 2 * 49);
  const restored = await seededBackbone(efficientNetB0, await wasmEngine(), { seed: 42, statistics });
  assertEquals(restored.source, backbone.source);
});

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

Deno.test("seededBackbone() has no channel that a normalisation would blow up", () => {
  for (const [path, { data }] of backboneStatistics(backbone)) {
    assert(data.every(Number.isFinite), path);
    if (path.endsWith("running_var")) assert(data.every((variance) => variance > 0), path);
  }
  const numbers = leaves(backbone.parameters, isSpec as (node: unknown) => node is HostTensor);
  assert(numbers.every(({ value }) => value.data.every(Number.isFinite)));
});

Deno.test("seededBackbone(): activations neither die nor explode, on calibration slices of any seed", async () => {
  for (const seed of [42, 7, 99]) {
    assertWithin(await spreads(backbone, calibrationSlices(count, size, seed)), [0.3, 10], `seed ${seed}`);
  }
});

Deno.test("seededBackbone(): activations neither die nor explode on real CT", async () => {
  const path = sharedData("lung1/NSCLC-Radiomics/LUNG1-001");
  if (!path) return;
  const { volume } = await readVolume(path);
  const { slices } = await preprocess(volume, { segmenter: thresholdLungs });
  for (const share of [0, 0.5, 0.9]) {
    const from = Math.floor(share * slices.length / size ** 2) * size ** 2;
    assertWithin(await spreads(backbone, slices.slice(from)), [0.2, 8], `from ${share}`);
  }
});

Deno.test("seededBackbone(): images that are no CT at all do not overflow or vanish", async () => {
  const random = createRandom(1, "noise");
  const noise = Float32Array.from({ length: count * size ** 2 }, () => random.uniform());
  const waves = noise.map((_, i) => 0.5 + 0.5 * Math.sin(i % size / 10) * Math.cos(Math.floor(i / size) / 15));
  for (const [what, slices] of Object.entries({ noise, waves })) {
    assertWithin(await spreads(backbone, slices), [0.1, 1e5], what);
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
