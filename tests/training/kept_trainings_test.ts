import { assertAlmostEquals, assertEquals } from "@std/assert";
import { onnxEngine } from "@ctsurv/engine/mod.ts";
import type { TrainingPatient } from "@ctsurv/features/mod.ts";
import { crossValidate, headTrainer, keepTrainings, keptEntries, type Trainer } from "@ctsurv/training/mod.ts";
import { entryPath } from "@ctsurv/base/mod.ts";
import { inFolder } from "../support/in_folder.ts";
import { quickly, smallHead, toyPatients } from "./patients.ts";

const patients = toyPatients(24);
const options = { ...quickly, epochs: 4, scaleFeatures: true };

/** A trainer that counts its trainings. */
function counted<Patient, Parameters>(trainer: Trainer<Patient, Parameters>) {
  let trainings = 0;
  return {
    counting: { ...trainer, train: (...given: Parameters_<typeof trainer>) => (trainings++, trainer.train(...given)) },
    trainings: () => trainings,
  };
}
type Parameters_<T extends Trainer<never, unknown>> = Parameters<T["train"]>;

Deno.test("a kept cross-validation equals the one that was trained, to the last bit, and trains nothing", () =>
  inFolder(async (folder) => {
    const trainer = headTrainer(onnxEngine({ threads: 1 }), smallHead, options);
    const { counting, trainings } = counted(trainer);
    const kept = keepTrainings(counting, { folder, identity: { options } });
    const folds = { folds: 3, foldSeed: 42 };
    const expected = await crossValidate(trainer, patients, folds);
    const heads: unknown[][] = [];
    for (let run = 0; run < 2; run++) {
      const of: unknown[] = [];
      const told: number[] = [];
      const onTrained = (_: number, head: unknown) => of.push(head);
      const onEpoch = (fold: number, epoch: number) => told.push(10 * fold + epoch);
      assertEquals(await crossValidate(kept, patients, { ...folds, onTrained, onEpoch }), expected);
      assertEquals(told, [1, 2, 3].flatMap((fold) => [1, 2, 3, 4].map((epoch) => 10 * fold + epoch)));
      heads.push(of);
    }
    assertEquals(heads[0], heads[1]);
    assertEquals(trainings(), 3);
    await trainer.dispose();
  }));

Deno.test("a cross-validation that was interrupted goes on with the folds that are missing", () =>
  inFolder(async (folder) => {
    const trainer = headTrainer(onnxEngine({ threads: 1 }), smallHead, options);
    const { counting, trainings } = counted(trainer);
    const kept = keepTrainings(counting, { folder, identity: { options } });
    const folds = { folds: 4, foldSeed: 42 };
    const interrupted = crossValidate(kept, patients, {
      ...folds,
      onFold: ({ result: { fold } }) => {
        if (fold === 2) throw new Deno.errors.Interrupted("Stop");
      },
    });
    assertEquals((await interrupted.catch((error) => error)).name, "Interrupted");
    assertEquals(trainings(), 2);
    assertEquals(await crossValidate(kept, patients, folds), await crossValidate(trainer, patients, folds));
    assertEquals(trainings(), 4);
    await trainer.dispose();
  }));

Deno.test("whatever a training depends on names another file", () => {
  const start = { weight: Float32Array.of(1, 2) };
  const base = { identity: { options, engine: "onnx" } as object, patients, of: { fold: 1 } as object };
  const [first, ...rest] = patients;
  const changed: Record<string, Partial<typeof base>> = {
    option: { identity: { options: { ...options, learningRate: 1e-4 }, engine: "onnx" } },
    engine: { identity: { options, engine: "wasm" } },
    start: { identity: { options: { ...options, start }, engine: "onnx" } },
    "another start": {
      identity: { options: { ...options, start: { weight: Float32Array.of(1, 3) } }, engine: "onnx" },
    },
    fold: { of: { fold: 2 } },
    fewer: { patients: rest },
    order: { patients: [...rest, first!] },
    name: { patients: [{ ...first!, id: "another" }, ...rest] },
    outcome: { patients: [{ ...first!, followUp: { months: 1, event: 1 } }, ...rest] },
    features: { patients: [{ ...first!, features: first!.features.map((x, i) => i === 5 ? x + 1e-7 : x) }, ...rest] },
  };
  const pathOf = ({ identity, patients, of }: typeof base) =>
    entryPath(keptEntries({ folder: "f", identity })(patients as readonly TrainingPatient[], of));
  const paths = Object.values(changed).map((change) => pathOf({ ...base, ...change }));
  assertEquals(new Set([pathOf(base), ...paths]).size, paths.length + 1);
  // Of the same numbers in other memory it is the same.
  const copies = patients.map((patient) => ({ ...patient, features: patient.features.slice() }));
  assertEquals(pathOf({ ...base, patients: copies }), pathOf(base));
});

Deno.test("final blocks are told apart by the activations, and records by what they say", () => {
  const entryOf = keptEntries({ folder: "f", identity: {} });
  const patient = { id: "A", followUp: { months: 3, event: 1 } } as const;
  const activations = (key: string) => ({
    count: 1,
    shape: [1],
    key,
    load: () => Promise.reject(new Error("not read")),
  });
  const seen = [
    { ...patient, activations: activations("a") },
    { ...patient, activations: activations("b") },
    { ...patient, record: { age: 61 } },
    { ...patient, record: { age: 62 } },
  ];
  const paths = seen.map((one) => entryPath(entryOf([one], {})));
  assertEquals(new Set(paths).size, seen.length);
});

/** Mean loss of the last epoch of a fixed training: it changes when training does. */
const LAST_LOSS = 1.57247;

Deno.test("trainings are what they were when their files got their format", async () => {
  const trainer = headTrainer(onnxEngine({ threads: 1 }), smallHead, options);
  const { losses } = await trainer.train(patients);
  await trainer.dispose();
  // Another processor rounds differently; a change of the training is larger.
  assertAlmostEquals(
    losses.at(-1)!,
    LAST_LOSS,
    5e-4,
    "Training gives other numbers. If that is meant, change FORMAT in lib/training/kept_trainings.ts, so that no model " +
      "of the old training is taken for one of the new, and then this number",
  );
});
