import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import * as tf from "@tensorflow/tfjs";
import oracle from "../../fixtures/deephit_losses.json" with { type: "json" };
import { createRandom, InputError } from "@ctsurv/base/mod.ts";
import {
  type DeepHitLabels,
  deepHitLoss,
  type DeepHitOptions,
  likelihoodLoss,
  rankingLoss,
} from "@ctsurv/survival/deephit/mod.ts";

tf.enableProdMode();
await tf.setBackend("cpu");

type Loss = (logits: tf.Tensor, labels: DeepHitLabels) => tf.Scalar;
interface Batch {
  readonly logits: readonly number[];
  readonly bin: readonly number[];
  readonly event: readonly number[];
  readonly weight?: readonly number[];
}

/** The loss of a batch and its gradient with respect to the logits. */
function evaluate(loss: Loss, batch: Batch): { value: number; gradient: Float32Array } {
  const patients = batch.bin.length;
  return tf.tidy(() => {
    const labels = {
      bin: tf.tensor1d([...batch.bin], "int32"),
      event: tf.tensor1d([...batch.event]),
      weight: tf.tensor1d([...batch.weight ?? Array(patients).fill(1)]),
    };
    const logits = tf.tensor2d([...batch.logits], [patients, batch.logits.length / patients]);
    const { value, grad } = tf.valueAndGrad((x) => loss(x, labels))(logits);
    return { value: value.dataSync()[0]!, gradient: grad.dataSync<"float32">() };
  });
}

const value = (loss: Loss, batch: Batch) => evaluate(loss, batch).value;
const withOptions = (options: DeepHitOptions): Loss => (logits, labels) => deepHitLoss(logits, labels, options);
const highest = (values: ArrayLike<number>) => Math.max(...Array.from(values, Math.abs));

/** Within 1e-6 of `scale`, the size of what float32 added up: the largest entry unless the sums cancel. */
function assertClose(actual: ArrayLike<number>, expected: ArrayLike<number>, scale = highest(expected)): void {
  assertEquals(actual.length, expected.length);
  for (let i = 0; i < expected.length; i++) {
    assertAlmostEquals(
      actual[i]!,
      expected[i]!,
      1e-6 * scale,
      `entry ${i}: ${actual[i]}, not ${expected[i]} (${scale})`,
    );
  }
}

/** survival.md 1.6: four patients, three bins. */
const example: Batch = {
  logits: [.2, -.4, 1, -1, .5, .3, 0, 0, 0, 1.5, -.5, -2],
  bin: [0, 1, 2, 1],
  event: [1, 1, 0, 0],
};
const pycox: DeepHitOptions = { rankReduction: "pairs/N^2", tiedCensored: true };

Deno.test("likelihoodLoss() of the worked example", () => {
  assertAlmostEquals(value(likelihoodLoss, example), 1.3965529216, 2e-7);
  const patients = [1.5245515453, 0.9739525021, 1.3862943611, 1.7014132780];
  patients.forEach((expected, i) => {
    const alone = { ...example, weight: patients.map((_, j) => Number(i === j)) };
    assertAlmostEquals(value(likelihoodLoss, alone), expected, 2e-7);
  });
});

Deno.test("rankingLoss() of the worked example, every reading", () => {
  const ranking = (options: DeepHitOptions) => value((x, labels) => rankingLoss(x, labels, options), example);
  assertAlmostEquals(ranking(pycox), 11.8871990687, 1e-5);
  assertAlmostEquals(ranking({ tiedCensored: true }), 47.5487962749, 4e-5);
  assertAlmostEquals(ranking({ rankReduction: "pairs/N^2" }), 9.6953020619, 1e-5);
  assertAlmostEquals(ranking({}), 38.7812082476, 4e-5);
  assertAlmostEquals(ranking({ ...pycox, sigma: 1 }), .3766670790, 1e-7);
  assertAlmostEquals(ranking({ rankReduction: "pairs/N^2", sigma: 1 }), .2874651944, 1e-7);
});

Deno.test("deepHitLoss() of the worked example, the paper's and pycox's reading", () => {
  assertAlmostEquals(value(deepHitLoss, example), 20.0888805846, 2e-5);
  const { value: total, gradient } = evaluate(withOptions(pycox), example);
  assertAlmostEquals(total, 6.6418759562, 7e-6);
  const expected = [
    ...[-8.2762168299, 1.2641187788, 5.1262544360, -.5007851420, -2.4004250445, 1.6665784813],
    ...[.1693810027, .0614898038, -.0529354095, 11.1042911614, -3.1269031943, -.9509279558],
  ];
  assertClose(gradient, expected);
});

Deno.test("likelihoodLoss() of 24 zero logits is the logarithm of the bins left", () => {
  const logits = Array(24).fill(0);
  const of = (bin: number, event: number) => value(likelihoodLoss, { logits, bin: [bin], event: [event] });
  for (const bin of [0, 11, 23]) assertAlmostEquals(of(bin, 1), 3.2188758249, 4e-7);
  assertAlmostEquals(of(0, 0), .0408219945, 4e-7);
  assertAlmostEquals(of(23, 0), 3.2188758249, 4e-7);
  assertEquals(of(-1, 0), 0);
});

const readings: Record<string, Loss> = {
  likelihood: likelihoodLoss,
  likelihoodNoTail: (x, labels) => likelihoodLoss(x, labels, { tail: false }),
  ranking: rankingLoss,
  rankingNoTail: (x, labels) => rankingLoss(x, labels, { tail: false }),
  rankingPycox: (x, labels) => rankingLoss(x, labels, pycox),
};
for (const [reading, loss] of Object.entries(readings)) {
  Deno.test(`${reading}: value and gradient agree with PyTorch in float64`, () => {
    let largest = 0;
    for (const batch of oracle.cases) {
      const expected = batch[reading as "likelihood"];
      const actual = evaluate(loss, batch);
      assertClose([actual.value], [expected.value]);
      // Where curves are far apart the ranking's gradient is what is left of terms as large as the loss.
      assertClose(actual.gradient, expected.gradient, Math.max(expected.value, highest(expected.gradient)));
      largest = Math.max(largest, highest(expected.gradient));
    }
    assert(largest > 0.1);
  });
}

Deno.test("deepHitLoss() has the gradient of its finite differences", () => {
  const step = 1 / 64;
  const loss = withOptions({ sigma: 1, tiedCensored: true });
  const { gradient } = evaluate(loss, example);
  gradient.forEach((slope, i) => {
    const moved = (by: number) => ({ ...example, logits: example.logits.map((x, j) => x + (i === j ? by : 0)) });
    const difference = (value(loss, moved(step)) - value(loss, moved(-step))) / (2 * step);
    assertAlmostEquals(slope, difference, 1e-4);
  });
});

Deno.test("deepHitLoss() of a padded batch is that of its patients, and padding has no gradient", () => {
  const random = createRandom(1, "padding");
  const noise = Array.from({ length: 9 }, () => random.between(-50, 50));
  // As anchor, as the later one of a pair, and without information.
  const padded = {
    logits: [...noise.slice(0, 3), ...example.logits, ...noise.slice(3)],
    bin: [0, ...example.bin, 2, -1],
    event: [1, ...example.event, 0, 0],
    weight: [0, 1, 1, 1, 1, 0, 0],
  };
  for (const options of [{}, pycox, { tail: false }]) {
    const bare = evaluate(withOptions(options), example), full = evaluate(withOptions(options), padded);
    assertAlmostEquals(full.value, bare.value, 1e-6 * bare.value);
    assertClose(full.gradient.slice(3, 15), bare.gradient);
    assert([...full.gradient.slice(0, 3), ...full.gradient.slice(15)].every((slope) => slope === 0));
  }
});

Deno.test("deepHitLoss() does not depend on the order of the patients", () => {
  const order = [2, 0, 3, 1];
  const shuffled = {
    logits: order.flatMap((i) => example.logits.slice(3 * i, 3 * i + 3)),
    bin: order.map((i) => example.bin[i]!),
    event: order.map((i) => example.event[i]!),
  };
  assertAlmostEquals(value(deepHitLoss, shuffled), value(deepHitLoss, example), 2e-5);
});

Deno.test("deepHitLoss() takes labels in either number type", () => {
  const losses = (["int32", "float32"] as const).map((type) =>
    tf.tidy(() => {
      const labels = {
        bin: tf.tensor1d([...example.bin], type),
        event: tf.tensor1d([...example.event], type),
        weight: tf.ones<tf.Rank.R1>([4], type),
      };
      return deepHitLoss(tf.tensor2d([...example.logits], [4, 3]), labels, pycox).dataSync()[0];
    })
  );
  assertEquals(losses[0], losses[1]);
});

Deno.test("likelihoodLoss() keeps its gradient where a prediction is as wrong as can be", () => {
  const logits = [50, ...Array(23).fill(-50)];
  const censored = evaluate(likelihoodLoss, { logits, bin: [0], event: [0] });
  assertAlmostEquals(censored.value, 50, 1e-5);
  assertAlmostEquals(censored.gradient[0]!, 1, 1e-6);
  const died = evaluate(likelihoodLoss, { logits, bin: [23], event: [1] });
  assertAlmostEquals(died.value, 100, 1e-5);
  assertAlmostEquals(died.gradient[23]!, -1, 1e-6);
});

Deno.test("deepHitLoss() stays finite on saturated logits, a lone patient and no comparable pair", () => {
  const saturated = { logits: [50, -50, -50, -50, -50, 50], bin: [1, 0], event: [1, 1] };
  const batches = [saturated, { logits: [0, 0, 0], bin: [-1], event: [0] }, {
    logits: [50, 50, 50],
    bin: [2],
    event: [1],
  }];
  for (const batch of batches) {
    for (const tail of [true, false]) {
      const { value, gradient } = evaluate(withOptions({ tail }), batch);
      assert(Number.isFinite(value) && gradient.every(Number.isFinite));
    }
  }
});

Deno.test("likelihoodLoss() without a tail leaves out a patient who survived the last bin", () => {
  const batch = { logits: [1, 2, 3], bin: [2], event: [0] };
  const { value, gradient } = evaluate((x, labels) => likelihoodLoss(x, labels, { tail: false }), batch);
  assertEquals(value, 0);
  assertEquals(highest(gradient), 0);
});

Deno.test("rankingLoss() compares a death with a censoring in its bin only when told to", () => {
  const batch = { logits: [1, 0, 0, 0, 1, 0], bin: [1, 1], event: [1, 0] };
  assertEquals(value(rankingLoss, batch), 0);
  assert(value((x, labels) => rankingLoss(x, labels, { tiedCensored: true }), batch) > 0);
});

Deno.test("rankingLoss() refuses a sigma that is not above 0", () => {
  for (const sigma of [0, -1, NaN]) {
    assertThrows(() => value((x, labels) => rankingLoss(x, labels, { sigma }), example), InputError, `not ${sigma}`);
  }
});
