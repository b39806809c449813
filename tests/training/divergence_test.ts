import { assert, assertEquals, assertMatch, assertRejects, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { InputError } from "@ctsurv/base/mod.ts";
import { hostTensor } from "@ctsurv/engine/mod.ts";
import { runEpochs } from "@ctsurv/training/_epochs.ts";
import { refuseDivergedParameters } from "@ctsurv/training/divergence.ts";
import { crossValidate, describeDivergence, headTrainer, parallelHeadTrainer } from "@ctsurv/training/mod.ts";
import { readCrossValidation } from "@ctsurv/report/mod.ts";
import { engineUnderTest } from "../support/engine_under_test.ts";
import { quickly, smallHead, toyPatients } from "./patients.ts";

const engine = engineUnderTest;
const patients = toyPatients(24);

Deno.test("describeDivergence() says it of a loss far above the first epoch's, or a know-nothing model's, and of no other", () => {
  const of = (...losses: number[]) => describeDivergence(losses, { batchSize: 4 });
  for (const usual of [[2.4, 2.2], [2.3, 3.3, 5.9], [9.2, 14.8, 2.3], [0.3, 1.6], [0.1, 2.2], []]) {
    assertEquals(of(...usual), undefined);
  }
  assertMatch(of(2.4, 13)!, /^training diverged: the loss went from 2.4 in the first epoch to 13 in the last\. Trust/);
  // Where it diverged within the first epoch already.
  assertStringIncludes(
    of(1.2e9, 3e6)!,
    "from 1.2e+9 in the first epoch to 3.0e+6 in the last, where a model that knows",
  );
  assertStringIncludes(of(2.4, 13)!, "Take a lower learning rate");
  // Larger batches have more pairs to rank, and another weight of the loss makes another loss.
  assertEquals(describeDivergence([20, 30], { batchSize: 64 }), undefined);
  assertEquals(describeDivergence([40, 50], { batchSize: 4, loss: { alpha: 10, beta: 0 } }), undefined);
});

Deno.test("what is committed has no training that diverged", async () => {
  for (const profile of ["smoke", "workshop"]) {
    const folder = new URL(`../../outputs/phantom-lung1-${profile}/`, import.meta.url).pathname;
    for await (const { name } of Deno.readDir(join(folder, "cross_validation"))) {
      const { folds } = await readCrossValidation(folder, name.replace(/\.json$/, ""));
      for (const { losses } of folds) assertEquals(describeDivergence(losses, { batchSize: 4 }), undefined, name);
    }
  }
});

Deno.test("runEpochs() ends at a loss that is no number any more, and names the epoch", async () => {
  const losses = [1, 2, NaN, 4];
  let steps = 0;
  const options = { epochs: 3, batchSize: 1, seed: 1 };
  const run = () => runEpochs(["a", "b"], options, () => Promise.resolve(losses[steps++]!));
  await assertRejects(run, InputError, "the loss is NaN in epoch 2 of 3");
  assertEquals(steps, 3);
});

Deno.test("a head that diverged says so; one whose loss is NaN is refused", async () => {
  for (const [learningRate, isRefused] of [[1e-3, false], [0.1, false], [1e3, true]] as const) {
    const trainer = headTrainer(engine, smallHead, { ...quickly, epochs: 6, learningRate });
    if (isRefused) await assertRejects(() => trainer.train(patients), InputError, "Training diverged: the loss is NaN");
    else {
      const { divergence, losses } = await trainer.train(patients);
      assertEquals(divergence !== undefined, learningRate > 0.01, `${losses}`);
    }
    await trainer.dispose();
  }
});

Deno.test("crossValidate() tells of folds that diverged, whether they were trained here or on threads", async () => {
  const options = { ...quickly, epochs: 4, learningRate: 0.3 };
  for (
    const trainer of [
      headTrainer(engine, smallHead, options),
      parallelHeadTrainer(engineUnderTest, smallHead, { ...options, threads: 2 }),
    ]
  ) {
    const { messages = [], folds } = await crossValidate(trainer, patients, { folds: 3, foldSeed: 1 });
    assert(messages.length > 0);
    for (const message of messages) assertMatch(message, /^Fold [123] of 3: training diverged: the loss went from /);
    assertEquals(folds.length, 3);
    await trainer.dispose();
  }
  const calm = headTrainer(engine, smallHead, { ...quickly, epochs: 2 });
  assertEquals("messages" in await crossValidate(calm, patients, { folds: 3, foldSeed: 1 }), false);
  await calm.dispose();
  const broken = parallelHeadTrainer(engineUnderTest, smallHead, { ...options, learningRate: 1e3, threads: 2 });
  const { message } = await assertRejects(
    () => crossValidate(broken, patients, { folds: 3, foldSeed: 1 }),
    InputError,
    "Training diverged: the loss is NaN in epoch ",
  );
  assertMatch(message, /^Fold [12] of 3: /);
  await broken.dispose();
});

Deno.test("refuseDivergedParameters() finds what the last step broke", () => {
  refuseDivergedParameters({ embedding: { bias: hostTensor([1, -2], [2]) } });
  let message = "";
  try {
    refuseDivergedParameters({ embedding: { bias: hostTensor([1, NaN], [2]) } });
  } catch (error) {
    message = (error as Error).message;
  }
  assertStringIncludes(message, "embedding.bias is not finite after the last step");
});
