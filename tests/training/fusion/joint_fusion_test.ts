import { assert, assertAlmostEquals, assertEquals, assertNotEquals, assertRejects } from "@std/assert";
import fixture from "../../fixtures/fusion.json" with { type: "json" };
import { entryPath } from "@ctsurv/base/files/cache_entry.ts";
import {
  compile,
  type HostTensor,
  hostTensor,
  isSpec,
  leaves,
  mapTree,
  onnxEngine,
  readValues,
  signatureOf,
  type TensorSpec,
  type Tree,
} from "@ctsurv/engine/mod.ts";
import type { TrainingPatient } from "@ctsurv/features/mod.ts";
import { type SurvivalHead, survivalHeadSpec } from "@ctsurv/nn/mod.ts";
import {
  clinicalVectorNames,
  headTrainer,
  jointFusionTrainer,
  keepTrainings,
  keptEntries,
  lossAndGradients,
  parallelHeadTrainer,
  trainFolds,
} from "@ctsurv/training/mod.ts";
import { engineUnderTest } from "../../support/engine_under_test.ts";
import { summarise, type Summary } from "../../support/golden.ts";
import { inFolder } from "../../support/in_folder.ts";
import { assertSummary } from "../../nn/backbones/assert_summary.ts";
import { hashedTensor } from "../../nn/head/hashed_head.ts";
import { briefly, fusionPatients, tinyHead } from "./fusion_patients.ts";

const isHost = isSpec as (node: unknown) => node is HostTensor;
const patients = fusionPatients(24);
const engine = onnxEngine({ threads: 1 });
const joint = () => jointFusionTrainer((clinical) => headTrainer(engine, { ...tinyHead, clinical }, briefly));

Deno.test("a head with clinical covariates has PyTorch's loss and gradients by all parameters, traced", async () => {
  const { slices, bin, event, clinical, loss, gradients } = fixture.head;
  const count = slices.length;
  const total = slices.reduce((a, b) => a + b);
  const owners = slices.flatMap((of, patient) => Array<number>(of).fill(patient));
  const spec = survivalHeadSpec({ backboneFeatures: 40, clinical }) as unknown as Tree<TensorSpec>;
  const parameters = mapTree(
    spec,
    isSpec,
    ({ shape }, path) => hashedTensor(path, shape, shape.length === 2 ? Math.sqrt(6 / shape[1]!) : 0.1),
  ) as unknown as SurvivalHead<
    HostTensor
  >;
  const batch = {
    features: hashedTensor("slices", [total, 40]),
    membership: hostTensor(slices.flatMap((_, i) => owners.map((owner) => Number(owner === i))), [count, total]),
    clinical: hashedTensor("clinical", [count, clinical]),
    bin: hostTensor(bin, [count]),
    event: hostTensor(event, [count]),
    weight: hostTensor(bin.map(() => 1), [count]),
    dropout: Array.from({ length: 10 }, () => hostTensor(new Float32Array(count * 100).fill(1), [count, 100])),
  };
  const program = await compile(engineUnderTest, lossAndGradients({}), signatureOf({ parameters, batch }));
  const found = await readValues(await program.run({ parameters, batch }));
  await program.dispose();
  assertAlmostEquals(found.loss.data[0]!, loss, 1e-5 * loss);
  const all = leaves(found.gradients as unknown as Tree<HostTensor>, isHost);
  const expected = gradients as Record<string, Summary>;
  assertEquals(all.map(({ path }) => path).sort(), Object.keys(expected).sort());
  for (const { path, value: { data, shape } } of all) assertSummary(summarise(data, shape), expected[path]!, path);
});

Deno.test("joint fusion learns what only the clinical data say, and predicts from both", async () => {
  const blind = fusionPatients(50).map((patient) => ({ ...patient, features: patient.features.map(() => 1) }));
  const trainer = jointFusionTrainer((clinical) =>
    headTrainer(engine, { ...tinyHead, clinical }, { ...briefly, epochs: 30, learningRate: 3e-2 })
  );
  const { parameters, losses } = await trainer.train(blind);
  assert(losses.at(-1)! < trainer.constantLoss!(blind), `${losses.at(-1)}`);
  assertEquals(clinicalVectorNames(parameters.vector), ["age", "sex female", "age unknown"]);
  const [old, young] = await trainer.predict(
    parameters,
    [80, 50].map((age) => ({ ...blind[1]!, record: { ...blind[1]!.record, age } })),
  );
  assert(old!.survival[12]! < young!.survival[12]!);
  assertEquals(old!.attention.length, 2);
  await trainer.dispose();
});

Deno.test("joint fusion on threads is joint fusion one after the other, bit by bit", async () => {
  const folds = { folds: 2, foldSeed: 42 };
  const threads = jointFusionTrainer((clinical) =>
    parallelHeadTrainer(engine, { ...tinyHead, clinical }, { ...briefly, threads: 2 })
  );
  assertEquals(threads.concurrency, 2);
  const one = joint();
  const [parallel, serial] = [await trainFolds(threads, patients, folds), await trainFolds(one, patients, folds)];
  assertEquals(parallel, serial);
  await threads.dispose();
  await one.dispose();
});

Deno.test("joint fusion is kept as a training, and another clinical record is another training", () =>
  inFolder(async (folder) => {
    let trainings = 0;
    const trainer = joint();
    const counted = {
      ...trainer,
      train: (...given: Parameters<typeof trainer.train>) => (trainings++, trainer.train(...given)),
    };
    const kept = keepTrainings(counted, { folder, identity: { kind: "joint" } });
    const first = await kept.train(patients);
    const again = await kept.train(patients);
    assertEquals([again, trainings], [first, 1]);
    assertEquals(await trainer.predict(again.parameters, patients), await trainer.predict(first.parameters, patients));
    const [one, ...others] = patients;
    const older = [{ ...one!, record: { ...one!.record, age: 99 } }, ...others];
    assertNotEquals((await kept.train(older)).losses, first.losses);
    assertEquals(trainings, 2);
    await trainer.dispose();
  }));

Deno.test("the file of a training of images is the one of before there were clinical covariates", () => {
  const entryOf = keptEntries({ folder: "f", identity: {} });
  const [{ record: _, ...images }] = [patients[0]!];
  const same = { id: images.id, slices: images.slices, features: images.features, followUp: images.followUp };
  assertEquals(entryPath(entryOf([images], {})), entryPath(entryOf([same], {})));
  const [one, two]: TrainingPatient[] = [1, 2].map((age) => ({ ...images, clinical: Float32Array.of(age) }));
  const paths = [images, one!, two!].map((patient) => entryPath(entryOf([patient], {})));
  assertEquals(new Set(paths).size, 3);
});

Deno.test("a head with clinical covariates refuses patients without them", async () => {
  const trainer = headTrainer(engine, { ...tinyHead, clinical: 2 }, briefly);
  await assertRejects(() => trainer.train(patients), TypeError, "got no of them");
  await trainer.dispose();
});

Deno.test("survivalHeadSpec() without clinical covariates is what it was", () => {
  assertEquals(survivalHeadSpec({ ...tinyHead, clinical: 0 }), survivalHeadSpec(tinyHead));
  const { survival } = survivalHeadSpec({ ...tinyHead, clinical: 5 });
  assert("hidden" in survival);
  assertEquals(survival.hidden[0]!.weight.shape, [8, 11]);
});
