import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import oracle from "../../fixtures/survival_losses.json" with { type: "json" };
import { InputError } from "@ctsurv/base/mod.ts";
import { kaplanMeier, kaplanMeierAt, type SurvivalLossName } from "@ctsurv/survival/mod.ts";
import {
  crossEntropyCurves,
  cumulativeHazard,
  oneCurveLoss,
  survivalFromOutputs,
} from "@ctsurv/survival/losses/mod.ts";

const { curves } = oracle;
const months = Array.from({ length: 25 }, (_, k) => k);

function assertRows(actual: readonly Float64Array[], expected: readonly (readonly number[])[]): void {
  assertEquals(actual.length, expected.length);
  actual.forEach((curve, i) => {
    assertEquals(curve.length, expected[i]!.length);
    curve.forEach((s, k) => assertAlmostEquals(s, expected[i]![k]!, 1e-9, `patient ${i}, month ${k}`));
  });
}

Deno.test("curves of the logistic hazard, MTLR and PC-hazard agree with pycox", () => {
  for (const kind of ["logistic-hazard", "mtlr"] as const) {
    // pycox's curves begin with the end of the first month.
    assertRows(survivalFromOutputs(curves.outputs, { kind }), curves[kind].map((row) => [1, ...row.slice(0, 24)]));
  }
  assertRows(survivalFromOutputs(curves.outputs, { kind: "pc-hazard" }), curves["pc-hazard"]);
});

Deno.test("Cox's baseline and curves agree with pycox", () => {
  const { logHazards, baseline, survival } = curves.cox;
  const patients = curves.cox.months.map((months, i) => ({ months, event: curves.cox.event[i] as 0 | 1 }));
  const own = cumulativeHazard(patients, { logHazards });
  own.forEach((h, k) => assertAlmostEquals(h, baseline[k]!, 1e-9));
  assert(own[24]! > 0);
  assertRows(survivalFromOutputs(logHazards.slice(0, 3), { kind: "cox", baseline: own }), survival);
});

Deno.test("crossEntropyCurves() meet the network's number at 24 months, and have the training patients' shape", () => {
  const patients = curves.cox.months.map((months, i) => ({ months, event: curves.cox.event[i] as 0 | 1 }));
  const baseline = cumulativeHazard(patients);
  const [low, even, high] = crossEntropyCurves([-2, 0, 2], baseline);
  [[low, -2], [even, 0], [high, 2]].forEach(([curve, logit]) =>
    assertAlmostEquals((curve as Float64Array)[24]!, 1 / (1 + Math.exp(logit as number)), 1e-12)
  );
  // Proportional hazards: a power of one another at each month.
  const power = Math.log(high![24]!) / Math.log(low![24]!);
  months.forEach((k) => assertAlmostEquals(Math.log(high![k]!), power * Math.log(low![k]!), 1e-12));
  // A cumulative hazard of Nelson and Aalen is no more than that of Kaplan and Meier, and near it while many are at risk.
  const km = kaplanMeier({ months: patients.map(({ months }) => months), event: patients.map(({ event }) => event) });
  assert(Math.exp(-baseline[3]!) >= kaplanMeierAt(km, 3)!.survival);
  assertAlmostEquals(Math.exp(-baseline[3]!), kaplanMeierAt(km, 3)!.survival, .05);
});

Deno.test("curves begin at 1 and never rise, whatever the outputs", () => {
  const baseline = months.map((k) => k / 20);
  for (const kind of ["logistic-hazard", "mtlr", "pc-hazard", "cox", "cross-entropy"] as const) {
    const width = kind === "cox" || kind === "cross-entropy" ? 1 : 24;
    for (const scale of [0, 1, 800]) {
      const outputs = Array.from({ length: 3 * width }, (_, i) => scale * Math.sin(i + 1));
      for (const curve of survivalFromOutputs(outputs, { kind, baseline })) {
        assertEquals([curve.length, curve[0]], [25, 1]);
        curve.forEach((s, k) => assert(s >= 0 && s <= (curve[k - 1] ?? 1), `${kind}, month ${k}: ${s}`));
      }
    }
  }
});

Deno.test("survivalFromOutputs() refuses outputs that are not finite, and a head without its baseline", () => {
  const refused = (outputs: number[], kind: SurvivalLossName, baseline: number[] | undefined, says: string) =>
    assertThrows(() => survivalFromOutputs(outputs, { kind, ...baseline && { baseline } }), InputError, says);
  for (const kind of ["cox", "cross-entropy"] as const) {
    refused([0], kind, undefined, "at 25 months, and there is none. Train the head again");
    refused([0], kind, [0, 1], "one of 2");
    refused([NaN], kind, months, "Patient 1 has a log");
    refused([0], kind, months.map((k) => -k), "never falls");
  }
  refused([0], "cross-entropy", months.map(() => 0), "ends above 0");
  for (const kind of ["logistic-hazard", "mtlr", "pc-hazard"] as const) {
    refused(Array(25).fill(0), kind, undefined, "25 logits are not whole patients of 24 bins");
    refused([Infinity, ...Array(23).fill(0)], kind, undefined, "Patient 1 has a logit that is not finite");
  }
});

Deno.test("cumulativeHazard() of nobody's death is 0, counts deaths to the horizon, and refuses what is no ratio", () => {
  assertEquals([...cumulativeHazard([{ months: 5, event: 0 }])], months.map(() => 0));
  const late = [{ months: 24, event: 1 }, { months: 25, event: 1 }] as const;
  assertEquals([...cumulativeHazard(late)].slice(22), [0, 0, .5]);
  assertThrows(() => cumulativeHazard(late, { logHazards: [0, 900] }), InputError, "too far apart");
  assertThrows(() => cumulativeHazard([{ months: -1, event: 1 }]), InputError, "0 or more months");
});

Deno.test("oneCurveLoss() is no more than the loss of any one curve", () => {
  const patients = curves.cox.months.map((months, i) => ({ months, event: curves.cox.event[i] as 0 | 1 }));
  const discrete = oneCurveLoss(patients, { kind: "mtlr", batchSize: 4 });
  assertAlmostEquals(oneCurveLoss(patients, { kind: "logistic-hazard", batchSize: 4 }), discrete, 1e-12);
  assert(discrete < Math.log(25));
  // The piecewise hazards of a constant log 2 a month.
  const plain = patients.reduce((sum, { months, event }) => sum + Math.LN2 * months - event * Math.log(Math.LN2), 0);
  assert(oneCurveLoss(patients, { kind: "pc-hazard", batchSize: 4 }) < plain / patients.length);
  assert(oneCurveLoss(patients, { kind: "cross-entropy", batchSize: 4 }) <= Math.LN2);
  // All in one batch: the mean over deaths of the log of those at risk, whatever the deal.
  const deaths = patients.filter(({ event }) => event === 1);
  const whole = deaths.reduce(
    (sum, death) => sum + Math.log(patients.filter(({ months }) => months >= death.months).length) / deaths.length,
    0,
  );
  assertAlmostEquals(oneCurveLoss(patients, { kind: "cox", batchSize: patients.length }), whole, 1e-12);
  assert(oneCurveLoss(patients, { kind: "cox", batchSize: 4 }) < whole);
  for (const kind of ["cox", "pc-hazard", "cross-entropy"] as const) {
    assertThrows(() => oneCurveLoss([], { kind, batchSize: 4 }), InputError, "needs a patient");
    assertThrows(() => oneCurveLoss(patients, { kind, batchSize: 0 }), InputError, "not 0");
  }
});

Deno.test("oneCurveLoss() of the cross-entropy counts the batches of which no answer is known", () => {
  // One died, one lived, two were lost: of the six pairs that a batch can be, one has no answer.
  const patients = [
    { months: 3, event: 1 },
    { months: 24, event: 0 },
    { months: 5, event: 0 },
    { months: 9, event: 0 },
  ] as const;
  assertAlmostEquals(oneCurveLoss(patients, { kind: "cross-entropy", batchSize: 2 }), Math.LN2 * 5 / 6, 1e-12);
  // Three and a last one alone.
  const alone = Math.LN2 * (1 + 1 / 2) / 2;
  assertAlmostEquals(oneCurveLoss(patients, { kind: "cross-entropy", batchSize: 3 }), alone, 1e-12);
});

Deno.test("oneCurveLoss() of PC-hazard takes a death in whole months into the month before, under each scheme", () => {
  const patients = [{ months: 5, event: 1 }, { months: 7, event: 0 }] as const;
  const of = (labels: "interval" | "lab") => oneCurveLoss(patients, { kind: "pc-hazard", batchSize: 2, labels });
  assertEquals(of("lab"), of("interval"));
  assertAlmostEquals(of("lab"), (1 + Math.log(2)) / 2, 1e-12);
});
