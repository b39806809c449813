import { assertAlmostEquals, assertEquals, assertRejects, assertThrows } from "@std/assert";
import oracle from "../../fixtures/grad_cam.json" with { type: "json" };
import {
  explainSlices,
  gradCam,
  headRisk,
  logOddsOfDeath,
  mapNetwork,
  occlusionMaps,
  positivePart,
} from "@ctsurv/analysis/mod.ts";
import { InputError } from "@ctsurv/base/mod.ts";
import { cpuEngine, type Engine, tf } from "@ctsurv/engine/mod.ts";
import { featureExtractor } from "@ctsurv/features/mod.ts";
import { findBackbone } from "@ctsurv/nn/mod.ts";
import { engineUnderTest as engine } from "../../support/engine_under_test.ts";
import { CHANNELS, head, headShape, networks, slices } from "./small_networks.ts";

function assertNear(found: ArrayLike<number>, expected: readonly number[], what: string): void {
  assertEquals(found.length, expected.length, what);
  const largest = Math.max(...expected.map(Math.abs));
  expected.forEach((value, i) => assertAlmostEquals(found[i]!, value, 1e-5 * largest, `${what}[${i}]`));
}

for (const { network: name, months, ...expected } of oracle.cases) {
  Deno.test(`explainSlices() is PyTorch's Grad-CAM of the risk by month ${months}: ${name}`, async () => {
    // Batches of 3 leave one that is not full.
    const network = await mapNetwork(engine, networks[name]!, { batch: 3 });
    const heads = headRisk(engine, headShape, { months });
    const seen = await network.look(slices);
    const { gradients } = await heads.gradients(head, { features: seen.features, slices: oracle.slices });
    assertNear(gradients, expected.gradients, "gradients");
    const { risk, attention, bySlice, maps } = await explainSlices(network, heads, head, seen);
    assertAlmostEquals(risk, expected.risk, 1e-5);
    assertNear(attention, expected.attention, "attention");
    assertEquals([...maps.shape], expected.shape);
    assertNear(maps.data, expected.signed, "signed");
    assertNear(positivePart(maps).data, expected.gradCam, "Grad-CAM");
    // What a slice adds is features times gradient: where features are means, the sum of its map.
    const cells = maps.shape[1] * maps.shape[2];
    bySlice.forEach((adds, slice) => {
      const of = (numbers: Float32Array, width: number) => numbers.subarray(slice * width, (slice + 1) * width);
      const product = of(seen.features, CHANNELS).reduce((sum, x, k) => sum + x * of(gradients, CHANNELS)[k]!, 0);
      assertAlmostEquals(adds, product, 1e-6);
      if (name === "averaged") assertAlmostEquals(adds, of(maps.data, cells).reduce((a, b) => a + b), 1e-6);
    });
    for (const part of [network, heads]) await part.dispose();
  });
}

Deno.test("mapNetwork() of tokens has the same weights on an engine that does not trace", async () => {
  const weightsOn = async (engine: Engine) => {
    const network = await mapNetwork(engine, networks.tokens!, { batch: 3 });
    const seen = await network.look(slices);
    const weights = await network.weights(seen, seen.features.map((x) => 1 + x));
    await network.dispose();
    return weights;
  };
  assertNear(await weightsOn(cpuEngine()), [...await weightsOn(engine)], "weights");
});

Deno.test("headRisk() has the gradients that differences of its risk have", async () => {
  const heads = headRisk(engine, headShape);
  const features = Float32Array.from({ length: 4 * CHANNELS }, (_, i) => Math.sin(i));
  const { gradients, risk } = await heads.gradients(head, { features, slices: 4 });
  const step = 1e-2;
  const moved = [...features.keys()].flatMap((at) =>
    [step, -step].map((by) => ({ features: features.map((x, i) => i === at ? x + by : x), slices: 4 }))
  );
  const risks = await heads.risks(head, moved);
  features.forEach((_, i) => assertAlmostEquals((risks[2 * i]! - risks[2 * i + 1]!) / (2 * step), gradients[i]!, 2e-4));
  assertEquals(await heads.risks(head, [{ features, slices: 4 }]), Float64Array.of(risk));
  assertThrows(() => headRisk(engine, { ...headShape, clinical: 2 }), InputError, "CT alone");
  await heads.dispose();
});

Deno.test("logOddsOfDeath() without a tail is of the month before the last, and refuses months that do not exist", () => {
  const logits = tf.tensor2d([[0, 1, 2]]);
  const expected = Math.log((1 + Math.E) / Math.E ** 2);
  assertAlmostEquals(logOddsOfDeath(logits, { tail: false }).dataSync()[0]!, expected, 1e-6);
  assertThrows(() => logOddsOfDeath(logits, { tail: false, months: 3 }), InputError, "no tail");
  assertThrows(() => logOddsOfDeath(logits, { months: 4 }), InputError, "from 1 to 3");
});

Deno.test("mapNetwork() refuses volumes, and features that are no means of maps", async () => {
  const source = { kind: "seeded", seed: 0, sha256: "none" } as const;
  const of = (name: string) => ({ architecture: findBackbone(name), parameters: {}, source });
  await assertRejects(() => mapNetwork(engine, of("r3d_18")), InputError, "one volume");
  await assertRejects(() => mapNetwork(engine, of("vgg16"), { at: "penultimate" }), InputError, "readout=pooled");
  assertThrows(() => gradCam({ data: new Float32Array(4), shape: [1, 2, 1, 2] }, new Float32Array(3)), TypeError);
});

Deno.test("occlusionMaps() is the risk less that of the covered slice, averaged over the patches of a cell", async () => {
  const { architecture } = networks.averaged!;
  const size = oracle.size;
  const extractor = await featureExtractor(engine, networks.averaged!, { kind: "slice", slices: "all", size });
  const heads = headRisk(engine, headShape);
  const options = { extractor, heads, head, size, slices: [1, 3], patch: 8, fill: 0.25 };
  const { data, shape, passes } = await occlusionMaps(slices, options);
  assertEquals([shape, passes], [[2, 2, 2], 5 + 2 * 4]);
  const riskWith = async (covers: (row: number, column: number) => boolean, slice: number) => {
    const images = slices.map((value, i) => {
      const [row, column] = [Math.floor(i / size) % size, i % size];
      return Math.floor(i / size ** 2) === slice && covers(row, column) ? 0.25 : value;
    });
    return (await heads.risks(head, [{ features: await extractor.extract(images), slices: oracle.slices }]))[0]!;
  };
  const whole = await riskWith(() => false, 0);
  for (const [i, slice] of [1, 3].entries()) {
    for (let cell = 0; cell < 4; cell++) {
      const [y, x] = [Math.floor(cell / 2), cell % 2];
      const left = await riskWith((row, column) => row >> 3 === y && column >> 3 === x, slice);
      assertAlmostEquals(data[4 * i + cell]!, whole - left, 1e-6);
    }
  }

  // Patches of 8 every 4: the corner cell is covered by four patches, three of which reach beyond the slice.
  const fine = await occlusionMaps(slices, { ...options, slices: [1], stride: 4 });
  assertEquals([fine.shape, fine.passes], [[1, 4, 4], 5 + 25]);
  let mean = 0;
  for (const top of [-4, 0]) {
    for (const left of [-4, 0]) {
      const inside = (at: number, from: number) => at >= from && at < from + 8;
      mean += (whole - await riskWith((row, column) => inside(row, top) && inside(column, left), 1)) / 4;
    }
  }
  assertAlmostEquals(fine.data[0]!, mean, 1e-6);
  await assertRejects(() => occlusionMaps(slices, { ...options, stride: 3 }), InputError, "multiple of the stride");
  assertEquals(architecture.averagesMaps, true);
  for (const part of [extractor, heads]) await part.dispose();
});

Deno.test("headRisk() refuses heads whose outputs are not DeepHit's logits", () => {
  for (const kind of ["cox", "mtlr"] as const) {
    assertThrows(() => headRisk(engine, headShape, { kind }), InputError, `trained with the loss ${kind}`);
  }
});
