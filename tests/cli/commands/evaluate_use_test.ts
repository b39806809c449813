import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { createRandom, InputError } from "@ctsurv/base/mod.ts";
import { parseCommand } from "@ctsurv/cli/command.ts";
import { evaluate } from "@ctsurv/cli/commands/evaluate.ts";
import type { ClinicalUse } from "@ctsurv/cli/evaluation/clinical_use.ts";
import { decisionCurve } from "@ctsurv/survival/mod.ts";
import { inFolder } from "../../support/in_folder.ts";

/** Predictions of 60 patients in three folds, whose hazards are claimed to be twice what they are. */
function predictions({ folds = true, sex = true } = {}): string {
  const random = createRandom(11, "evaluate-use");
  const rows = Array.from({ length: 60 }, (_, i) => {
    const hazard = random.between(.01, .08);
    const months = Math.min(24, -Math.log(random.between(0, 1)) / hazard);
    const curve = [6, 12, 24].map((t) => Math.exp(-2 * hazard * t));
    const cells = [`P${i}`, months, months < 24 ? 1 : 0, ...curve];
    return [...cells, ...folds ? [1 + i % 3] : [], ...sex ? [i % 2 ? "F" : i % 4 ? "m" : "M"] : []].join(",");
  });
  const header = ["patient,months,event,S6,S12,S24", ...folds ? ["fold"] : [], ...sex ? ["Sex"] : []].join(",");
  return [header, ...rows].join("\n");
}

/** Runs `evaluate` on a table, and on another one with --clinical. */
const run = (args: readonly string[], table = predictions(), clinical?: string) =>
  inFolder(async (folder) => {
    const file = join(folder, "predictions.csv");
    await Deno.writeTextFile(file, table);
    const more: string[] = [];
    if (clinical !== undefined) {
      more.push("--clinical", join(folder, "clinical.csv"));
      await Deno.writeTextFile(join(folder, "clinical.csv"), clinical);
    }
    const { text, json } = await evaluate.run(
      parseCommand(evaluate, ["--predictions", file, "--replicates", "50", ...args, ...more]),
    );
    return { text, json: json as ClinicalUse & Readonly<Record<string, unknown>> };
  });
const refused = async (message: string, args: readonly string[], table?: string, clinical?: string) =>
  assertStringIncludes((await assertRejects(() => run(args, table, clinical), InputError)).message, message);

Deno.test("evaluate --recalibrate says what a shift and isotonic regression mend, and adds to what there was", async () => {
  const { json: plain } = await run([]);
  for (const method of ["shift", "isotonic"]) {
    const { json: { recalibration, ...rest }, text } = await run(["--recalibrate", method]);
    assertEquals(rest, plain);
    const { before, after, folds, observed } = recalibration!;
    assert(Math.abs(before.predicted - observed!) > .1 && Math.abs(after.predicted - observed!) < .05);
    assert(after.ici! < before.ici! && after.brier! < before.brier!);
    assertEquals(folds.map(({ patients, fold }) => [fold, patients]), [["1", 20], ["2", 20], ["3", 20]]);
    assertEquals(folds.every(({ hazardRatio }) => method === "shift" ? hazardRatio! < .9 : hazardRatio === null), true);
    assertStringIncludes(text, `Recalibrated at 24 months (${method}), each of 3 folds by the patients of the others`);
  }
});

Deno.test("evaluate --decision-curve gives 99 thresholds, and those of the recalibrated predictions", async () => {
  const { json: { decisionCurve: curve, recalibratedDecisionCurve: after }, text } = await run([
    "--decision-curve",
    "--recalibrate",
    "shift",
  ]);
  assertEquals([curve!.points.length, after!.points.length, curve!.time], [99, 99, 24]);
  const lines = predictions().split("\n").slice(1).map((line) => line.split(","));
  const expected = decisionCurve({
    times: [24],
    survival: lines.map((cells) => [Number(cells[5])]),
    months: lines.map((cells) => Number(cells[1])),
    event: lines.map((cells) => Number(cells[2])),
  }, 24);
  assertEquals(curve, expected);
  assertStringIncludes(text, "Net benefit at 24 months");
  assertStringIncludes(text, "Recalibrated, it is worth more than");
  const { json: alone } = await run(["--decision-curve", "--horizon", "12"]);
  assertEquals([alone.decisionCurve!.time, alone.recalibratedDecisionCurve], [12, undefined]);
});

Deno.test("evaluate --by takes a column of the predictions: words in any case, within folds", async () => {
  const { json: { subgroups }, text } = await run(["--by", "sex"]);
  const [report] = subgroups!;
  assertEquals([report!.column, report!.withinFolds, report!.unknown], ["Sex", true, 0]);
  assertEquals(report!.subgroups.map(({ level, patients }) => [level, patients]), [["F", 30], ["M", 30]]);
  assertEquals(report!.interaction!.levels, ["F", "M"]);
  assertStringIncludes(text, "by Sex of ");
  assertStringIncludes(text, "of the pairs of one level and one fold");
  const { json: pooled } = await run(["--by", "sex"], predictions({ folds: false }));
  assertEquals(pooled.subgroups![0]!.withinFolds, false);
});

Deno.test("evaluate --by takes a column of --clinical: other names, ages at their median, small and unknown levels", async () => {
  const clinical = [
    "PatientID,gender,age,Overall.Stage",
    ...Array.from(
      { length: 59 },
      (_, i) => `P${i},${i < 3 ? "NA" : i % 2 ? "male" : "female"},${40 + i},${i < 4 ? "I" : "II"}`,
    ),
  ].join("\n");
  const table = predictions({ sex: false });
  const { json: { subgroups }, text } = await run(["--by", "sex", "--by", "age", "--by", "stage"], table, clinical);
  const [sex, age, stage] = subgroups!;
  assertEquals([sex!.column, sex!.unknown], ["gender", 4]);
  assertEquals(age!.subgroups.map(({ level, patients }) => [level, patients]), [["69 or less", 30], [
    "more than 69",
    29,
  ]]);
  const died = table.split("\n").slice(1, 60).filter((line) => line.split(",")[2] === "1").length;
  assertEquals(age!.subgroups.reduce((sum, { deaths }) => sum + deaths, 0), died);
  assertEquals([stage!.column, stage!.interaction], ["Overall.Stage", null]);
  assertEquals(stage!.subgroups.map(({ isSmall }) => isSmall), [true, false]);
  assertStringIncludes(text, "I (few deaths)");
  assertStringIncludes(text, "Fewer than 10 deaths in I: ");
  assertStringIncludes(text, "lacks 1 of the patients, such as P59");
  assertStringIncludes(text, "cut at its median, 69");
});

Deno.test("evaluate refuses a recalibration without folds, an unknown method, and columns that are no groups", async () => {
  const one = predictions({ folds: false });
  await refused("has no column fold with two or more folds", ["--recalibrate", "shift"], one);
  await refused('--recalibrate takes shift or isotonic, not "logit"', ["--recalibrate", "logit"]);
  await refused("--by scanner: no table has such a column", ["--by", "scanner"]);
  await refused("say which column", [], predictions(), "PatientID,age\nP1,4");
  await refused("60 different words", ["--by", "patient"]);
  await refused(
    "none of the patients, such as P0; its first is Q1",
    ["--by", "age"],
    predictions(),
    "PatientID,age\nQ1,4\nQ2,5",
  );
  await refused("row 3 (P1): the patient is there twice", ["--by", "age"], predictions(), "PatientID,age\nP1,4\nP1,5");
  await refused("no column of patients", ["--by", "age"], predictions(), "name,age\nP1,4\nP2,5");
  await refused("the level of no patient is known", ["--by", "age"], predictions(), "PatientID,age\nP1,NA\nP2,");
});
