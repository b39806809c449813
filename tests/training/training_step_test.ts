import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import {
  biasCorrections,
  compile,
  type Engine,
  type HostTensor,
  hostTensor,
  isSpec,
  leaves,
  momentsSpec,
  readValues,
  signatureOf,
  type Tree,
  wasmEngine,
  zerosOf,
} from "@ctsurv/engine/mod.ts";
import { dropoutSpec, initialiseHead, seededParameters, survivalHeadSpec } from "@ctsurv/nn/mod.ts";
import { type Batch, batchSpec, makeBatch, type StepOptions, trainingStep } from "@ctsurv/training/mod.ts";
import { engineUnderTest } from "../support/engine_under_test.ts";
import { assertClose } from "../engine/agreement.ts";
import { smallHead, toyPatients } from "./patients.ts";

const engine = engineUnderTest;
const patients = toyPatients(3);
const spec = survivalHeadSpec(smallHead);
const state = {
  parameters: seededParameters(spec, 1, initialiseHead),
  moments: zerosOf(momentsSpec(spec)),
};
const { first, second } = biasCorrections(1);

/** The patients in a batch of so many rows; one hidden unit in three is dropped. */
function batchOf(rows: number): Batch<HostTensor> {
  return {
    ...makeBatch(patients, { rows }),
    dropout: dropoutSpec(rows, smallHead).map(({ shape }, layer) => {
      const mask = Float32Array.from({ length: rows * smallHead.width }, (_, i) => (i + layer) % 3 === 0 ? 0 : 1.5);
      return hostTensor(mask, shape);
    }),
    corrections: { first: hostTensor([first], []), second: hostTensor([second], []) },
  };
}

async function step(engine: Engine, batch: Batch<HostTensor>, options: StepOptions = { learningRate: 0.01 }) {
  const inputs = { state, batch };
  const program = await compile(engine, trainingStep(options), signatureOf(inputs));
  const outputs = await readValues(await program.run(inputs));
  await program.dispose();
  return { loss: outputs.loss.data[0]!, numbers: numbersOf(outputs.state) };
}

function numbersOf(tree: unknown): Map<string, HostTensor> {
  const isHost = isSpec as (node: unknown) => node is HostTensor;
  return new Map(leaves(tree as Tree<HostTensor>, isHost).map(({ path, value }) => [path, value]));
}

/** The softmax over slices cancels it: its gradient is rounding, of which AdamW makes a step like any other. */
const withoutEffect = "parameters.aggregation.attention_w.bias";

function assertSameState(
  actual: ReadonlyMap<string, HostTensor>,
  expected: ReadonlyMap<string, HostTensor>,
  by: number,
) {
  assertEquals([...actual.keys()], [...expected.keys()]);
  for (const [path, value] of expected) {
    if (path !== withoutEffect) assertClose(actual.get(path)!, value, path, { tolerance: by, scale: 1e-3 });
  }
}

Deno.test("batchSpec() is the signature of a batch", () => {
  const { features } = makeBatch(patients, { rows: 4 });
  const spec = batchSpec({ patients: 4, slices: features.shape[0]!, ...smallHead });
  assertEquals(spec, signatureOf(batchOf(4)));
});

Deno.test("trainingStep() of a batch that was filled up is that of its patients", async () => {
  const [bare, padded] = [await step(engine, batchOf(3)), await step(engine, batchOf(6))];
  assertAlmostEquals(padded.loss, bare.loss, 1e-6 * bare.loss);
  assertSameState(padded.numbers, bare.numbers, 1e-5);
});

Deno.test("trainingStep() traced is trainingStep() op by op", async () => {
  const [traced, eager] = [await step(engine, batchOf(4)), await step(await wasmEngine(), batchOf(4))];
  assertAlmostEquals(traced.loss, eager.loss, 1e-6 * eager.loss);
  assertSameState(traced.numbers, eager.numbers, 1e-5);
});

Deno.test("trainingStep() moves every parameter but the bias that attention does not depend on", async () => {
  const { numbers, loss } = await step(engine, batchOf(3), { learningRate: 0.01, weightDecay: 0 });
  assert(Number.isFinite(loss) && loss > 0);
  for (const [path, before] of numbersOf({ parameters: state.parameters })) {
    const after = numbers.get(path)!.data;
    const moved = Math.max(...before.data.map((value, i) => Math.abs(after[i]! - value)));
    if (path === withoutEffect) continue;
    // The first step of AdamW is the learning rate, by the sign of the gradient.
    assertAlmostEquals(moved, 0.01, 1e-4, `${path} moved by ${moved}`);
  }
});

Deno.test("trainingStep() follows the options of the loss", async () => {
  const plain = await step(engine, batchOf(3));
  const pycox = await step(engine, batchOf(3), { learningRate: 0.01, loss: { rankReduction: "pairs/N^2" } });
  assert(pycox.loss < plain.loss);
});
