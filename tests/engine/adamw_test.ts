import { assertAlmostEquals, assertEquals } from "@std/assert";
import oracle from "../fixtures/training_adamw.json" with { type: "json" };
import {
  adamW,
  type AdamWOptions,
  type BiasCorrections,
  biasCorrections,
  compile,
  disposeValues,
  float32,
  type HostTensor,
  hostTensor,
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
const spread: Named<number> = oracle.spread;
const spec: Named<TensorSpec> = mapNames((name) => float32(...shapes[name]!));

function mapNames<T>(make: (name: string) => T): Named<T> {
  return Object.fromEntries(Object.keys(shapes).map((name) => [name, make(name)]));
}

function toHost({ first, second }: BiasCorrections<number>): BiasCorrections<HostTensor> {
  return { first: hostTensor([first], []), second: hostTensor([second], []) };
}

for (const [name, engine] of Object.entries({ [chosen]: engineUnderTest, wasm: await wasmEngine() })) {
  for (
    const { options, parameters: expected } of oracle.cases as { options: AdamWOptions; parameters: Named<Summary> }[]
  ) {
    Deno.test(`adamW() is PyTorch's over 20 steps with ${JSON.stringify(options)} on ${name}`, async () => {
      const step = await compile(
        engine,
        ({ parameters, gradients, moments, corrections }) =>
          adamW(parameters, gradients, moments, corrections, options),
        {
          parameters: spec,
          gradients: spec,
          moments: momentsSpec(spec),
          corrections: { first: float32(), second: float32() },
        },
      );
      const run = (state: Pick<Parameters<typeof step.run>[0], "parameters" | "moments">, count: number) =>
        step.run({
          ...state,
          gradients: mapNames((name) => hashedTensor(`${name}/${count}`, shapes[name]!, spread[name])),
          corrections: toHost(biasCorrections(count, options)),
        });
      let state = await run({
        parameters: mapNames((name) => hashedTensor(name, shapes[name]!)),
        moments: zerosOf(momentsSpec(spec)),
      }, 1);
      for (let count = 2; count <= oracle.steps; count++) {
        const next = await run(state, count);
        disposeValues(state);
        state = next;
      }
      const { parameters } = await readValues(state);
      for (const [name, { data, shape }] of Object.entries(parameters)) {
        assertSummary(summarise(data, shape), expected[name]!, name, 2e-6);
      }
      await step.dispose();
    });
  }
}

Deno.test("momentsSpec() keeps parameters of more than 65,536 numbers apart and joins the others", () => {
  const joined = 7 + 12 * 5 + 1 + 3;
  const { first, second } = momentsSpec(spec);
  assertEquals(first.map(({ shape }) => shape), [[300, 256], [70000], [joined]]);
  assertEquals(second, first);
  assertEquals(momentsSpec({ a: float32(256, 256) }).first, [float32(256, 256)]);
  assertEquals(momentsSpec({ a: float32(256, 257) }).first, [float32(256, 257)]);
  assertEquals(momentsSpec({ a: float32(2, 2), b: float32() }).first, [float32(5)]);
});

Deno.test("biasCorrections() are 1 - beta^step", () => {
  assertEquals(biasCorrections(0), { first: 0, second: 0 });
  assertAlmostEquals(biasCorrections(1).first, 0.1, 1e-15);
  assertAlmostEquals(biasCorrections(1).second, 0.001, 1e-15);
  assertAlmostEquals(biasCorrections(3).first, 1 - 0.729, 1e-15);
  assertEquals(biasCorrections(2, { beta1: 0.5, beta2: 0.25 }), { first: 0.75, second: 0.9375 });
});
