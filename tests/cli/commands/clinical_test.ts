import { assert, assertAlmostEquals, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { createRandom, InputError } from "@ctsurv/base/mod.ts";
import { parseCommand } from "@ctsurv/cli/command.ts";
import { clinical } from "@ctsurv/cli/commands/clinical.ts";
import { evaluate } from "@ctsurv/cli/commands/evaluate.ts";
import { formatClinical } from "@ctsurv/cohort/table/clinical.ts";
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

Deno.test("clinical of LUNG1's own table: the 415, as scikit-survival and lifelines have them", async () => {
  const table = sharedData("lung1/NSCLC-Radiomics-Lung1.clinical-version3-Oct-2019.csv");
  if (!table) return;
  const { json } = await run("--clinical", table);
  assertEquals([json.patients, json.deaths, json.covariates.length], [415, 247, 9]);
  assertAlmostEquals(json.crossValidation.cox.mean, 0.4982692436525859, 1e-9);
  assertAlmostEquals(json.crossValidation.cox.pooled.pre.risk.value, 0.4695714624384666, 1e-9);
});
