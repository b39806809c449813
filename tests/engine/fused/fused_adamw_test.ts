import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { InputError, sizeOf } from "@ctsurv/base/mod.ts";
import {
  adamW,
  type AdamWOptions,
  biasCorrections,
  clipGradients,
  fusedAdamW,
  type FusedAdamWOptions,
  type HostTensor,
  hostTensor,
  momentsSpec,
  tf,
  toTensors,
  zerosOf,
} from "@ctsurv/engine/mod.ts";
import oracle from "../../fixtures/training_adamw.json" with { type: "json" };
import { assertSummary } from "../../nn/backbones/assert_summary.ts";
import { hashedTensor } from "../../nn/head/hashed_head.ts";
import { summarise, type Summary } from "../../support/golden.ts";

type Named<T> = Readonly<Record<string, T>>;

const shapes: Named<readonly number[]> = oracle.shapes;
const spread: Named<number> = oracle.spread;

function mapNames<T>(make: (name: string) => T): Named<T> {
  return Object.fromEntries(Object.keys(shapes).map((name) => [name, make(name)]));
}

const startOf = () => mapNames((name) => hashedTensor(name, shapes[name]!));
const gradientsOf = (step: number) => mapNames((name) => hashedTensor(`${name}/${step}`, shapes[name]!, spread[name]));

function write(into: Named<HostTensor>, numbers: Named<HostTensor>): void {
  for (const [name, { data }] of Object.entries(numbers)) into[name]!.data.set(data);
}

for (
  const { options, parameters: expected } of oracle.cases as { options: AdamWOptions; parameters: Named<Summary> }[]
) {
  Deno.test(`fusedAdamW() is PyTorch's over 20 steps with ${JSON.stringify(options)}`, () => {
    const fused = fusedAdamW(startOf(), options);
    for (let step = 1; step <= oracle.steps; step++) {
      write(fused.gradients, gradientsOf(step));
      fused.step();
    }
    for (const [name, { data, shape }] of Object.entries(fused.parameters)) {
      assertSummary(summarise(data, shape), expected[name]!, name, 2e-6);
    }
  });
}

/** The parameters after `rates.length` steps of the readable form, op by op. */
function readable(options: FusedAdamWOptions, rates: readonly number[]): Named<Float32Array> {
  let state: { parameters: Named<tf.Tensor>; moments: ReturnType<typeof momentsOf> } = {
    parameters: toTensors(startOf()),
    moments: momentsOf(),
  };
  function momentsOf() {
    return toTensors(zerosOf(momentsSpec(startOf())));
  }
  rates.forEach((rate, i) => {
    const gradients = toTensors(gradientsOf(i + 1));
    const { first, second } = biasCorrections(i + 1, options);
    state = adamW(
      state.parameters,
      options.clipNorm === undefined ? gradients : clipGradients(gradients, options.clipNorm),
      state.moments,
      { first: tf.scalar(first), second: tf.scalar(second) },
      options,
      tf.scalar(rate),
    );
  });
  return Object.fromEntries(Object.entries(state.parameters).map(([name, p]) => [name, p.dataSync() as Float32Array]));
}

const normOf = (gradients: Named<HostTensor>) => Math.hypot(...Object.values(gradients).map(({ data }) => norm(data)));
const norm = (data: HostTensor["data"]) => Math.sqrt([...data].reduce((sum, x) => sum + x * x, 0));

for (
  const [what, options, rates] of [
    ["with clipped gradients", { learningRate: 1e-2, clipNorm: normOf(gradientsOf(1)) / 7 }, [1e-2, 1e-2, 1e-2]],
    ["with a limit that no gradient reaches", { learningRate: 1e-2, clipNorm: 1e9 }, [1e-2, 1e-2]],
    ["with a rate for each step, one of them 0", { learningRate: 1e-2, weightDecay: 0.3 }, [1e-3, 2e-2, 0, 5e-3]],
    ["without weight decay", { learningRate: 1e-2, weightDecay: 0 }, [1e-2, 1e-2]],
  ] as const
) {
  Deno.test(`fusedAdamW() ${what} is adamW()`, () => {
    const fused = fusedAdamW(startOf(), options);
    rates.forEach((rate, i) => {
      write(fused.gradients, gradientsOf(i + 1));
      fused.step(rate);
    });
    for (const [name, expected] of Object.entries(readable(options, rates))) {
      const largest = expected.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
      fused.parameters[name]!.data.forEach((x, i) =>
        assertAlmostEquals(x, expected[i]!, 1e-6 * largest, `${name} ${i}`)
      );
    }
  });
}

Deno.test("fusedAdamW() keeps parameters apart, whatever their sizes, and leaves those it was given", () => {
  const shapes = [[], [1], [3], [4], [15], [16], [17], [2, 33]];
  const start = shapes.map((shape, i) => hostTensor(new Float32Array(sizeOf(shape)).fill(i + 1), shape));
  const { parameters, gradients, step } = fusedAdamW(start, { learningRate: 0.1, weightDecay: 0 });
  assertEquals(parameters.map(({ shape }) => shape), shapes);
  gradients.forEach(({ data }, i) => data.fill(i % 2 === 0 ? 5 : 0));
  step();
  parameters.forEach(({ data }, i) => {
    for (const x of data) assertAlmostEquals(x, i % 2 === 0 ? i + 0.9 : i + 1, 1e-6);
  });
  start.forEach(({ data }, i) => assert(data.every((x) => x === i + 1)));
});

Deno.test("fusedAdamW(): a gradient of 0 leaves a parameter but for its decay", () => {
  const { parameters, step } = fusedAdamW([hostTensor([2, -4], [2])], { learningRate: 0.1, weightDecay: 0.5 });
  step();
  assertEquals([...parameters[0]!.data], [2, -4].map((x) => Math.fround(x * Math.fround(0.95))));
});

Deno.test("fusedAdamW(): NaN among the gradients does not hide, with or without a limit of their norm", () => {
  for (const limit of [{}, { clipNorm: 1 }]) {
    const { parameters, gradients, step } = fusedAdamW([hostTensor([1, 1], [2])], { learningRate: 0.1, ...limit });
    gradients[0]!.data[1] = NaN;
    step();
    assert(Number.isNaN(parameters[0]!.data[1]!));
  }
});

Deno.test("fusedAdamW() refuses a limit of 0 and numbers that are not float32", () => {
  const start = { bias: hostTensor([1], []) };
  assertThrows(() => fusedAdamW(start, { learningRate: 0.1, clipNorm: 0 }), InputError, "clipNorm is above 0, not 0");
  const whole = { bias: hostTensor(Int32Array.of(1), []) };
  assertThrows(() => fusedAdamW(whole, { learningRate: 0.1 }), TypeError, "float32 numbers, not int32");
});
