import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import oracle from "../fixtures/training_schedules.json" with { type: "json" };
import {
  adamW,
  biasCorrections,
  clipGradients,
  compile,
  disposeValues,
  float32,
  type HostTensor,
  hostTensor,
  learningRateAt,
  type LearningRateSchedule,
  momentsSpec,
  readValues,
  type TensorSpec,
  wasmEngine,
  zerosOf,
} from "@ctsurv/engine/mod.ts";
import { chosen, engineUnderTest } from "../support/engine_under_test.ts";
import { assertSummary } from "../nn/backbones/assert_summary.ts";
import { hashedTensor } from "../nn/head/hashed_head.ts";
import { summarise, type Summary } from "../support/golden.ts";

type Named<T> = Readonly<Record<string, T>>;

const shapes: Named<readonly number[]> = oracle.shapes;
const mapNames = <T>(make: (name: string) => T): Named<T> =>
  Object.fromEntries(Object.keys(shapes).map((name) => [name, make(name)]));
const spec: Named<TensorSpec> = mapNames((name) => float32(...shapes[name]!));
const { rate } = oracle;

Deno.test("learningRateAt(): cosine is PyTorch's CosineAnnealingLR over all steps", () => {
  const steps = oracle.cosine.length;
  oracle.cosine.forEach((expected, i) => {
    const place = { step: i + 1, steps, epoch: 1 };
    assertAlmostEquals(learningRateAt({ kind: "cosine" }, rate, place), expected, 1e-12);
  });
});

const authors: LearningRateSchedule = { kind: "warm restarts", warmUp: 5, period: 10, factor: 2, lowest: 1e-6 };

Deno.test("learningRateAt(): warm restarts with a warm-up are what PyTorch's schedulers do in the authors' loop", () => {
  const found = oracle.restarts.map((_, i) => learningRateAt(authors, rate, { step: 1, steps: 1, epoch: i + 1 }));
  found.forEach((value, i) => assertAlmostEquals(value, oracle.restarts[i]!, 1e-12, `epoch ${i + 1}`));
  // Restarts after 10 and 20 more epochs.
  assertEquals(found.flatMap((value, i) => Math.abs(value - rate) < 1e-12 ? [i + 1] : []), [15, 35, 75]);
});

Deno.test("learningRateAt(): a constant rate does not change, and restarts need no warm-up", () => {
  for (const step of [1, 7, 100]) {
    assertEquals(learningRateAt({ kind: "constant" }, 0.3, { step, steps: 100, epoch: step }), 0.3);
  }
  const cold: LearningRateSchedule = { kind: "warm restarts", warmUp: 0, period: 4, factor: 1, lowest: 0 };
  const found = [1, 2, 3, 4, 5].map((epoch) => learningRateAt(cold, 1, { step: 1, steps: 1, epoch }));
  [1, 0.5 + Math.SQRT1_2 / 2, 0.5, 0.5 - Math.SQRT1_2 / 2, 1].forEach((expected, i) =>
    assertAlmostEquals(found[i]!, expected, 1e-12)
  );
});

const toScalar = (number: number) => hostTensor([number], []);

for (const [name, engine] of Object.entries({ [chosen]: engineUnderTest, wasm: await wasmEngine() })) {
  for (const { norm, total, gradients: expected } of oracle.clipped) {
    Deno.test(`clipGradients() at ${norm} is PyTorch's clip_grad_norm_ on ${name}`, async () => {
      const clip = await compile(engine, ({ gradients }) => clipGradients(gradients, norm), { gradients: spec });
      const outputs = await readValues(
        await clip.run({ gradients: mapNames((name) => hashedTensor(name, shapes[name]!)) }),
      );
      for (const [name, { data, shape }] of Object.entries(outputs as Named<HostTensor>)) {
        const wanted = (expected as Named<Summary>)[name]!;
        assertSummary(summarise(data, shape), wanted, name, 2e-5 * Math.max(-wanted.min, wanted.max, 0.01));
      }
      const squares = Object.values(outputs as Named<HostTensor>).flatMap(({ data }) => [...data].map((g) => g * g));
      assertAlmostEquals(
        Math.sqrt(squares.reduce((a, b) => a + b)),
        Math.min(norm, total),
        1e-3 * Math.min(norm, total),
      );
      await clip.dispose();
    });
  }

  Deno.test(`adamW() with the rates of a schedule is PyTorch's on ${name}`, async () => {
    const options = { learningRate: rate, weightDecay: 0.1 };
    const step = await compile(
      engine,
      ({ parameters, gradients, moments, corrections, learningRate }) =>
        adamW(parameters, gradients, moments, corrections, options, learningRate),
      {
        parameters: spec,
        gradients: spec,
        moments: momentsSpec(spec),
        corrections: { first: float32(), second: float32() },
        learningRate: float32(),
      },
    );
    const run = (state: Pick<Parameters<typeof step.run>[0], "parameters" | "moments">, count: number) => {
      const { first, second } = biasCorrections(count);
      const place = { step: count, steps: oracle.cosine.length, epoch: 1 };
      return step.run({
        ...state,
        gradients: mapNames((name) => hashedTensor(`${name}/${count}`, shapes[name]!)),
        corrections: { first: toScalar(first), second: toScalar(second) },
        learningRate: toScalar(learningRateAt({ kind: "cosine" }, rate, place)),
      });
    };
    const parameters = mapNames((name) => hashedTensor(name, shapes[name]!));
    let state = await run({ parameters, moments: zerosOf(momentsSpec(spec)) }, 1);
    for (let count = 2; count <= oracle.steps; count++) {
      const next = await run(state, count);
      disposeValues(state);
      state = next;
    }
    const after = await readValues(state);
    for (const [name, { data, shape }] of Object.entries(after.parameters)) {
      assertSummary(summarise(data, shape), (oracle.adamw as Named<Summary>)[name]!, name, 2e-6);
    }
    assert(Object.keys(after.parameters).length > 0);
    await step.dispose();
  });
}
