import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { createRandom } from "@ctsurv/base/mod.ts";
import {
  compile,
  disposeValues,
  float32,
  hostTensor,
  isSpec,
  leaves,
  onnxEngine,
  zerosOf,
} from "@ctsurv/engine/mod.ts";
import type { Engine, HostTensor, Tree } from "@ctsurv/engine/mod.ts";
import {
  isOfTrainedStages,
  tissueBatchSpec,
  tissueLoss,
  tissueStateSpec,
  tissueTrainingStep,
  toBatch,
  trainableOf,
} from "@ctsurv/features/training/_tissue_training_step.ts";
import { scoreSlices } from "@ctsurv/features/training/evaluate_backbone.ts";
import { tissueReadout } from "@ctsurv/features/training/_readout.ts";
import { trainBackbone } from "@ctsurv/features/training/mod.ts";
import { efficientNetB0, seededBackbone } from "@ctsurv/nn/mod.ts";
import { evaluate } from "../../engine/agreement.ts";

const engine: Engine = onnxEngine({ threads: 1 });
const seeded = await seededBackbone(efficientNetB0, engine, { seed: 42 });
const isHost = isSpec as (node: unknown) => node is HostTensor;
const named = (tree: Tree<HostTensor>) => new Map(leaves(tree, isHost).map(({ path, value }) => [path, value.data]));

Deno.test("tissueLoss() weighs the squared errors, sums them over outputs and averages over cells", async () => {
  const read = hostTensor([1, 0, 0, 0, 0, 2, 0, 1], [2, 4]);
  const truth = hostTensor([0, 0, 0, 0, 0, 0, 1, 0], [2, 4]);
  const [loss] = await evaluate(engine, ([a, b]) => [tissueLoss(a!, b!)], [read, truth]);
  // Cell 1: tumour 4 x 1. Cell 2: lung 1 x 4, height 1 x 1, density 8 x 1.
  assertAlmostEquals(loss!.data[0]!, (4 + (4 + 1 + 8)) / 2, 1e-6);
});

Deno.test("trainableOf() is stages 4 to 8 without their running statistics", () => {
  const { upper } = trainableOf(seeded);
  const names = Object.keys(upper);
  assert(names.every((name) => /^features\.[4-8]\./.test(name) && !name.includes("running_")));
  const numbers = names.reduce((sum, name) => sum + upper[name]!.data.length, 0);
  // All of B0 is 5,288,548, its classifier 1,281,000; the stem and stages 1 to 3 have 65,730.
  assertEquals(numbers, 5_288_548 - 1_281_000 - 65_730);
  assertEquals([isOfTrainedStages("features.3.1"), isOfTrainedStages("features.4.0.block.0.0.weight")], [false, true]);
});

Deno.test("tissueTrainingStep() lowers the loss of a batch, and every parameter moves to a finite value", async () => {
  const random = createRandom(3, "batch");
  const slices = { input: Float32Array.from({ length: 2 * 224 * 224 }, () => random.uniform()), count: 2 };
  const truth = Float32Array.from({ length: 2 * 49 * 4 }, () => random.uniform());
  const start = trainableOf(seeded);
  const spec = tissueStateSpec(start);
  const program = await compile(engine, tissueTrainingStep(seeded, { learningRate: 1e-3, weightDecay: 0 }) as never, {
    state: spec,
    batch: tissueBatchSpec(2),
    corrections: { first: float32(), second: float32() },
  } as never) as unknown as { run(inputs: unknown): Promise<StepOutputs>; dispose(): Promise<void> };
  let state: unknown = { trainable: start, moments: zerosOf(spec.moments) };
  const losses: number[] = [];
  for (let step = 1; step <= 3; step++) {
    const corrections = { first: hostTensor([1 - 0.9 ** step], []), second: hostTensor([1 - 0.999 ** step], []) };
    const outputs = await program.run({ state, batch: toBatch({ ...slices, truth }), corrections });
    losses.push((await outputs.loss.read())[0]!);
    if (step > 1) disposeValues(state);
    state = outputs.state;
  }
  const { upper } = (state as StepOutputs["state"]).trainable;
  for (const [name, value] of Object.entries(upper)) {
    const now = await value.read();
    assert(now.every(Number.isFinite), name);
    assert(now.some((number, i) => number !== start.upper[name]!.data[i]), `${name} did not move`);
  }
  assert(losses[2]! < losses[0]!, `${losses}`);
  await program.dispose();
});

interface StepOutputs {
  readonly loss: { read(): Promise<Float32Array> };
  readonly state: {
    readonly trainable: {
      readonly upper: Readonly<Record<string, { read(): Promise<Float32Array> }>>;
    };
  };
}

Deno.test("trainBackbone() gives the same network for the same seed: stem and stages 1 to 3 as drawn, the others trained and measured", async () => {
  const losses: number[] = [];
  const options = { steps: 2, seed: 5, batch: 2, sizes: { pool: 32, statistics: 1 } };
  const first = await trainBackbone(engine, { ...options, onStep: (step, loss) => losses.push(step, loss) });
  const second = await trainBackbone(engine, options);
  assertEquals(first, second);
  assertEquals([losses.length, losses[0], losses[2]], [4, 1, 2]);
  const [drawn, trained] = [named(seeded.parameters), named(first.parameters)];
  assertEquals([...trained.keys()], [...drawn.keys()]);
  for (const [name, numbers] of trained) {
    assertEquals(numbers.some((value, i) => value !== drawn.get(name)![i]), isOfTrainedStages(name), name);
    if (name.endsWith("running_var")) assert(numbers.every((value) => value >= 0), name);
  }
});

Deno.test("tissueReadout(): each output compares the means of its own 160 and 160 channels, and all channels are used once", () => {
  const { weight, bias } = tissueReadout();
  assertEquals([weight.length, bias.length], [1280 * 4, 4]);
  const features = Float32Array.from({ length: 1280 }, (_, channel) => channel);
  const outputs = [0, 1, 2, 3].map((output) =>
    features.reduce((sum, value, channel) => sum + value * weight[channel * 4 + output]!, 0)
  );
  // The mean of 160 channels less that of the next 160, a quarter of it: -160 / 4.
  for (const output of outputs) assertAlmostEquals(output, -40, 1e-3);
  for (let channel = 0; channel < 1280; channel++) {
    assertEquals(weight.subarray(channel * 4, channel * 4 + 4).filter((value) => value !== 0).length, 1);
  }
});

Deno.test("scoreSlices() is Pearson's r of each output, over slices", () => {
  // r of (1, 2, 3, 5) and (2, 1, 4, 6): 0.9022 by numpy.corrcoef.
  const pairs = [[1, 2], [2, 1], [3, 4], [5, 6]] as const;
  const slices = pairs.map(([read, truth], i) => ({
    patient: `P${i % 2}`,
    read: [read, -read, read, read, read],
    truth: [truth, truth, read, truth, truth],
  }));
  const { phantoms, slices: count, tumour, lung, height } = scoreSlices(slices);
  assertEquals([phantoms, count, height], [2, 4, 1]);
  assertEquals([tumour, lung], [0.9022, -0.9022]);
});
