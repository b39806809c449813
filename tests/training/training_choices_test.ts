import { assert, assertAlmostEquals, assertEquals, assertNotEquals, assertRejects, assertThrows } from "@std/assert";
import { InputError } from "@ctsurv/base/mod.ts";
import type { HostTensor } from "@ctsurv/engine/mod.ts";
import { concordance } from "@ctsurv/survival/mod.ts";
import type { SurvivalHead } from "@ctsurv/nn/mod.ts";
import {
  crossValidate,
  fineTuner,
  headTrainer,
  type HeadTrainerOptions,
  parallelHeadTrainer,
  toSurvivalPredictions,
} from "@ctsurv/training/mod.ts";
import { runEpochs } from "@ctsurv/training/_epochs.ts";
import { headOptimiser } from "@ctsurv/training/head_optimiser.ts";
import { keepBack } from "@ctsurv/training/validation.ts";
import { engineUnderTest } from "../support/engine_under_test.ts";
import { quickly, smallHead, toyPatients } from "./patients.ts";

const engine = engineUnderTest;
const patients = toyPatients(22);
const brief = { ...quickly, epochs: 3, dropout: 0 };

async function train(options: Partial<HeadTrainerOptions>) {
  const trainer = headTrainer(engine, smallHead, { ...brief, ...options });
  const trained = await trainer.train(patients);
  const predictions = await trainer.predict(trained.parameters, patients);
  await trainer.dispose();
  return { ...trained, predictions };
}

const plain = await train({});

for (
  const [name, options] of Object.entries<Partial<HeadTrainerOptions>>({
    "a cosine": { schedule: { kind: "cosine" } },
    "warm restarts": { schedule: { kind: "warm restarts", warmUp: 2, period: 4, factor: 2, lowest: 1e-6 } },
    "clipped gradients": { clipNorm: 0.05 },
    "the last batch left out": { lastBatch: "drop" },
    "dropout before the embedding": { embeddingDropout: 0.2 },
    "another spread of features": { scaleFeatures: 0.1 },
    "patients kept back": { validation: { share: 0.2 } },
  })
) {
  Deno.test(`headTrainer() with ${name} is another training`, async () => {
    const { losses, parameters } = await train(options);
    assertNotEquals(losses, plain.losses);
    assertNotEquals(parameters.embedding.weight.data, plain.parameters.embedding.weight.data);
  });
}

for (
  const [name, options] of Object.entries<Partial<HeadTrainerOptions>>({
    "a constant schedule": { schedule: { kind: "constant" } },
    "no dropout before the embedding": { embeddingDropout: 0 },
    "the last batch kept": { lastBatch: "keep" },
    "slices from feet to head": { sliceOrder: "feet-to-head" },
  })
) {
  Deno.test(`headTrainer() with ${name} is the training without it, to the last bit`, async () => {
    assertEquals((await train(options)).parameters, plain.parameters);
  });
}

Deno.test("headTrainer(): a limit far above every gradient's norm changes nothing but rounding", async () => {
  const clipped = await train({ clipNorm: 1e9 });
  const weights = ({ parameters }: { parameters: SurvivalHead<HostTensor> }) => [...parameters.embedding.weight.data];
  weights(clipped).forEach((weight, i) => assertAlmostEquals(weight, weights(plain)[i]!, 1e-5));
});

Deno.test("runEpochs() without the last small batch shows whole batches only, and never none", async () => {
  const sizes = async (count: number) => {
    const seen: number[] = [];
    await runEpochs(
      Array.from({ length: count }, (_, i) => i),
      { epochs: 1, batchSize: 4, seed: 1, lastBatch: "drop" },
      (batch) => {
        seen.push(batch.length);
        return Promise.resolve(0);
      },
    );
    return seen;
  };
  assertEquals(await sizes(10), [4, 4]);
  assertEquals(await sizes(8), [4, 4]);
  assertEquals(await sizes(3), [3]);
});

Deno.test("runEpochs() says which step of how many each is, and ends where it is told to stop", async () => {
  const places: unknown[] = [];
  const losses = await runEpochs([1, 2, 3], { epochs: 4, batchSize: 2, seed: 1 }, (_batch, _next, place) => {
    places.push(place);
    return Promise.resolve(1);
  }, (epoch) => Promise.resolve(epoch === 2 ? "stop" : undefined));
  assertEquals(losses, [1, 1]);
  assertEquals(places, [1, 2, 3, 4].map((step) => ({ step, steps: 8, epoch: Math.ceil(step / 2) })));
});

Deno.test("headOptimiser(): a schedule refuses a step whose place nobody tells", async () => {
  const optimiser = headOptimiser(engine, smallHead, { ...brief, schedule: { kind: "cosine" } });
  await assertRejects(() => optimiser.begin().step(patients.slice(0, 4)), Error, "needs to know which step");
  await optimiser.dispose();
});

Deno.test("keepBack(): a tenth of the patients, with their share of deaths, and nobody twice", () => {
  const many = toyPatients(100, 3);
  const { training, validation } = keepBack(many, { share: 0.1 }, 7);
  assertEquals([training.length, validation.length], [90, 10]);
  assertEquals(new Set([...training, ...validation]).size, 100);
  const deaths = (some: typeof training) => some.filter(({ followUp }) => followUp.event === 1).length;
  assertAlmostEquals(deaths(validation) / 10, deaths(many) / 100, 0.1);
  assertNotEquals(keepBack(many, { share: 0.1 }, 8).validation.map(({ id }) => id), validation.map(({ id }) => id));
  // Three patients with two outcomes make two folds, and not ten.
  const few = keepBack(many.slice(0, 3), { share: 0.1 }, 7);
  assertEquals([few.training.length + few.validation.length, few.training.length > 0], [3, true]);
});

Deno.test("headTrainer(): the epoch with the best Ctd on the patients kept back is taken, the first of equals", async () => {
  const options = { ...quickly, epochs: 12, validation: { share: 0.25 } };
  const { validation } = keepBack(patients, options.validation, options.seed);
  const scoreAfter = async (epochs: number) => {
    // A training of fewer epochs begins as the long one does.
    const trainer = headTrainer(engine, smallHead, { ...quickly, epochs });
    const { parameters } = await trainer.train(keepBack(patients, options.validation, options.seed).training);
    const predicted = await trainer.predict(parameters, validation);
    await trainer.dispose();
    const followed = predicted.map((prediction, i) => ({ ...prediction, ...validation[i]!.followUp }));
    return { parameters, ctd: concordance(toSurvivalPredictions(followed)).value! };
  };
  const scores = [];
  for (let epochs = 1; epochs <= 12; epochs++) scores.push(await scoreAfter(epochs));
  const best = Math.max(...scores.map(({ ctd }) => ctd));
  const epoch = scores.findIndex(({ ctd }) => ctd === best) + 1;
  const trainer = headTrainer(engine, smallHead, options);
  const trained = await trainer.train(patients);
  assertEquals(trained.selected, { epoch, ctd: best });
  assertEquals(trained.parameters, scores[epoch - 1]!.parameters);
  await trainer.dispose();
  const patient = headTrainer(engine, smallHead, { ...options, validation: { share: 0.25, patience: 1 } });
  assert((await patient.train(patients)).losses.length < 12);
  await patient.dispose();
});

Deno.test("headTrainer(): slices from head to feet change nothing but rounding, and attention stays from feet to head", async () => {
  const turned = await train({ sliceOrder: "head-to-feet", epochs: 1 });
  const straight = await train({ epochs: 1 });
  turned.predictions.forEach(({ survival, attention }, i) => {
    survival.forEach((s, month) => assertAlmostEquals(s, straight.predictions[i]!.survival[month]!, 1e-5));
    attention.forEach((a, slice) => assertAlmostEquals(a, straight.predictions[i]!.attention[slice]!, 1e-5));
  });
  const positioned = { ...smallHead, aggregation: { kind: "self-attention", positions: "sinusoidal" } } as const;
  const first = async (sliceOrder: "feet-to-head" | "head-to-feet") => {
    const trainer = headTrainer(engine, positioned, { ...brief, epochs: 1, sliceOrder });
    const { losses } = await trainer.train(patients);
    await trainer.dispose();
    return losses[0]!;
  };
  assert(Math.abs(await first("feet-to-head") - await first("head-to-feet")) > 1e-4, "positions must tell the order");
});

Deno.test("crossValidate(): fold k goes on from the k-th head, here and on threads, and gives its own model away", async () => {
  const heads: SurvivalHead<HostTensor>[] = [];
  const source = headTrainer(engine, smallHead, brief);
  await crossValidate(source, toyPatients(24, 9), {
    folds: 3,
    foldSeed: 1,
    onTrained: (fold, head) => heads[fold - 1] = head,
  });
  await source.dispose();
  assertEquals(heads.length, 3);
  assertNotEquals(heads[0], heads[1]);

  const started = async (make: typeof headTrainer) => {
    const found: SurvivalHead<HostTensor>[] = [];
    const trainer = make(engine, smallHead, { ...brief, epochs: 0, starts: heads });
    await crossValidate(trainer, patients, {
      folds: 3,
      foldSeed: 1,
      onTrained: (fold, head) => found[fold - 1] = head,
    });
    await trainer.dispose();
    return found;
  };
  assertEquals(await started(headTrainer), heads);
  assertEquals(await started((...args) => parallelHeadTrainer(args[0], args[1], { ...args[2], threads: 2 })), heads);

  const few = headTrainer(engine, smallHead, { ...brief, starts: heads.slice(0, 2) });
  await assertRejects(
    () => crossValidate(few, patients, { folds: 3, foldSeed: 1 }),
    InputError,
    "2 heads to start from, one for each fold, and this is fold 3",
  );
  await assertRejects(() => few.train(patients), InputError, "this training is of no fold");
  await few.dispose();
});

Deno.test("fineTuner(): what only a head on its own can do is refused for the final block", () => {
  const backbone = {} as Parameters<typeof fineTuner>[1];
  assertThrows(
    () =>
      fineTuner(engine, backbone, {}, {
        ...brief,
        fineTuning: "final-block",
        clipNorm: 1,
        schedule: { kind: "cosine" },
      }),
    InputError,
    "a learning rate that changes, clipped gradients",
  );
  // Its training takes slices from the feet to the head, and its predictions would not.
  const reversed = { ...brief, fineTuning: "final-block", sliceOrder: "head-to-feet" } as const;
  assertThrows(
    () => fineTuner(engine, backbone, {}, reversed),
    InputError,
    "slices from the head to the feet",
  );
});
