import { fileURLToPath } from "node:url";
import { assert, assertAlmostEquals, assertEquals, assertNotEquals } from "@std/assert";
import { createRandom } from "@ctsurv/base/mod.ts";
import {
  biasCorrections,
  compile,
  type Engine,
  type HostTensor,
  hostTensor,
  isSpec,
  learningRateAt,
  leaves,
  momentsSpec,
  readValues,
  signatureOf,
  type Tree,
  wasmEngine,
  zerosOf,
} from "@ctsurv/engine/mod.ts";
import { dropoutSpec, initialHead, survivalHeadSpec } from "@ctsurv/nn/mod.ts";
import { makeBatch, type TrainingState, trainingStep, type TrainOptions } from "@ctsurv/training/mod.ts";
import { engineUnderTest } from "../support/engine_under_test.ts";
import { assertClose } from "../engine/agreement.ts";
import { dropoutMask, trainingRows } from "@ctsurv/training/_batch_memory.ts";
import { headOptimiser } from "@ctsurv/training/head_optimiser.ts";
import { lockedRun } from "../support/locked_run.ts";
import { quickly, smallHead, toyPatients } from "./patients.ts";

const engine = engineUnderTest;
const patients = toyPatients(8);

Deno.test("dropoutMask() leaves out the share of units asked for, and scales the others to a mean of 1", () => {
  for (const probability of [0.1, 0.2, 0.5, 0.8]) {
    const mask = dropoutMask(createRandom(1, "mask"), [200, 100], probability);
    assertEquals(mask.shape, [200, 100]);
    const data = [...mask.data];
    const kept = Math.fround(1 / (1 - probability));
    assertEquals([...new Set(data)].sort((a, b) => a - b), [0, kept]);
    // Four standard errors of a share of 20,000 units.
    const tolerance = 4 * Math.sqrt(probability * (1 - probability) / data.length);
    const zeros = data.filter((value) => value === 0).length;
    assertAlmostEquals(zeros / data.length, probability, tolerance);
    assertAlmostEquals(data.reduce((sum, value) => sum + value, 0) / data.length, 1, tolerance * kept);
  }
});

Deno.test("dropoutMask() leaves out none at probability 0, and all at 1", () => {
  assertEquals([...dropoutMask(createRandom(1, "mask"), [2, 3], 0).data], [1, 1, 1, 1, 1, 1]);
  assertEquals([...dropoutMask(createRandom(1, "mask"), [2, 3], 1).data], [0, 0, 0, 0, 0, 0]);
});

Deno.test("dropoutMask() draws every patient's units by themselves", () => {
  const { data } = dropoutMask(createRandom(1, "mask"), [4, 50], 0.5);
  const rows = [0, 1, 2, 3].map((row) => data.slice(50 * row, 50 * (row + 1)).join());
  assertEquals(new Set(rows).size, 4);
});

Deno.test("trainingRows() fills up by less than 4 rows where there are few, and by less than 32 where there are many", () => {
  assertEquals([1, 4, 20, 29, 32].map(trainingRows), [4, 4, 20, 32, 32]);
  assertEquals([33, 64, 65, 128, 129, 280, 512].map(trainingRows), [40, 64, 80, 128, 160, 288, 512]);
});

/** The loss of the first step on one patient, who died in the first month. */
async function firstLoss(dropout: number, features: Float32Array): Promise<number> {
  const optimiser = headOptimiser(engine, smallHead, { ...quickly, batchSize: 1, dropout });
  const head = optimiser.begin();
  const slices = features.length / smallHead.backboneFeatures;
  const { loss } = await head.step([{ id: "one", features, slices, followUp: { months: 0.5, event: 1 } }]);
  await head.finish();
  await optimiser.dispose();
  return loss;
}

Deno.test("headOptimiser() applies its dropout: without any hidden unit the odds are even, whatever the features", async () => {
  const [one, other] = patients.map(({ features }) => features) as [Float32Array, Float32Array];
  // 24 months and the tail are equally likely; the likelihood has a weight of 0.5, and there are no pairs to rank.
  const even = 0.5 * Math.log(25);
  for (const features of [one, other]) assertAlmostEquals(await firstLoss(1, features), even, 1e-5);
  const withAll = [await firstLoss(0, one), await firstLoss(0, other)];
  assert(withAll.every((loss) => Math.abs(loss - even) > 1e-4) && withAll[0] !== withAll[1], `${withAll}`);
});

/** The engine, and the masks of every step that it is given. */
function recordingEngine() {
  const masks: HostTensor[][] = [];
  const recording: Engine = {
    ...engine,
    async prepare(...args) {
      const program = await engine.prepare(...args);
      return {
        ...program,
        bind(inputs, outputs) {
          const { batch } = inputs as unknown as { readonly batch: { readonly dropout: readonly HostTensor[] } };
          const run = program.bind(inputs, outputs);
          return () => {
            masks.push(batch.dropout.map(({ data, shape }) => hostTensor(data.slice(), shape)));
            return run();
          };
        },
      };
    },
  };
  return { recording, masks };
}

/** The masks of so many steps of an optimisation. */
async function masksOf({ seed, dropout, steps }: { seed: number; dropout: number; steps: number }) {
  const { recording, masks } = recordingEngine();
  const optimiser = headOptimiser(recording, smallHead, { ...quickly, dropout, seed });
  const head = optimiser.begin();
  for (let step = 0; step < steps; step++) await head.step(patients.slice(0, 4));
  await head.finish();
  await optimiser.dispose();
  return masks;
}

Deno.test("headOptimiser() gives every layer of every step a dropout mask of its own, the same ones from one seed", async () => {
  const masks = await masksOf({ seed: 5, dropout: 0.3, steps: 3 });
  assertEquals(masks.map((layers) => layers.map(({ shape }) => shape)), Array(3).fill(Array(2).fill([4, 20])));
  const all = masks.flat();
  assertEquals(new Set(all.map(({ data }) => data.join())).size, 6, "a mask comes again in another layer or step");
  const numbers = all.flatMap(({ data }) => [...data]);
  assertEquals([...new Set(numbers)].sort((a, b) => a - b), [0, Math.fround(1 / 0.7)]);
  assertAlmostEquals(numbers.filter((value) => value === 0).length / numbers.length, 0.3, 0.1);
  assertEquals(await masksOf({ seed: 5, dropout: 0.3, steps: 3 }), masks);
  assertNotEquals(await masksOf({ seed: 6, dropout: 0.3, steps: 3 }), masks);
});

/** The parameters after steps of `trainingStep`, in which AdamW is traced too; nothing is dropped. */
async function tracedSteps(batches: readonly (typeof patients)[], options: TrainOptions) {
  const spec = survivalHeadSpec(smallHead);
  const start: TrainingState<HostTensor> = {
    parameters: initialHead(spec, options.seed, "looks-linear"),
    moments: zerosOf(momentsSpec(spec)),
  };
  let state = start;
  for (const [i, batch] of batches.entries()) {
    const { first, second } = biasCorrections(i + 1);
    const inputs = {
      state,
      batch: {
        ...makeBatch(batch, { rows: options.batchSize }),
        dropout: dropoutSpec(options.batchSize, smallHead).map(({ shape }) =>
          dropoutMask(createRandom(1, "none"), shape as [number, number], 0)
        ),
        corrections: { first: hostTensor([first], []), second: hostTensor([second], []) },
        learningRate: hostTensor([learningRateAt(options.schedule!, options.learningRate, place(i, batches))], []),
      },
    };
    const program = await compile(engine, trainingStep(options), signatureOf(inputs));
    state = (await readValues(await program.run(inputs))).state as TrainingState<HostTensor>;
    await program.dispose();
  }
  return state.parameters;
}

const place = (i: number, { length }: readonly unknown[]) => ({ step: i + 1, steps: length, epoch: 1 });

for (const other of [engine, await wasmEngine()]) {
  Deno.test(`headOptimiser() does on ${other.name} what trainingStep() does, with batches of many and of few slices`, async () => {
    const options: TrainOptions = { ...quickly, dropout: 0, clipNorm: 0.5, schedule: { kind: "cosine" } };
    const many = toyPatients(20).filter(({ slices }) => slices > 8).slice(0, 4);
    // Two sizes, the first of them again, and a batch that is not full.
    const batches = [many, patients.slice(0, 1), many.toReversed(), patients.slice(2, 4)];
    const optimiser = headOptimiser(other, smallHead, options);
    const head = optimiser.begin();
    for (const [i, batch] of batches.entries()) await head.step(batch, place(i, batches));
    const actual = await head.finish();
    await optimiser.dispose();
    const expected = await tracedSteps(batches, options);
    const isHost = isSpec as (node: unknown) => node is HostTensor;
    const [ours, theirs] = [actual, expected].map((tree) => leaves(tree as unknown as Tree<HostTensor>, isHost));
    for (const [i, { path, value }] of theirs!.entries()) {
      // The softmax over slices cancels this bias: its gradient is rounding, of which AdamW makes a step like any other.
      if (path === "aggregation.attention_w.bias") continue;
      assertClose(ours![i]!.value, value, path, { tolerance: 1e-4, scale: 1e-3 });
    }
  });
}

Deno.test("headOptimiser(): two heads in training at the same time do not touch each other", async () => {
  const optimiser = headOptimiser(engine, smallHead, quickly);
  const alone = optimiser.begin();
  for (let step = 0; step < 3; step++) await alone.step(patients.slice(0, 4));
  const [one, other] = [optimiser.begin(), optimiser.begin()];
  for (let step = 0; step < 3; step++) {
    await one.step(patients.slice(0, 4));
    await other.step(patients.slice(4, 8));
  }
  assertEquals(await one.finish(), await alone.finish());
  assertNotEquals(await other.finish(), await alone.finish());
  await optimiser.dispose();
});

Deno.test("headOptimiser(): parameters() are those of their moment; later steps do not change them", async () => {
  const optimiser = headOptimiser(engine, smallHead, quickly);
  const head = optimiser.begin();
  const before = await head.parameters();
  const copy = structuredClone(before);
  await head.step(patients.slice(0, 4));
  assertEquals(before, copy);
  assertNotEquals(await head.finish(), copy);
  await optimiser.dispose();
});

Deno.test("headOptimiser(): memory does not grow with steps, nor with heads", async () => {
  // In a process of its own: tests that run side by side share theirs.
  const script = fileURLToPath(new URL("./_memory_of_heads.ts", import.meta.url));
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), { args: lockedRun(script) }).output();
  assert(success, new TextDecoder().decode(stderr));
  const grown = Number(new TextDecoder().decode(stdout));
  // Keeping the 2 MB of gradients of each of these 300 steps would take 600 MB, keeping the 8 MB of each head 240 MB.
  assert(grown < 120, `${grown.toFixed(1)} MB more`);
});
