import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { InputError } from "@ctsurv/base/mod.ts";
import {
  compile,
  type Engine,
  hostTensor,
  isSpec,
  leaves,
  readValues,
  signatureOf,
  wasmEngine,
} from "@ctsurv/engine/mod.ts";
import { dropoutSpec, initialiseHead, seededParameters, survivalHeadSpec } from "@ctsurv/nn/mod.ts";
import { concordance, survivalLosses } from "@ctsurv/survival/mod.ts";
import {
  describeDivergence,
  gradientBatchSpec,
  headTrainer,
  keepTrainings,
  lossAndGradients,
  makeBatch,
  shapeForLoss,
  toSurvivalPredictions,
} from "@ctsurv/training/mod.ts";
import { engineUnderTest } from "../support/engine_under_test.ts";
import { inFolder } from "../support/in_folder.ts";
import { quickly, smallHead, toyPatients } from "./patients.ts";

const others = ["cox", "logistic-hazard", "mtlr", "pc-hazard", "cross-entropy"] as const;
const patients = toyPatients(64);
const unseen = toyPatients(40, 2);
/** With which each loss learns the order in a blink. */
const options = { ...quickly, epochs: 20 };

for (const kind of others) {
  const { isTimed, hasBaseline, outputs } = survivalLosses[kind];

  Deno.test(`headTrainer with the loss ${kind} ranks patients it never saw, at the level of the training patients`, async () => {
    const trainer = headTrainer(engineUnderTest, smallHead, { ...options, loss: { kind } });
    const { parameters, losses, divergence } = await trainer.train(patients);
    const predicted = await trainer.predict(parameters, unseen);
    const known = await trainer.predict(parameters, patients);
    await trainer.dispose();
    assertEquals(parameters.survival.output.weight.shape, [outputs === 1 ? 1 : 24, smallHead.width]);
    assertEquals(parameters.baseline?.shape, hasBaseline ? [25] : undefined);
    assertEquals(divergence, undefined);
    assert(losses.at(-1)! < trainer.constantLoss!(patients), `${losses.at(-1)}, ${trainer.constantLoss!(patients)}`);
    const { value } = concordance(toSurvivalPredictions(predicted.map((p, i) => ({ ...p, ...unseen[i]!.followUp }))));
    assert(value! > .8, `Ctd ${value}`);
    const alive = known.reduce((sum, { survival }) => sum + survival[24]!, 0) / known.length;
    const survived = patients.filter(({ followUp }) => followUp.event === 0).length / patients.length;
    assertAlmostEquals(alive, survived, .2);
  });

  Deno.test(`lossAndGradients() of ${kind}: traced is op by op, and rows that fill up change nothing`, async () => {
    const spec = survivalHeadSpec(shapeForLoss(smallHead, { kind }));
    const parameters = seededParameters(spec, 1, initialiseHead);
    const three = patients.slice(0, 3);
    const given = (rows: number) => ({
      ...makeBatch(three, { rows, timed: isTimed }),
      dropout: dropoutSpec(rows, smallHead).map(({ shape }) => hostTensor(new Float32Array(rows * 20).fill(1), shape)),
    });
    const { features } = given(4);
    const sizes = { ...smallHead, patients: 4, slices: features.shape[0]!, timed: isTimed };
    assertEquals(signatureOf(given(4)), gradientBatchSpec(sizes));
    const run = async (engine: Engine, rows: number) => {
      const inputs = { parameters, batch: given(rows) };
      const program = await compile(engine, lossAndGradients({ loss: { kind } }), signatureOf(inputs));
      const { loss, gradients } = await readValues(await program.run(inputs));
      await program.dispose();
      const isHost = isSpec as (node: unknown) => node is ReturnType<typeof hostTensor>;
      const all = leaves(gradients as never, isHost).flatMap(({ value }) => [...value.data]);
      return { loss: loss.data[0]!, gradients: all };
    };
    const traced = await run(engineUnderTest, 4);
    for (const other of [await run(await wasmEngine(), 4), await run(engineUnderTest, 3)]) {
      assertAlmostEquals(traced.loss, other.loss, 2e-6 * Math.max(1, other.loss));
      const scale = Math.max(...other.gradients.map(Math.abs));
      assert(scale > 0);
      traced.gradients.forEach((slope, i) => assertAlmostEquals(slope, other.gradients[i]!, 1e-5 * scale));
    }
  });
}

Deno.test("a head with a baseline is kept with it, goes on training without it, and can be chosen by validation", () =>
  inFolder(async (folder) => {
    const short = { ...options, epochs: 2, loss: { kind: "cox" } } as const;
    const train = async (more: Parameters<typeof headTrainer>[2]) => {
      const trainer = keepTrainings(headTrainer(engineUnderTest, smallHead, more), { folder, identity: { more } });
      const trained = await trainer.train(patients);
      const predicted = await trainer.predict(trained.parameters, unseen);
      await trainer.dispose();
      return { ...trained, predicted };
    };
    const first = await train(short);
    const kept = await train(short);
    assertEquals(kept, first);
    assertEquals([...kept.parameters.baseline!.data], [...first.parameters.baseline!.data]);
    const further = await train({ ...short, start: first.parameters });
    assert(further.losses[0]! < first.losses[0]!);
    const selected = await train({ ...short, validation: { share: .2 } });
    assert(selected.selected!.ctd !== null && selected.parameters.baseline !== undefined);
  }));

Deno.test("Cox's head is centred: the log hazards of its training patients have mean 0, whatever the level", async () => {
  const trainer = headTrainer(engineUnderTest, smallHead, { ...options, epochs: 2, loss: { kind: "cox" } });
  const { parameters } = await trainer.train(patients);
  const predicted = await trainer.predict(parameters, patients);
  await trainer.dispose();
  const baseline = parameters.baseline!.data[24]!;
  const mean = predicted.reduce((sum, { survival }) => sum + Math.log(-Math.log(survival[24]!) / baseline), 0) / 64;
  assertAlmostEquals(mean, 0, 1e-4);
});

Deno.test("headTrainer with the cross-entropy trains on batches in which nobody's answer is known", async () => {
  const lost = patients.slice(0, 8).map((patient, i) => ({
    ...patient,
    followUp: i === 0 ? { months: 3, event: 1 as const } : { months: 5, event: 0 as const },
  }));
  const trainer = headTrainer(engineUnderTest, smallHead, { ...options, epochs: 2, loss: { kind: "cross-entropy" } });
  const { losses, parameters } = await trainer.train(lost);
  const [prediction] = await trainer.predict(parameters, lost);
  await trainer.dispose();
  assert(losses.every((loss) => loss > 0) && prediction!.survival[24]! > 0 && prediction!.survival[24]! < 1);
});

Deno.test("losses with one output are of 24 months; what is far above an uninformed loss is told", () => {
  const shape = { ...smallHead, bins: 12 };
  assertThrows(
    () => headTrainer(engineUnderTest, shape, { ...options, loss: { kind: "cox" } }),
    InputError,
    "24 months",
  );
  assertEquals(shapeForLoss(shape, { kind: "mtlr" }), shape);
  for (const kind of others) {
    const told = (last: number) => describeDivergence([1, last], { batchSize: 4, loss: { kind } });
    assertEquals([told(.5), typeof told(500)], [undefined, "string"]);
  }
});
