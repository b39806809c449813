import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import oracle from "../../fixtures/nn_aggregations.json" with { type: "json" };
import { InputError } from "@ctsurv/base/mod.ts";
import {
  compile,
  cpuEngine,
  type HostTensor,
  hostTensor,
  isSpec,
  leaves,
  readValues,
  signatureOf,
  tf,
  toTensors,
  type Tree,
  valueAndGradients,
  wasmEngine,
} from "@ctsurv/engine/mod.ts";
import { aggregationSpec } from "@ctsurv/nn/head/aggregation.ts";
import {
  aggregate,
  type Aggregation,
  type AggregationChoice,
  initialiseHead,
  seededParameters,
} from "@ctsurv/nn/mod.ts";
import { chosen, engineUnderTest } from "../../support/engine_under_test.ts";
import { assertClose } from "../../engine/agreement.ts";
import { summarise, type Summary } from "../../support/golden.ts";
import { assertSummary } from "../backbones/assert_summary.ts";
import { hashedNamed } from "../hashed_named.ts";
import { hashedTensor } from "./hashed_head.ts";

const { features, slices: counts } = oracle;
const choices = oracle.choices as Record<keyof typeof oracle.choices, AggregationChoice>;
const names = Object.keys(choices) as (keyof typeof choices)[];
const owners = counts.flatMap((count, patient) => Array<number>(count).fill(patient));

/** [patients, slices]; `null` is a slice of nobody. */
function membershipOf(owners: readonly (number | null)[], patients: number): HostTensor {
  const entries = Array.from({ length: patients }, (_, i) => owners.map((owner) => Number(owner === i)));
  return hostTensor(entries.flat(), [patients, owners.length]);
}

function parametersOf(name: keyof typeof choices): Aggregation<HostTensor> {
  return hashedNamed(aggregationSpec(choices[name], features)) as Aggregation<HostTensor>;
}

/** On the spot, without an engine. */
function aggregated(
  name: keyof typeof choices,
  rows: readonly ArrayLike<number>[],
  whose: (number | null)[],
  patients: number,
) {
  return tf.tidy(() => {
    const { patient: pooled, weights } = aggregate(
      tf.tensor2d(rows.map((row) => Array.from(row))),
      toTensors(membershipOf(whose, patients)) as unknown as tf.Tensor2D,
      toTensors(parametersOf(name)),
    );
    return { pooled: pooled.arraySync(), weights: weights.arraySync() };
  });
}

const drawSlices = (count: number, seed = count) =>
  Array.from({ length: count }, (_, i) => hashedTensor(`slice/${seed}/${i}`, [features]).data);
const alone = (name: keyof typeof choices, rows: readonly ArrayLike<number>[]) => {
  const { pooled, weights } = aggregated(name, rows, rows.map(() => 0), 1);
  return { pooled: pooled[0]!, weights: weights[0]! };
};

function assertNumbers(actual: readonly number[], expected: readonly number[], tolerance = 2e-6): void {
  assertEquals(actual.length, expected.length);
  actual.forEach((value, i) => assertAlmostEquals(value, expected[i]!, tolerance));
}

const engines = { [chosen]: engineUnderTest, wasm: await wasmEngine(), cpu: cpuEngine() };
for (const [engineName, engine] of Object.entries(engines)) {
  for (const name of names) {
    Deno.test(`aggregate() agrees with PyTorch on ${engineName}, gradients included: ${name}`, async () => {
      const expected = oracle.results[name];
      const inputs = {
        slices: hashedTensor("slices", [owners.length, features]),
        membership: membershipOf(owners, counts.length),
        parameters: parametersOf(name),
        towards: hashedTensor("towards", [counts.length, features]),
      };
      const program = await compile(engine, ({ slices, membership, parameters, towards }) => {
        const run = (trained: { slices: tf.Tensor; parameters: typeof parameters }) =>
          aggregate(trained.slices as tf.Tensor2D, membership as tf.Tensor2D, trained.parameters);
        const loss = (trained: Parameters<typeof run>[0]) => tf.sum(tf.mul(run(trained).patient, towards));
        return { ...run({ slices, parameters }), ...valueAndGradients(loss, { slices, parameters }) };
      }, signatureOf(inputs));
      const { patient: pooled, weights, gradients } = await readValues(await program.run(inputs));
      await program.dispose();
      assertClose(pooled, hostTensor(expected.pooled, [counts.length, features]), "pooled", { tolerance: 1e-5 });
      const own = owners.map((owner, k) => weights.data[owner * owners.length + k]!);
      assertClose(hostTensor(own, [own.length]), hostTensor(expected.weights, [own.length]), "weights");
      assertAlmostEquals([...weights.data].reduce((a, b) => a + b), counts.length, 1e-5);
      assertSummary(summarise(gradients.slices.data, gradients.slices.shape), expected.slicesGradient, "slices");
      const found = leaves(
        gradients.parameters as unknown as Tree<HostTensor>,
        isSpec as (n: unknown) => n is HostTensor,
      );
      const wanted = expected.gradients as Record<string, Summary>;
      assertEquals(found.map(({ path }) => path).sort(), Object.keys(wanted).sort());
      for (const { path, value: { data } } of found) {
        const { min, max, shape } = wanted[path]!;
        // A constant added to all scores changes nothing: such gradients are sums that cancel.
        assertSummary(summarise(data, shape), wanted[path]!, path, 1e-5 * Math.max(-min, max, 0.1));
      }
    });
  }
}

for (const name of names) {
  Deno.test(`aggregate() of a batch is that of each patient alone: ${name}`, () => {
    const patients = [4, 1, 7].map((count) => drawSlices(count));
    // Between them slices of nobody, however large; and a row of padding.
    const nobody = drawSlices(1, 99)[0]!.map((x) => 100 * x);
    const { pooled, weights } = aggregated(
      name,
      [nobody, ...patients.flatMap((own) => [...own, nobody])],
      [null, ...patients.flatMap((own, patient) => [...own.map(() => patient), null])],
      4,
    );
    let at = 1;
    patients.forEach((own, patient) => {
      const expected = alone(name, own);
      assertNumbers(pooled[patient]!, expected.pooled);
      assertNumbers(weights[patient]!.slice(at, at + own.length), expected.weights);
      assertAlmostEquals(weights[patient]!.reduce((a, b) => a + b), 1, 1e-6);
      at += own.length + 1;
    });
    assert(pooled[3]!.every(Number.isFinite));
    assertEquals(weights[3]!, weights[3]!.map(() => 0));
  });

  Deno.test(`aggregate() of one slice gives it all the weight: ${name}`, () => {
    const [slice] = drawSlices(1);
    const { pooled, weights } = alone(name, [slice!]);
    assertNumbers(weights, [1], 1e-6);
    if (choices[name].kind !== "self-attention") assertNumbers(pooled, [...slice!], 1e-6);
  });

  Deno.test(`aggregate() ${name === "sequence" ? "depends" : "does not depend"} on the order of slices: ${name}`, () => {
    const slices = drawSlices(6);
    const straight = alone(name, slices), reversed = alone(name, slices.toReversed());
    const apart = Math.max(...straight.pooled.map((x, i) => Math.abs(x - reversed.pooled[i]!)));
    if (name === "sequence") assert(apart > 0.05);
    else {
      assert(apart < 2e-6);
      assertNumbers(reversed.weights, straight.weights.toReversed());
    }
  });
}

Deno.test("aggregationSpec() has the sizes that its documentation states", () => {
  const count = (choice?: AggregationChoice) =>
    leaves(aggregationSpec(choice) as unknown as Tree<HostTensor>, isSpec as (n: unknown) => n is HostTensor)
      .reduce((sum, { value: { shape } }) => sum + shape.reduce((a, b) => a * b, 1), 0);
  assertEquals(count(), 65_921);
  assertEquals(count({ kind: "average" }), 0);
  assertEquals(count({ kind: "linear" }), 257);
  assertEquals(count({ kind: "mlp" }), 49_537);
  assertEquals(count({ kind: "self-attention" }), 792_320);
  assertEquals(count({ kind: "self-attention", positions: "sinusoidal" }), 792_321);
});

Deno.test("aggregationSpec() refuses heads that do not divide the features, and no layers", () => {
  assertThrows(() => aggregationSpec({ kind: "self-attention", heads: 3 }), InputError, "3 attention heads");
  assertThrows(() => aggregationSpec({ kind: "self-attention", layers: 0 }), InputError, "at least one layer");
});

Deno.test("initialiseHead() starts self-attention with scales of 1, biases of 0 and weights within 1 / sqrt(in)", () => {
  const spec = aggregationSpec({ kind: "self-attention", positions: "sinusoidal", layers: 1 }, 16);
  const parameters = seededParameters(spec, 1, initialiseHead) as unknown as Tree<HostTensor>;
  for (const { path, value: { data, shape } } of leaves(parameters, isSpec as (n: unknown) => n is HostTensor)) {
    const largest = Math.max(...Array.from(data, Math.abs));
    if (path.endsWith("bias")) assertEquals(largest, 0, path);
    else if (shape.length === 1) assertEquals([...data], Array(data.length).fill(1), path);
    else assert(largest <= 0.25 && largest > 0.2, path);
  }
});
