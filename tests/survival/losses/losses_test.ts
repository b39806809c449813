import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import * as tf from "@tensorflow/tfjs";
import oracle from "../../fixtures/survival_losses.json" with { type: "json" };
import { createRandom } from "@ctsurv/base/mod.ts";
import { binLabel } from "@ctsurv/survival/deephit/mod.ts";
import { coxLoss, crossEntropyLoss, survivalLoss } from "@ctsurv/survival/losses/mod.ts";
import { survivalLosses, type SurvivalLossName } from "@ctsurv/survival/mod.ts";

tf.enableProdMode();
await tf.setBackend("cpu");

interface Batch {
  readonly months: readonly number[];
  readonly event: readonly number[];
  readonly bin: readonly number[];
  readonly weight?: readonly number[];
}

const others = ["logistic-hazard", "mtlr", "pc-hazard", "cox", "cross-entropy"] as const;
const outputsOf = (kind: SurvivalLossName, { outputs, single }: { outputs: number[]; single: number[] }) =>
  survivalLosses[kind].outputs === 1 ? single : outputs;

/** The loss of a batch, and its gradient by the outputs. */
function evaluate(kind: SurvivalLossName, outputs: readonly number[], batch: Batch) {
  const patients = batch.bin.length;
  return tf.tidy(() => {
    const vector = (numbers: readonly number[]) => tf.tensor1d([...numbers]);
    const labels = {
      bin: vector(batch.bin),
      event: vector(batch.event),
      weight: vector(batch.weight ?? Array(patients).fill(1)),
      months: vector(batch.months),
    };
    const x = tf.tensor2d([...outputs], [patients, outputs.length / patients]);
    const { value, grad } = tf.valueAndGrad((x) => survivalLoss(x, labels, { kind }))(x);
    return { value: value.dataSync()[0]!, gradient: [...grad.dataSync()] };
  });
}

const highest = (values: readonly number[]) => Math.max(...values.map(Math.abs));

for (const kind of others) {
  Deno.test(`${kind}: value and gradient agree with pycox in float64`, () => {
    for (const batch of oracle.cases) {
      const expected = batch[kind];
      const { value, gradient } = evaluate(kind, outputsOf(kind, batch), batch);
      assertAlmostEquals(value, expected.value, 1e-6 * Math.abs(expected.value));
      assertEquals(gradient.length, expected.gradient.length);
      gradient.forEach((slope, i) =>
        assertAlmostEquals(
          slope,
          expected.gradient[i]!,
          1e-6 * Math.max(highest(expected.gradient), 1e-3),
          `entry ${i}`,
        )
      );
    }
    assert(oracle.cases.some((batch) => highest(batch[kind].gradient) > .1));
  });

  Deno.test(`${kind}: rows that only pad change neither loss nor gradient, wherever they stand`, () => {
    const random = createRandom(1, "padding");
    for (const batch of oracle.cases.slice(0, 3)) {
      const outputs = outputsOf(kind, batch);
      const width = outputs.length / batch.bin.length;
      const noise = () => Array.from({ length: width }, () => random.between(-50, 50));
      const bare = evaluate(kind, outputs, batch);
      // One that would die first, one that would be at risk of everything, and one as a batch is filled up.
      const padded = evaluate(kind, [...noise(), ...outputs, ...noise(), ...noise()], {
        months: [.5, ...batch.months, 24, 0],
        event: [1, ...batch.event, 0, 0],
        bin: [0, ...batch.bin, 23, -1],
        weight: [0, ...batch.bin.map(() => 1), 0, 0],
      });
      assertAlmostEquals(padded.value, bare.value, 1e-6 * bare.value);
      const own = padded.gradient.splice(width, outputs.length);
      own.forEach((slope, i) => assertAlmostEquals(slope, bare.gradient[i]!, 1e-6 * highest(bare.gradient)));
      assertEquals(highest(padded.gradient), 0);
    }
  });

  Deno.test(`${kind}: stays finite on outputs as wrong as can be, and keeps their gradient`, () => {
    const width = survivalLosses[kind].outputs === 1 ? 1 : 24;
    for (const extreme of [-500, 500]) {
      const outputs = [...Array(width).fill(extreme), ...Array(width).fill(-extreme)];
      const batch = { months: [.5, 24], event: [1, 0], bin: [0, 23] };
      const { value, gradient } = evaluate(kind, outputs, batch);
      assert(Number.isFinite(value) && gradient.every(Number.isFinite), `${value}`);
      if (value > 100) assert(highest(gradient) > .1);
    }
    const [right, wrong] = [500, -500].map((x) =>
      evaluate(kind, [...Array(width).fill(x), ...Array(width).fill(-x)], {
        months: [.5, 24],
        event: [1, 0],
        bin: [0, 23],
      })
        .value
    );
    assert(wrong! > right! + 10, `${wrong} is not above ${right}`);
  });
}

Deno.test("of patients about whom nothing is known, every loss and its gradient is 0", () => {
  const lost = { months: [0, .5], event: [0, 0], bin: [-1, -1] };
  for (const kind of others) {
    const { value, gradient } = evaluate(kind, Array(survivalLosses[kind].outputs === 1 ? 2 : 48).fill(1), lost);
    // The half month of the second counts for PC-hazard alone.
    if (kind === "pc-hazard") assertAlmostEquals(value, .5 * Math.log1p(Math.E) / 2, 1e-6);
    else assertEquals([value, highest(gradient)], [0, 0], kind);
  }
});

Deno.test("coxLoss() of a batch of four without a death is 0, and so is its gradient", () => {
  const censored = { months: [3, 24, 9, 14], event: [0, 0, 0, 0], bin: [2, 23, 8, 13] };
  const { value, gradient } = evaluate("cox", [3, -2, 50, 0], censored);
  assertEquals([value, highest(gradient)], [0, 0]);
});

Deno.test("coxLoss() compares deaths at one time with the same patients, and nobody with whom was lost before", () => {
  const at = (months: number[], event: number[]) =>
    evaluate("cox", Array(months.length).fill(0), { months, event, bin: months.map(() => 0) }).value;
  assertAlmostEquals(at([5, 5, 9], [1, 1, 0]), Math.log(3), 1e-6); // pycox: (log 3 + log 2) / 2, by the order of rows
  assertAlmostEquals(at([5, 5, 9], [1, 0, 0]), Math.log(3), 1e-6); // lost on the day of the death: at risk of it
  assertAlmostEquals(at([5, 4.9, 9], [1, 0, 0]), Math.log(2), 1e-6);
  assertAlmostEquals(at([24, 24, 24, 24], [1, 0, 0, 0]), Math.log(4), 1e-6);
});

Deno.test("coxLoss() does not change if a number is added to every log hazard", () => {
  const [batch] = oracle.cases;
  const moved = evaluate("cox", batch!.single.map((g) => g + 8), batch!);
  assertAlmostEquals(moved.value, batch!.cox.value, 2e-6);
});

Deno.test("coxLoss() of equal hazards without censoring is the mean of log 1 to log n", () => {
  for (const [n, expected] of [[4, .7945], [100, 3.6374]] as const) {
    const months = Array.from({ length: n }, (_, i) => i / 5);
    const labels = { months: tf.tensor1d(months), event: tf.ones([n]), weight: tf.ones([n]), bin: tf.zeros([n]) };
    assertAlmostEquals(coxLoss(tf.zeros([n, 1]), labels).dataSync()[0]!, expected, 5e-5);
  }
});

Deno.test("pcHazardLoss() counts a death in the month that has its time, whatever the scheme of the bins says", () => {
  const months = [5, 24, .5], event = [1, 0, 1];
  const of = (scheme: "interval" | "lab", at: number) => {
    const bin = months.map((time, i) => binLabel({ months: time, event: event[i] as 0 | 1 }, { scheme }).bin);
    const outputs = Array.from({ length: 72 }, (_, i) => i === at ? 1000 : 0);
    return evaluate("pc-hazard", outputs, { months, event, bin }).value;
  };
  // A hazard of 1000 in the month (5, 6], in which the first patient was not any more.
  assertAlmostEquals(of("lab", 5), of("lab", -1), 1e-6);
  assertEquals(of("lab", 4), of("interval", 4));
});

Deno.test("crossEntropyLoss() leaves out who was lost before the horizon, and counts a death on it", () => {
  const patients = [{ months: 24, event: 1 }, { months: 24, event: 0 }, { months: 23.9, event: 0 }] as const;
  const of = (kept: readonly number[]) => {
    const vector = (numbers: readonly number[]) => tf.tensor1d(kept.map((i) => numbers[i]!));
    const labels = {
      months: vector(patients.map(({ months }) => months)),
      event: vector(patients.map(({ event }) => event)),
      bin: vector(patients.map((patient) => binLabel(patient).bin)),
      weight: tf.ones([kept.length]),
    };
    return crossEntropyLoss(tf.tensor2d(kept.map((i) => [[2, -1, 7][i]!])), labels).dataSync()[0]!;
  };
  assertAlmostEquals(of([0, 1, 2]), of([0, 1]), 1e-7);
  assertAlmostEquals(of([0, 1]), (Math.log1p(Math.exp(-2)) + Math.log1p(Math.exp(-1))) / 2, 1e-6);
  assertEquals(of([2]), 0);
});

Deno.test("survivalLoss() is DeepHit's by default, and refuses labels without months where it needs them", () => {
  const labels = { bin: tf.tensor1d([0]), event: tf.tensor1d([1]), weight: tf.tensor1d([1]) };
  assertAlmostEquals(survivalLoss(tf.zeros([1, 24]), labels).dataSync()[0]!, Math.log(25) / 2, 1e-6);
  for (const kind of others) {
    if (!survivalLosses[kind].isTimed) continue;
    assertThrows(() => survivalLoss(tf.zeros([1, 24]), labels, { kind }), Error, `${kind} needs the months`);
  }
});
