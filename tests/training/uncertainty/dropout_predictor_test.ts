import { assert, assertAlmostEquals, assertEquals, assertNotEquals, assertRejects } from "@std/assert";
import { createRandom, InputError } from "@ctsurv/base/mod.ts";
import { type HostTensor, onnxEngine } from "@ctsurv/engine/mod.ts";
import { initialHead, type PlainDeepHit, survivalHeadSpec } from "@ctsurv/nn/mod.ts";
import { dropoutPredictor, headPredictor } from "@ctsurv/training/mod.ts";

const engine = onnxEngine({ threads: 1 });
const shape = { backboneFeatures: 3, embedding: 4, aggregation: { kind: "average" }, layers: 2, width: 6 } as const;
const head = initialHead(survivalHeadSpec(shape), 7, "pytorch");

function patient(id: string, slices: number) {
  const random = createRandom(1, id);
  return { id, slices, features: Float32Array.from({ length: 3 * slices }, () => random.uniform()) };
}

/** W x + b, row by row. */
function linear(x: readonly number[], { weight, bias }: { weight: HostTensor; bias: HostTensor }): number[] {
  return Array.from(
    bias.data,
    (b, row) => x.reduce((sum, value, column) => sum + value * weight.data[row * x.length + column]!, b),
  );
}

/** One pass written out: average of the slices, embedding, two layers of ReLU and mask, logits, S. */
function pass({ features, slices }: ReturnType<typeof patient>, masks: readonly (readonly number[])[]): number[] {
  const mean = [0, 1, 2].map((k) =>
    Array.from({ length: slices }, (_, slice) => features[3 * slice + k]!).reduce(
      (sum, value) => sum + value / slices,
      0,
    )
  );
  const { hidden, output } = head.survival as PlainDeepHit<HostTensor>;
  let x = linear(mean, head.embedding);
  hidden.forEach((layer, l) => x = linear(x, layer).map((value, unit) => Math.max(0, value) * masks[l]![unit]!));
  const exponentials = [...linear(x, output), 0].map(Math.exp);
  const all = exponentials.reduce((sum, value) => sum + value);
  return exponentials.map((_, k) => exponentials.slice(k).reduce((sum, value) => sum + value) / all);
}

/** The masks in the order in which they are drawn: layer by layer, pass by pass. */
function drawnMasks(passes: number, rate: number, seed: number): number[][][] {
  const random = createRandom(seed, "dropout passes");
  const layers = Array.from(
    { length: 2 },
    () =>
      Array.from(
        { length: passes },
        () => Array.from({ length: 6 }, () => random.uniform() < 1 - rate ? 1 / (1 - rate) : 0),
      ),
  );
  return Array.from({ length: passes }, (_, p) => layers.map((layer) => layer[p]!));
}

Deno.test("dropoutPredictor() gives in each pass the curve of the loop with that pass's masks, for every patient", async () => {
  const predictor = dropoutPredictor(engine, shape, { tail: true });
  const patients = [patient("A", 5), patient("B", 40)];
  const options = { passes: 6, rate: .4, seed: 9 };
  const curves = await predictor.predict(head, patients, options);
  const masks = drawnMasks(6, .4, 9);
  patients.forEach((one, i) => {
    masks.forEach((mask, p) =>
      pass(one, mask).forEach((value, month) => assertAlmostEquals(curves[i]![p]![month]!, value, 1e-6))
    );
  });
  assertNotEquals(curves[0]![0], curves[0]![1]);
  assertEquals(await predictor.predict(head, [patients[1]!], options), [curves[1]!]);
  await predictor.dispose();
});

Deno.test("dropoutPredictor(): a rate of nearly 0 gives the curve without dropout", async () => {
  const [dropout, plain] = [
    dropoutPredictor(engine, shape, { tail: true }),
    headPredictor(engine, shape, { tail: true }),
  ];
  const one = patient("A", 5);
  const [curves] = await dropout.predict(head, [one], { passes: 3, rate: 1e-9 });
  const [expected] = await plain.predict(head, [one]);
  for (const curve of curves!) curve.forEach((value, t) => assertAlmostEquals(value, expected!.survival[t]!, 1e-6));
  assert(curves!.length === 3);
  for (const part of [dropout, plain]) await part.dispose();
});

Deno.test("dropoutPredictor() refuses one pass, and what is no rate", async () => {
  const predictor = dropoutPredictor(engine, shape, { tail: true });
  await assertRejects(() => predictor.predict(head, [], { passes: 1 }), InputError, "at least 2 passes");
  await assertRejects(() => predictor.predict(head, [], { passes: 2, rate: 1 }), InputError, "not at 1");
});
