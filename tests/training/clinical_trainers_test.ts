import { assert, assertAlmostEquals, assertEquals, assertRejects } from "@std/assert";
import { createRandom, InputError } from "@ctsurv/base/mod.ts";
import { censorAt } from "@ctsurv/survival/mod.ts";
import { clinicalDeepHitTrainer, type ClinicalPatient, coxTrainer, crossValidate } from "@ctsurv/training/mod.ts";
import { chosen, engineUnderTest } from "../support/engine_under_test.ts";
import { quickly } from "./patients.ts";

/** Patients of whom stage III die eight times as fast, and the old a little faster. */
function clinicalPatients(count: number): ClinicalPatient[] {
  return Array.from({ length: count }, (_, i) => {
    const random = createRandom(3, "clinical", i);
    const isLate = random.uniform() < 0.5;
    const age = random.between(45, 85);
    const hazard = 0.02 * (isLate ? 8 : 1) * Math.exp(0.02 * (age - 65));
    const id = `p-${i}`;
    return {
      id,
      followUp: censorAt({ months: -Math.log(1 - random.uniform()) / hazard, event: 1 }, 24),
      record: {
        patient: id,
        age,
        tStage: null,
        nStage: null,
        mStage: null,
        overallStage: isLate ? "III" : "I",
        histology: i % 3 === 0 ? null : "nos",
        gender: i % 2 === 0 ? "male" : "female",
        survivalDays: 1,
        dead: true,
      },
    };
  });
}

const patients = clinicalPatients(120);

Deno.test("coxTrainer finds the hazard ratios that the patients were drawn with, and its curves never rise", async () => {
  const trainer = coxTrainer();
  const { parameters: { encoding, cox } } = await trainer.train(clinicalPatients(3000));
  const stage = cox.coefficients[1]! * (encoding.categories[0]!.reference === "III" ? -1 : 1);
  assertAlmostEquals(stage, Math.log(8), 3 * cox.standardErrors[1]!);
  assertAlmostEquals(cox.coefficients[0]! / encoding.age!.std, 0.02, 3 * cox.standardErrors[0]! / encoding.age!.std);
  const predictions = await trainer.predict({ encoding, cox }, patients);
  for (const { survival } of predictions) {
    assertEquals([survival.length, survival[0]], [25, 1]);
    assert(survival.every((s, month) => s > 0 && (month === 0 || s <= survival[month - 1]!)));
  }
});

Deno.test("coxTrainer and DeepHit on the same covariates are cross-validated like any other model", async () => {
  const folds = { folds: 4, foldSeed: 42 };
  const cox = await crossValidate(coxTrainer(), patients, folds);
  const deepHit = clinicalDeepHitTrainer(engineUnderTest, { ...quickly, epochs: 6 });
  const network = await crossValidate(deepHit, patients, folds);
  await deepHit.dispose();
  assertEquals(network.predictions.map(({ fold }) => fold), cox.predictions.map(({ fold }) => fold));
  // At this learning rate two engines that round otherwise are 0.04 apart after six epochs.
  const slack = chosen === "onnx" ? 0 : 0.05;
  for (const [{ mean, interval }, allowed] of [[cox, 0], [network, slack]] as const) {
    assert(mean! > 0.6 - allowed && mean! < 0.85, `${mean}`);
    assert(interval!.low > 0.5 - allowed, `${interval!.low}`);
  }
});

Deno.test("coxTrainer refuses patients of whom nobody died", async () => {
  const alive = patients.map((patient) => ({ ...patient, followUp: { months: 24, event: 0 as const } }));
  await assertRejects(() => coxTrainer().train(alive), InputError, "none of 120 died");
});
