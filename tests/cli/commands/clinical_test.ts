import { assert, assertAlmostEquals, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { createRandom, InputError } from "@ctsurv/base/mod.ts";
import { parseCommand } from "@ctsurv/cli/command.ts";
import { clinical } from "@ctsurv/cli/commands/clinical.ts";
import { evaluate } from "@ctsurv/cli/commands/evaluate.ts";
import { formatClinical } from "@ctsurv/cohort/table/clinical.ts";
import type { ClinicalRecord } from "@ctsurv/cohort/table/mod.ts";
import { inFolder } from "../../support/in_folder.ts";
import { sharedData } from "../../support/shared_data.ts";

interface Result {
  readonly patients: number;
  readonly deaths: number;
  readonly excluded: readonly { readonly patient: string }[];
  readonly covariates: readonly { readonly covariate: string; readonly ratio: number; readonly low: number }[];
  readonly crossValidation: {
    readonly cox: {
      readonly mean: number;
      readonly pooled: { readonly pre: { readonly risk: { readonly value: number } } };
    };
  };
}

async function run(...args: string[]) {
  const { text, json } = await clinical.run(parseCommand(clinical, args));
  return { text, json: json as Result };
}

/** A table of patients who die the sooner the older they are; the first is one of LUNG1's excluded. */
async function writeTable(dir: string, patients = 60): Promise<string> {
  const file = join(dir, "clinical.csv");
  const records = Array.from({ length: patients }, (_, i) => {
    const random = createRandom(1, "cli", i);
    const age = random.between(40, 90);
    return {
      patient: i === 0 ? "LUNG1-014" : `P-${i}`,
      age,
      tStage: null,
      nStage: null,
      mStage: null,
      overallStage: i % 2 === 0 ? "II" : "IIIa",
      histology: null,
      gender: null,
      survivalDays: Math.round(400 * Math.exp(0.08 * (65 - age)) * -Math.log(random.uniform())),
      dead: true,
    };
  });
  await Deno.writeTextFile(file, formatClinical(records));
  return file;
}

Deno.test("clinical gives hazard ratios, and a concordance that evaluate finds again in its predictions", () =>
  inFolder(async (dir) => {
    const [table, predictions] = [await writeTable(dir), join(dir, "cox.csv")];
    const { text, json } = await run("--clinical", table, "--predictions", predictions);
    assertEquals([json.patients, json.excluded.map(({ patient }) => patient)], [59, ["LUNG1-014"]]);
    assertEquals(json.covariates.map(({ covariate }) => covariate), ["age", "stage II"]);
    assert(json.covariates[0]!.low > 1);
    assertStringIncludes(text, "against IIIa");
    const { value } = json.crossValidation.cox.pooled.pre.risk;
    assert(value > 0.65);
    const found = await evaluate.run(parseCommand(evaluate, ["--predictions", predictions]));
    assertStringIncludes(found.text, value.toFixed(4));
    assertEquals((await run("--clinical", table, "--keep-excluded")).json.patients, 60);
  }));

Deno.test("clinical refuses no table, two, and a table too short for its folds", () =>
  inFolder(async (dir) => {
    await assertRejects(() => run(), InputError, "either --cohort DIR or --clinical");
    await assertRejects(() => run("--cohort", dir, "--clinical", dir), InputError, "either");
    await assertRejects(() => run("--cohort", dir, "--keep-excluded"), InputError, "only with --clinical");
    await assertRejects(() => run("--clinical", join(dir, "none.csv")), InputError, "none.csv");
    await assertRejects(() => writeTable(dir, 8).then((file) => run("--clinical", file)), InputError, "7 patients");
  }));

/** Sixty patients of whom those of one stage all live; what else is in the table is given by the test. */
async function writeStages(dir: string, fields: (i: number) => Partial<ClinicalRecord>): Promise<string> {
  const file = join(dir, "stages.csv");
  const records = Array.from({ length: 60 }, (_, i): ClinicalRecord => ({
    ...{ patient: `P-${i}`, age: 50 + (i * 7) % 31, tStage: null, nStage: null, mStage: null },
    ...{ overallStage: i % 3 === 0 ? "I" : i % 3 === 1 ? "II" : "IIIa", histology: null },
    ...{ gender: i % 2 === 0 ? "male" : "female", survivalDays: 100 + (i * 37) % 600, dead: i % 3 !== 1 && i % 4 < 3 },
    ...fields(i),
  }));
  await Deno.writeTextFile(file, formatClinical(records));
  return file;
}

Deno.test("clinical names separation and collinearity, and fits them with --ridge", () =>
  inFolder(async (dir) => {
    const separated = await writeStages(dir, () => ({}));
    const { message } = await assertRejects(() => run("--clinical", separated), InputError);
    assertStringIncludes(message, "the coefficient of stage II grows without limit");
    assertStringIncludes(
      message,
      "(separation): none of the 20 patients with stage II died. Leave it out, or use --ridge 1",
    );
    const { json, text } = await run("--clinical", separated, "--ridge", "1");
    assert(json.covariates.every(({ ratio }) => ratio > 0 && ratio < 100));
    assertStringIncludes(text, "Cox regression on all patients, with a ridge of 1");
    assertEquals((json as unknown as { ridge: number }).ridge, 1);

    const collinear = await writeStages(
      dir,
      (i) => ({ histology: i % 2 === 0 ? "nos" : "large cell", dead: i % 5 < 3 }),
    );
    const other = await assertRejects(() => run("--clinical", collinear), InputError);
    assertStringIncludes(other.message, "(collinearity): it follows from histology nos");
    await run("--clinical", collinear, "--ridge", "0.5");
    for (const wrong of ["-1", "many", "1e999", ""]) {
      await assertRejects(() => run("--clinical", separated, `--ridge=${wrong}`), InputError, "--ridge");
    }
  }));

Deno.test("clinical says which fold cannot be fitted", () =>
  inFolder(async (dir) => {
    // Of stage II one patient dies, who is tested in one of the folds.
    const file = await writeStages(dir, (i) => i === 1 ? { dead: true } : {});
    const { message } = await assertRejects(() => run("--clinical", file), InputError);
    assert(/^Fold \d+ of 10: Cox regression does not converge: .*\(separation\)/.test(message), message);
  }));

Deno.test("clinical takes spellings for one level and says so, and warns of follow-up beyond any", () =>
  inFolder(async (dir) => {
    const words = { male: ["male", "M", "Male"], female: ["f", "F", "female"] };
    const fields = (i: number) => ({
      gender: words[i % 2 === 0 ? "male" : "female"][i % 3]!,
      overallStage: i % 3 === 0 ? "I" : i % 4 === 0 ? "IIIA" : "IIIa",
      dead: i % 5 < 3,
    });
    const { json, text } = await run("--clinical", await writeStages(dir, fields));
    assertEquals(json.covariates.map(({ covariate }) => covariate), ["age", "stage I", "sex M"]);
    assertStringIncludes(text, "One level of stage, IIIa, is spelt IIIa (30), IIIA (10)");
    assertStringIncludes(text, "One level of sex, M, is spelt M (10), Male (10), male (10)");
    const { warnings } = json as unknown as { warnings: string[] };
    assertEquals(warnings, []);
    const long = await writeStages(
      dir,
      (i) => ({ dead: i % 5 < 3, ...i === 59 && { survivalDays: 30.4375 * 713 } }),
    );
    assertStringIncludes(
      (await run("--clinical", long)).text,
      "Warning: the longest follow-up, of P-59, is 713 months",
    );
  }));

Deno.test("clinical says that nobody died, and that the unit may be wrong", () =>
  inFolder(async (dir) => {
    const alive = await writeStages(dir, () => ({ dead: false }));
    await assertRejects(() => run("--clinical", alive), InputError, "None of the 60 patients of");
    const years = await writeStages(dir, (i) => ({ survivalDays: 365.25 * (100 + i), dead: true }));
    await assertRejects(() => run("--clinical", years), InputError, "the longest follow-up, of P-59, is 1908 months");
  }));

Deno.test("clinical of LUNG1's own table: the 415, as scikit-survival and lifelines have them", async () => {
  const table = sharedData("lung1/NSCLC-Radiomics-Lung1.clinical-version3-Oct-2019.csv");
  if (!table) return;
  const { json } = await run("--clinical", table);
  assertEquals([json.patients, json.deaths, json.covariates.length], [415, 247, 9]);
  assertAlmostEquals(json.crossValidation.cox.mean, 0.4982692436525859, 1e-9);
  assertAlmostEquals(json.crossValidation.cox.pooled.pre.risk.value, 0.4695714624384666, 1e-9);
});
