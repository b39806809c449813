import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { createRandom } from "@ctsurv/base/mod.ts";
import {
  type HostTensor,
  hostTensor,
  isSpec,
  leaves,
  tf,
  toTensors,
  type Tree,
  wasmEngine,
} from "@ctsurv/engine/mod.ts";
import { gatedAttentionSpec } from "@ctsurv/nn/head/soft_attention.ts";
import { type GatedAttention, gatedAttention, seededParameters } from "@ctsurv/nn/mod.ts";
import { chosen, engineUnderTest } from "../../support/engine_under_test.ts";
import { assertClose, evaluate, normal } from "../../engine/agreement.ts";

/** What attention gives, as numbers. */
interface Attention {
  readonly pooled: number[][];
  readonly weights: number[][];
}

const [features, hidden] = [6, 5];
const random = createRandom(3, "attention");
const parameters = seededParameters(gatedAttentionSpec(features, hidden), 3, (random, shape) => {
  return Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => random.normal());
});
const slicesOf = (count: number) => Array.from({ length: count }, () => drawRow());

function drawRow(): number[] {
  return Array.from({ length: features }, () => Math.fround(random.normal()));
}

/** Patients laid one after the other; `null` is a slice of nobody. */
function attend(
  slices: readonly (readonly number[])[],
  owners: readonly (number | null)[],
  patients: number,
  head: GatedAttention<HostTensor> = parameters,
): Attention {
  return tf.tidy(() => {
    const membership = Array.from(
      { length: patients },
      (_, patient) => owners.map((owner) => Number(owner === patient)),
    );
    const { patient: pooled, weights } = gatedAttention(
      tf.tensor2d(slices.map((row) => [...row])),
      tf.tensor2d(membership),
      toTensors(head),
    );
    return { pooled: pooled.arraySync(), weights: weights.arraySync() };
  });
}

/** One patient's. */
function attendAlone(slices: readonly (readonly number[])[], head?: GatedAttention<HostTensor>) {
  const { pooled: [pooled], weights: [weights] } = attend(slices, slices.map(() => 0), 1, head);
  return { pooled: pooled!, weights: weights! };
}

function assertNumbers(actual: readonly number[], expected: readonly number[], tolerance = 1e-6): void {
  assertEquals(actual.length, expected.length);
  actual.forEach((value, i) => assertAlmostEquals(value, expected[i]!, tolerance, `entry ${i} of ${actual}`));
}

const engines = { [chosen]: engineUnderTest, wasm: await wasmEngine() };
for (const [name, engine] of Object.entries(engines)) {
  Deno.test(`gatedAttention() of the worked example of survival.md 4.1 on ${name}`, async () => {
    const rows = [[1, 0], [0, 1], [.5, -1]];
    const example = [
      hostTensor([.5, -.3, .2, .8], [2, 2]),
      hostTensor([1, .5, -.4, .6], [2, 2]),
      hostTensor([1, -2], [1, 2]),
      hostTensor([0, 0], [2]),
      hostTensor([0], [1]),
    ];
    const attention = (inputs: readonly tf.Tensor[]) => {
      const [slices, membership, v, u, w, none, nought] = inputs as [tf.Tensor2D, tf.Tensor2D, ...tf.Tensor[]];
      const { patient: pooled, weights } = gatedAttention(slices, membership, {
        attention_V: { weight: v!, bias: none! },
        attention_U: { weight: u!, bias: none! },
        attention_w: { weight: w!, bias: nought! },
      });
      return [weights, pooled];
    };
    const slices = hostTensor(rows.flat(), [3, 2]);
    const masks = hostTensor([1, 1, 1, 1, 1, 0], [2, 3]);
    const [weights, pooled] = await evaluate(engine, attention, [slices, masks, ...example]);
    const expected = [.3499986351, .1035136549, .54648771, .7717511583, .2282488417, 0];
    assertNumbers([...weights!.data], expected, 2e-7);
    assertEquals(weights!.data[5], 0);
    assertNumbers([...pooled!.data], [.6232424901, -.4429740551, .7717511583, .2282488417], 2e-7);
  });
}

Deno.test("gatedAttentionSpec() has 65,921 numbers for embeddings of 256", () => {
  const sizes = leaves(gatedAttentionSpec() as unknown as Tree<HostTensor>, isSpec as (n: unknown) => n is HostTensor)
    .map(({ value: { shape } }) => shape.reduce((a, b) => a * b, 1));
  assertEquals(sizes.reduce((a, b) => a + b), 65_921);
});

Deno.test("gatedAttention() of a single slice is that slice", () => {
  const [slice] = slicesOf(1) as [number[]];
  assertEquals(attendAlone([slice]), { pooled: slice, weights: [1] });
});

Deno.test("gatedAttention() with w = 0 is the mean", () => {
  const slices = slicesOf(7);
  const zero = hostTensor(new Float32Array(hidden), [1, hidden]);
  const { pooled, weights } = attendAlone(slices, {
    ...parameters,
    attention_w: { ...parameters.attention_w, weight: zero },
  });
  assertNumbers(weights, weights.map(() => 1 / 7), 1e-7);
  assertNumbers(pooled, pooled.map((_, i) => slices.reduce((sum, row) => sum + row[i]! / 7, 0)));
});

Deno.test("gatedAttention() follows the slices, in whatever order they come", () => {
  const slices = slicesOf(9);
  const order = random.shuffle(slices.map((_, i) => i));
  assert(order.some((from, to) => from !== to));
  const straight = attendAlone(slices), shuffled = attendAlone(order.map((i) => slices[i]!));
  assert(Math.max(...straight.weights) > 0.2);
  assertNumbers(shuffled.pooled, straight.pooled);
  assertNumbers(shuffled.weights, order.map((i) => straight.weights[i]!));
});

Deno.test("gatedAttention() of a batch is that of each patient alone, whatever their numbers of slices", () => {
  const patients = [4, 1, 7].map(slicesOf);
  // Interleaved with slices of nobody, however large, and with a row of padding.
  const nobody = drawRow().map((x) => 100 * x);
  const slices = [nobody, ...patients.flatMap((own) => [...own, nobody])];
  const owners = [null, ...patients.flatMap((own, patient) => [...own.map(() => patient), null])];
  const { pooled, weights } = attend(slices, owners, 4);
  patients.forEach((own, patient) => {
    const alone = attendAlone(own);
    assertNumbers(pooled[patient]!, alone.pooled);
    assertNumbers(weights[patient]!.filter((_, k) => owners[k] === patient), alone.weights);
    assert(weights[patient]!.every((weight, k) => owners[k] === patient || weight === 0));
  });
  assertEquals([...new Set([...pooled[3]!, ...weights[3]!])], [0]);
});

Deno.test("gatedAttention() has no gradient by slices of nobody, nor from a row of padding", () => {
  tf.tidy(() => {
    const membership = tf.tensor2d([[1, 0, 1], [0, 0, 0]]);
    const gradient = tf.grad((slices: tf.Tensor) => {
      const { patient: pooled } = gatedAttention(slices as tf.Tensor2D, membership, toTensors(parameters));
      return tf.sum(tf.square(pooled));
    })(tf.tensor2d(slicesOf(3)));
    const [first, nobody, last] = gradient.arraySync() as number[][];
    assertEquals([...new Set(nobody!.map(Math.abs))], [0]);
    assert([...first!, ...last!].every((slope) => Number.isFinite(slope) && slope !== 0));
  });
});

Deno.test("gatedAttention() stays finite on scores far apart", () => {
  const large = slicesOf(4).map((row) => row.map((x) => 1e4 * x));
  const head = { ...parameters, attention_w: { ...parameters.attention_w, weight: normal(1, hidden) } };
  const scaled = head.attention_w.weight.data.map((x) => 1e6 * x) as Float32Array;
  const { weights, pooled } = attendAlone(large, {
    ...head,
    attention_w: { ...head.attention_w, weight: hostTensor(scaled, [1, hidden]) },
  });
  assertAlmostEquals(weights.reduce((a, b) => a + b), 1, 1e-6);
  assert(pooled.every(Number.isFinite));
});

Deno.test("gatedAttention() has the gradients of its finite differences by every parameter and slice", async () => {
  const flat = leaves(parameters as unknown as Tree<HostTensor>, isSpec as (n: unknown) => n is HostTensor);
  const membership = tf.tensor2d([[1, 1, 1, 0, 0], [0, 0, 0, 1, 1]]);
  const direction = toTensors(normal(2, features));
  const loss = (slices: tf.Tensor, ...[vw, vb, uw, ub, ww, wb]: tf.Tensor[]) => {
    const { patient: pooled } = gatedAttention(slices as tf.Tensor2D, membership, {
      attention_V: { weight: vw!, bias: vb! },
      attention_U: { weight: uw!, bias: ub! },
      attention_w: { weight: ww!, bias: wb! },
    });
    return tf.sum(tf.mul(pooled, direction));
  };
  const inputs = [normal(5, features), ...flat.map(({ value }) => value)];
  const gradients = await evaluate(engineUnderTest, (xs) => tf.grads(loss)([...xs]), inputs);
  const step = 1 / 64;
  const at = (moved: readonly HostTensor[]) => tf.tidy(() => loss(...toTensors(moved) as [tf.Tensor]).dataSync()[0]!);
  inputs.forEach((input, n) => {
    const difference = Float32Array.from(input.data, (_, i) => {
      const moved = (by: number) =>
        inputs.with(n, hostTensor(Float32Array.from(input.data, (x, j) => i === j ? x + by : x), input.shape));
      return (at(moved(step)) - at(moved(-step))) / (2 * step);
    });
    assertClose(gradients[n]!, hostTensor(difference, input.shape), ["slices", ...flat.map(({ path }) => path)][n]!, {
      tolerance: 2e-3,
      scale: 0.1,
    });
  });
});
