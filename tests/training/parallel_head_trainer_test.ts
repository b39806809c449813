import { assertEquals, assertRejects } from "@std/assert";
import { cpuEngine, onnxEngine } from "@ctsurv/engine/mod.ts";
import { crossValidate, headTrainer, parallelHeadTrainer } from "@ctsurv/training/mod.ts";
import { engineUnderTest, testOnOnnx } from "../support/engine_under_test.ts";
import { quickly, smallHead, toyPatients } from "./patients.ts";

const patients = toyPatients(24);
const reason = "only heads on ONNX Runtime are trained on threads";
const options = { ...quickly, epochs: 4, scaleFeatures: true };

testOnOnnx(
  reason,
  "headTrainer and parallelHeadTrainer: any threads of the engine and any trainings at a time, the same bits",
  async () => {
    const folds = { folds: 3, foldSeed: 42 };
    const reference = headTrainer(engineUnderTest, smallHead, options);
    const expected = await crossValidate(reference, patients, folds);
    const { parameters: start } = await reference.train(patients);
    const onward = headTrainer(engineUnderTest, smallHead, { ...options, start });
    const further = await crossValidate(onward, patients, folds);

    for (const engineThreads of [1, 2, 3]) {
      const engine = onnxEngine({ threads: engineThreads });
      const single = headTrainer(engine, smallHead, options);
      assertEquals(await crossValidate(single, patients, folds), expected);
      await single.dispose();
      for (const threads of [1, 2]) {
        const together = parallelHeadTrainer(engine, smallHead, { ...options, threads });
        assertEquals(together.concurrency ?? 1, threads);
        assertEquals(await crossValidate(together, patients, folds), expected);
        // From the threads' own sessions again.
        assertEquals(await together.train(patients), await reference.train(patients));
        await together.dispose();
      }
    }
    const goingOn = parallelHeadTrainer(engineUnderTest, smallHead, { ...options, start, threads: 2 });
    assertEquals(await crossValidate(goingOn, patients, folds), further);
    for (const trainer of [reference, onward, goingOn]) await trainer.dispose();
  },
);

Deno.test("parallelHeadTrainer: tells every epoch of every fold, and stops when told to", async () => {
  const trainer = parallelHeadTrainer(engineUnderTest, smallHead, { ...options, threads: 2 });
  const told: string[] = [];
  const { folds } = await crossValidate(trainer, patients, {
    folds: 3,
    foldSeed: 1,
    onEpoch: (fold, epoch, loss) => told.push(`${fold} ${epoch} ${loss}`),
  });
  const expected = folds.flatMap(({ fold, losses }) => losses.map((loss, i) => `${fold} ${i + 1} ${loss}`));
  assertEquals(told.toSorted(), expected.toSorted());

  const stopAt = (last: number) => {
    let epochs = 0;
    return () => {
      if (++epochs === last) throw new Deno.errors.Interrupted("Stopped by the Stop button");
    };
  };
  const stopped = () => crossValidate(trainer, patients, { folds: 3, foldSeed: 1, onEpoch: stopAt(3) });
  await assertRejects(stopped, Deno.errors.Interrupted);
  // Whoever presses Run again gets all of it.
  assertEquals((await crossValidate(trainer, patients, { folds: 3, foldSeed: 1 })).folds, folds);
  await trainer.dispose();
});

testOnOnnx(reason, "parallelHeadTrainer: a thread's failure is the fold's; a closed trainer says so", async () => {
  const trainer = parallelHeadTrainer(engineUnderTest, { ...smallHead, backboneFeatures: 3 }, {
    ...options,
    threads: 2,
  });
  await assertRejects(() => trainer.train(patients), Error, "A head for 24 patients");
  await trainer.dispose();
  await assertRejects(() => trainer.train(patients), Error, "the threads are closed");
});

Deno.test("parallelHeadTrainer: an engine that threads cannot repeat trains one head at a time", async () => {
  const trainer = parallelHeadTrainer(cpuEngine(), smallHead, { ...options, threads: 2 });
  assertEquals(trainer.concurrency, undefined);
  await trainer.dispose();
});
