import { assert, assertAlmostEquals, assertEquals, assertNotEquals, assertRejects } from "@std/assert";
import fixture from "../../fixtures/fusion.json" with { type: "json" };
import { createRandom, InputError } from "@ctsurv/base/mod.ts";
import { onnxEngine } from "@ctsurv/engine/mod.ts";
import type { TrainingPatient } from "@ctsurv/features/mod.ts";
import { coxSurvival, fitCox, likelihoodRatio } from "@ctsurv/survival/mod.ts";
import {
  addedValue,
  coxTrainer,
  ctdSummaries,
  type FusionPatient,
  headTrainer,
  lateFusionTrainer,
  outOfFoldRisks,
  riskOf,
  type Trainer,
  trainFolds,
} from "@ctsurv/training/mod.ts";
import { briefly, fusionPatients, tinyHead } from "./fusion_patients.ts";

const patients = fusionPatients(60);
const MONTHS = Array.from({ length: 25 }, (_, month) => month);

/** A model of the CT that is fitted at once: Cox regression on the mean of the slices. */
const cox: Trainer<TrainingPatient, ReturnType<typeof fitCox>> = {
  train: (given) =>
    Promise.resolve({
      parameters: fitCox({
        covariates: given.map(meanOfSlices),
        months: given.map(({ followUp }) => followUp.months),
        event: given.map(({ followUp }) => followUp.event),
      }, { ridge: 1 }),
      losses: [],
    }),
  predict: (model, given) =>
    Promise.resolve(given.map((patient) => ({
      id: patient.id,
      survival: coxSurvival(model, meanOfSlices(patient), MONTHS),
      attention: new Float32Array(),
    }))),
  dispose: () => Promise.resolve(),
};

function meanOfSlices({ features, slices }: TrainingPatient): Float64Array {
  return Float64Array.from({ length: 4 }, (_, k) => (features[k]! + features[4 + k]!) / slices);
}

/** The patients with the months of some of them dealt anew; who died is as before, so that the folds are the same. */
function dealMonths(
  given: readonly FusionPatient[],
  chosen: (index: number) => boolean,
  seed: number,
): FusionPatient[] {
  const deaths = [...given.keys()].filter((i) => chosen(i) && given[i]!.followUp.event === 1);
  const order = createRandom(seed, "deal").shuffle([...deaths]);
  const months = new Map(deaths.map((i, k) => [i, given[order[k]!]!.followUp.months]));
  return given.map((patient, i) => ({
    ...patient,
    followUp: { ...patient.followUp, months: months.get(i) ?? patient.followUp.months },
  }));
}

async function modelOfFold(given: readonly FusionPatient[], fold: number): Promise<string> {
  let model = "";
  await trainFolds(lateFusionTrainer(cox, { innerFolds: 3 }), given, {
    folds: 4,
    foldSeed: 42,
    onlyFold: fold,
    onTrained: (_, parameters) => model = JSON.stringify(parameters),
  });
  return model;
}

Deno.test("late fusion: outcomes of the patients whom a fold tests change nothing of its model, and others do", async () => {
  const [whole] = await trainFolds(lateFusionTrainer(cox, { innerFolds: 3 }), patients, {
    folds: 4,
    foldSeed: 42,
    onlyFold: 2,
  });
  const tested = new Set(whole!.predictions.map(({ id }) => id));
  const isTested = (i: number) => tested.has(patients[i]!.id);
  const model = await modelOfFold(patients, 2);
  for (let seed = 0; seed < 5; seed++) {
    assertEquals(await modelOfFold(dealMonths(patients, isTested, seed), 2), model);
    assertNotEquals(await modelOfFold(dealMonths(patients, (i) => !isTested(i), seed), 2), model);
  }
});

Deno.test("late fusion: records and features of the patients whom a fold tests change nothing of its model", async () => {
  const model = await modelOfFold(patients, 1);
  const [fold] = await trainFolds(lateFusionTrainer(cox, { innerFolds: 3 }), patients, {
    folds: 4,
    foldSeed: 42,
    onlyFold: 1,
  });
  const tested = new Set(fold!.predictions.map(({ id }) => id));
  const changed = patients.map((patient) =>
    tested.has(patient.id)
      ? { ...patient, features: patient.features.map((x) => 1 - x), record: { ...patient.record, age: 20 } }
      : patient
  );
  assertEquals(await modelOfFold(changed, 1), model);
});

Deno.test("outOfFoldRisks(): within a fold, no patient's risk depends on outcomes of that fold", async () => {
  const options = { folds: 3, seed: 42 };
  const { risks, folds } = await outOfFoldRisks(cox, patients, options);
  const differences = (values: Float64Array, fold: number) => {
    const own = [...values].filter((_, i) => folds[i] === fold);
    return own.map((risk) => risk - own[0]!);
  };
  const dealt = await outOfFoldRisks(cox, dealMonths(patients, (i) => folds[i] === 1, 1), options);
  assertEquals(dealt.folds, folds);
  differences(dealt.risks, 1).forEach((risk, k) => assertAlmostEquals(risk, differences(risks, 1)[k]!, 1e-12));
  assert(differences(dealt.risks, 0).some((risk, k) => Math.abs(risk - differences(risks, 0)[k]!) > 1e-3));
  // All folds have one mean.
  const means = [0, 1, 2].map((fold) => {
    const own = [...risks].filter((_, i) => folds[i] === fold);
    return own.reduce((sum, risk) => sum + risk, 0) / own.length;
  });
  means.forEach((mean) => assertAlmostEquals(mean, means[0]!, 1e-12));
});

Deno.test("late fusion predicts better than the CT alone and clinical data alone, where both count", async () => {
  const many = fusionPatients(160);
  const folds = { folds: 4, foldSeed: 42 };
  const ctd = async <P>(trainer: Trainer<FusionPatient, P>) =>
    ctdSummaries(await trainFolds(trainer, many, folds)).withinFolds!;
  const [ct, clinical, late] = [await ctd(cox), await ctd(coxTrainer()), await ctd(lateFusionTrainer(cox))];
  assert(late > ct + .03 && late > clinical + .03, `${[ct, clinical, late]}`);
  const predicted = new Map(
    (await trainFolds(cox, many, folds)).flatMap(({ predictions }) => predictions).map((one) => [one.id, one]),
  );
  const { test, p, hazardRatio, covariates } = addedValue(many, many.map(({ id }) => predicted.get(id)!));
  assert(p < .001 && hazardRatio.low > 1 && test.p < p, `${p}`);
  assertEquals([test.degreesOfFreedom, covariates], [1, ["age", "sex female"]]);
});

Deno.test("late fusion with a survival head: epochs of all trainings are counted, and attention is the head's", async () => {
  const engine = onnxEngine({ threads: 1 });
  const heads = headTrainer(engine, tinyHead, briefly);
  const trainer = lateFusionTrainer(heads, { innerFolds: 2, ridge: 1 });
  const epochs: number[] = [];
  const { parameters, losses } = await trainer.train(patients, (epoch) => epochs.push(epoch));
  assertEquals(epochs, Array.from({ length: 18 }, (_, i) => i + 1));
  assertEquals(losses.length, 6);
  const images = patients.map(({ record: _, ...image }) => image);
  const alone = await heads.train(images);
  assertEquals([parameters.ct, losses], [alone.parameters, alone.losses]);
  const [fused] = await trainer.predict(parameters, patients);
  const [seen] = await heads.predict(alone.parameters, images);
  assertEquals(fused!.attention, seen!.attention);
  assertNotEquals(fused!.survival, seen!.survival);
  assertEquals(trainer.constantLoss!(patients), heads.constantLoss!(images));
  await trainer.dispose();
});

Deno.test("riskOf() is finite for a network that is quite sure", () => {
  assert([0, 1, 1e-20].every((last) => Number.isFinite(riskOf([1, last]))));
  assert(riskOf([1, .2]) > riskOf([1, .3]));
});

Deno.test("addedValue(): a risk that points the wrong way adds nothing", () => {
  const many = fusionPatients(160);
  const predictions = many.map(({ features }, i) => ({
    survival: Float64Array.of(1, 1 / (1 + Math.exp(-features[0]!))),
    fold: 1 + i % 4,
  }));
  const { p, hazardRatio } = addedValue(many, predictions);
  assert(hazardRatio.ratio < 1 && p > .99, `${p}`);
  const right = predictions.map(({ survival, fold }) => ({
    survival: survival.map((s, m) => m === 0 ? 1 : 1 - s),
    fold,
  }));
  assert(addedValue(many, right).p < .01);
});

/** One risk for each patient, as the curves of a model in one of four folds. */
const byRisk = (risks: readonly number[]) =>
  risks.map((risk, i) => ({ survival: Float64Array.of(1, Math.exp(-Math.exp(risk))), fold: 1 + i % 4 }));

Deno.test("addedValue(): folds of other levels leave the hazard ratio of one standard deviation as it is", () => {
  const many = fusionPatients(160);
  const risks = many.map(({ features }) => .2 * features[0]! - 1);
  const found = addedValue(many, byRisk(risks));
  const moved = addedValue(many, byRisk(risks.map((risk, i) => risk + .5 * (i % 4))));
  assertAlmostEquals(moved.test.statistic, found.test.statistic, 1e-6);
  assertAlmostEquals(moved.hazardRatio.ratio, found.hazardRatio.ratio, 1e-6);
  assertAlmostEquals(moved.hazardRatio.high, found.hazardRatio.high, 1e-6);
});

Deno.test("addedValue(): the interval holds 1 exactly where p is neither below 0.05 nor above 0.95", () => {
  const sides = new Set<string>();
  for (const sign of [1, -1]) {
    for (const share of [0, .05, .1, .15, .2, .25, .3, .5, 1]) {
      const many = fusionPatients(60, 4);
      const noise = fusionPatients(60, 5);
      const risks = many.map(({ features }, i) => sign * share * features[0]! + (1 - share) * noise[i]!.features[1]!);
      const { p, hazardRatio: { ratio, low, high, level } } = addedValue(many, byRisk(risks));
      assert(low < ratio && ratio < high && level === .9);
      assertEquals([low > 1, high < 1], [p < .05, p > .95], `${p}`);
      sides.add(low > 1 ? "above" : high < 1 ? "below" : "around");
    }
  }
  assertEquals(sides.size, 3);
});

Deno.test("late fusion refuses too few patients for the inner folds, and says what it is", async () => {
  await assertRejects(
    () => lateFusionTrainer(cox, { innerFolds: 10 }).train(patients.slice(0, 8)),
    InputError,
    "A training of late fusion has too few patients for 10 folds",
  );
});

const { covariates, months, event, strata, plain, stratified } = fixture.likelihoodRatio;
for (const [what, expected, by] of [["", plain, undefined], [", stratified", stratified, strata]] as const) {
  Deno.test(`likelihoodRatio() of nested models agrees with lifelines${what}`, () => {
    const outcomes = { months, event };
    const options = by ? { strata: by } : {};
    const large = fitCox({ covariates, ...outcomes }, options);
    const small = fitCox({ covariates: covariates.map((row) => row.slice(0, 2)), ...outcomes }, options);
    const { statistic, degreesOfFreedom } = likelihoodRatio(large, small);
    assertAlmostEquals(statistic, expected.statistic, 1e-7);
    assertEquals(degreesOfFreedom, 1);
    large.coefficients.forEach((b, k) => assertAlmostEquals(b, expected.coefficients[k]!, 1e-7));
    large.standardErrors.forEach((s, k) => assertAlmostEquals(s, expected.standardErrors[k]!, 1e-7));
  });
}
