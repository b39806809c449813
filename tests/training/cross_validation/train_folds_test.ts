import { assertEquals, assertNotEquals, assertThrows } from "@std/assert";
import { InputError } from "@ctsurv/base/mod.ts";
import {
  assembleFolds,
  crossValidate,
  type FoldOutcome,
  headTrainer,
  parallelHeadTrainer,
  trainFolds,
} from "@ctsurv/training/mod.ts";
import { engineUnderTest } from "../../support/engine_under_test.ts";
import { quickly, smallHead, toyPatients } from "../patients.ts";

const patients = toyPatients(18);
const ids = patients.map(({ id }) => id);
const folds = { folds: 3, foldSeed: 42 };
const options = { ...quickly, epochs: 2 };

Deno.test("assembleFolds() gives the cross-validation whose folds they are, in any order", async () => {
  const trainer = headTrainer(engineUnderTest, smallHead, options);
  const told: FoldOutcome[] = [];
  const whole = await crossValidate(trainer, patients, { ...folds, onFold: (outcome) => void told.push(outcome) });
  await trainer.dispose();
  assertEquals(told.map(({ result }) => result.fold), [1, 2, 3]);
  assertEquals(assembleFolds(told.toReversed(), ids), whole);
});

Deno.test("assembleFolds() refuses folds that are not all there, and patients whom no fold predicts", async () => {
  const trainer = headTrainer(engineUnderTest, smallHead, options);
  const outcomes = await trainFolds(trainer, patients, folds);
  await trainer.dispose();
  assertThrows(() => assembleFolds([outcomes[0]!, outcomes[2]!], ids), InputError, "fold 2 is not there");
  assertThrows(() => assembleFolds([outcomes[0]!, outcomes[0]!, outcomes[1]!], ids), InputError, "fold 2 is not there");
  assertThrows(() => assembleFolds(outcomes, [...ids, "P99"]), InputError, "no fold predicts P99");
});

Deno.test("assembleFolds() has one message for each fold whose training diverged", async () => {
  const trainer = headTrainer(engineUnderTest, smallHead, options);
  const [first, ...others] = await trainFolds(trainer, patients, folds);
  await trainer.dispose();
  const { messages } = assembleFolds([{ ...first!, divergence: "training diverged" }, ...others], ids);
  assertEquals(messages, ["Fold 1 of 3: training diverged"]);
});

Deno.test("trainFolds() ends with an error of onFold, such as a full disk, and begins no other fold", async () => {
  const trainer = headTrainer(engineUnderTest, smallHead, options);
  const told: number[] = [];
  const run = trainFolds(trainer, patients, {
    ...folds,
    onFold({ result }) {
      told.push(result.fold);
      throw new InputError("the disk is full");
    },
  });
  assertEquals(await run.catch((error: Error) => error.message), "the disk is full");
  assertEquals(told, [1]);
  await trainer.dispose();
});

Deno.test("parallelHeadTrainer() draws new heads on its threads as headTrainer() does here", async () => {
  const results = [];
  for (const initialisation of ["pytorch", "xavier", "looks-linear"] as const) {
    const given = { ...options, initialisation };
    const [alone, together] = [
      headTrainer(engineUnderTest, smallHead, given),
      parallelHeadTrainer(engineUnderTest, smallHead, { ...given, threads: 2 }),
    ];
    const losses = (await trainFolds(alone, patients, folds)).map(({ result }) => result.losses);
    assertEquals((await trainFolds(together, patients, folds)).map(({ result }) => result.losses), losses);
    results.push(losses);
    await alone.dispose();
    await together.dispose();
  }
  assertNotEquals(results[0], results[1]);
  assertNotEquals(results[0], results[2]);
});
