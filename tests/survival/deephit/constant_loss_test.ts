import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { InputError } from "@ctsurv/base/mod.ts";
import { tf } from "@ctsurv/engine/mod.ts";
import { binLabel, constantLoss, deepHitLoss, type DeepHitOptions } from "@ctsurv/survival/deephit/mod.ts";
import type { FollowUp } from "@ctsurv/survival/mod.ts";
import { withinFoldsRows } from "../within_folds_cohorts.ts";

Deno.test("constantLoss() agrees with lifelines' Kaplan-Meier and loops over every batch", () => {
  for (const { months, event, constantLoss: expected } of withinFoldsRows) {
    const patients = months.slice(0, 8).map((own, i) => ({ months: own, event: event[i] as 0 | 1 }));
    [2, 3, 4].forEach((batchSize, k) => assertAlmostEquals(constantLoss(patients, { batchSize }), expected[k]!, 1e-9));
  }
});

const four: readonly FollowUp[] = [
  { months: .4, event: 1 },
  { months: 1.5, event: 1 },
  { months: 1.5, event: 0 },
  { months: 3, event: 0 },
];

/** The loss of the same logits for everybody, in one batch. */
function lossOf(logits: readonly number[], options: DeepHitOptions): number {
  const labels = four.map((followUp) => binLabel(followUp, { bins: 3 }));
  return tf.tidy(() =>
    deepHitLoss(tf.tensor2d(labels.map(() => [...logits])), {
      bin: tf.tensor1d(labels.map(({ bin }) => bin)),
      event: tf.tensor1d(labels.map(({ event }) => event)),
      weight: tf.ones([labels.length]),
    }, options).arraySync()
  );
}

Deno.test("constantLoss() is the smallest loss of any logits that are the same for everybody, under every option", () => {
  const steps = [-40, -1.4, -.7, -.4, 0, .3, .7, 1.1];
  const grid = steps.flatMap((a) => steps.flatMap((b) => steps.map((c) => [a, b, c])));
  for (
    const options of [{}, { alpha: .2, beta: .8 }, { rankReduction: "pairs/N^2" }, { tiedCensored: true }, {
      tail: false,
    }] satisfies DeepHitOptions[]
  ) {
    const lowest = constantLoss(four, { ...options, batchSize: 4, bins: 3 });
    const smallest = grid.reduce((least, logits) => Math.min(least, lossOf(logits, options)), Infinity);
    assert(lowest <= smallest + 1e-5, `${lowest} ${smallest}`);
    assert(smallest < lowest + .05, `${lowest} ${smallest}`);
  }
});

Deno.test("constantLoss() reaches the loss of Kaplan-Meier's own logits", () => {
  // Deaths in the bins 0 and 1, of 4 and of 2 at risk: 1/4, 3/4 * 1/2, and the tail; the censored of 1.5 months outlived bin 0.
  const [first, second] = [1 / 4, 3 / 4 / 2];
  const tail = 1 - first - second;
  const logits = [Math.log(first / tail), Math.log(second / tail), -40];
  assertAlmostEquals(lossOf(logits, {}), constantLoss(four, { batchSize: 4, bins: 3 }), 1e-6);
});

Deno.test("constantLoss() of one patient has no pairs, and refuses none", () => {
  assertEquals(constantLoss([{ months: 3, event: 1 }], { batchSize: 4 }), 0);
  assertThrows(() => constantLoss([], { batchSize: 4 }), InputError, "needs a patient");
  assertThrows(() => constantLoss(four, { batchSize: 0 }), InputError, "not 0");
});
