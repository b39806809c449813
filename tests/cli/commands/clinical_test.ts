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
    const old = ["--clinical", collinear, "--covariates", "overall-stage"];
    const other = await assertRejects(() => run(...old), InputError);
    assertStringIncludes(other.message, "(collinearity): it follows from histology nos");
    await run(...old, "--ridge", "0.5");
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

/** Mean of the folds, and the likelihood-ratio test on all patients, by lifelines and scikit-learn's folds. */
const lung1 = {
  clinical: {
    mean: 0.5598897159202203,
    std: 0.05849271328256883,
    statistic: 10.664658212323047,
    p: 0.030602885091860706,
  },
  volume: {
    mean: 0.5980771589865497,
    std: 0.025680632820119953,
    statistic: 26.073158441054602,
    p: 3.287222209664073e-7,
  },
  both: { mean: 0.603813888309749, std: 0.03930629524629387, statistic: 34.665507906177936, p: 1.7545356164195533e-6 },
};

interface Models {
  readonly models: readonly {
    readonly name: string;
    readonly penalty: string;
    readonly chosen: { readonly covariates: number; readonly selected: number } | null;
    readonly covariates: readonly { readonly covariate: string }[] | null;
    readonly likelihoodRatio:
      | { readonly statistic: number; readonly p: number; readonly degreesOfFreedom: number }
      | null;
    readonly crossValidation: { readonly mean: number; readonly stdSample: number };
  }[];
  readonly notes: readonly string[];
}

Deno.test("clinical of LUNG1's own table: the 415, as scikit-survival and lifelines have them", async () => {
  const table = sharedData("lung1/NSCLC-Radiomics-Lung1.clinical-version3-Oct-2019.csv");
  if (!table) return;
  const { json } = await run("--clinical", table, "--covariates", "overall-stage");
  assertEquals([json.patients, json.deaths, json.covariates.length], [415, 247, 9]);
  assertAlmostEquals(json.crossValidation.cox.mean, 0.4982692436525859, 1e-9);
  assertAlmostEquals(json.crossValidation.cox.pooled.pre.risk.value, 0.4695714624384666, 1e-9);
});

Deno.test("clinical of LUNG1: age, T, N and sex, tumour volume and both, as lifelines has them", async () => {
  const table = sharedData("lung1/NSCLC-Radiomics-Lung1.clinical-version3-Oct-2019.csv");
  const reference = sharedData("lung1-tables/lung1_reference.csv");
  if (!table || !reference) return;
  const volume = `${reference}:log2(gtv_cm3)`;
  const { json, text } = await run(
    ...["--clinical", table, "--covariates", "clinical", "--covariates", volume, "--covariates", `clinical,${volume}`],
  );
  const { models } = json as unknown as Models;
  Object.values(lung1).forEach(({ mean, std, statistic, p }, k) => {
    const { crossValidation, likelihoodRatio } = models[k]!;
    assertAlmostEquals(crossValidation.mean, mean, 1e-9);
    assertAlmostEquals(crossValidation.stdSample, std, 1e-9);
    assertAlmostEquals(likelihoodRatio!.statistic, statistic, 1e-9);
    assertAlmostEquals(likelihoodRatio!.p, p, 1e-9);
  });
  assertEquals(models[0]!.covariates!.map(({ covariate }) => covariate), ["age", "T", "N", "sex female"]);
  assertStringIncludes(text, "Likelihood-ratio test: chi-square 10.66, 4 df, p = 0.0306");
});

/** Patients of whom the first of many features says how long they live, in a table as PyRadiomics writes it. */
async function writeFeatures(dir: string, change: (lines: string[]) => string[] = (lines) => lines) {
  const table = await writeTable(dir);
  const random = createRandom(4, "features");
  const ages = (await Deno.readTextFile(table)).split("\n").slice(1, -1).map((line) => line.split(","));
  const names = Array.from({ length: 80 }, (_, k) => `original_glcm_F${k}`);
  const lines = [
    ["PatientID", "diagnostics_Versions_PyRadiomics", "surv2yr", ...names, "constant", "empty"].join(","),
    ...ages.map(([patient, age], i) =>
      [
        patient,
        "v3.0",
        i % 2,
        ...names.map((_, k) => k === 0 && i % 9 > 0 ? Number(age) : k === 0 ? "NA" : random.normal()),
      ]
        .concat(7, "").join(",")
    ),
  ];
  const features = join(dir, "features.csv");
  await Deno.writeTextFile(features, `${change(lines).join("\n")}\n`);
  return { table, features };
}

Deno.test("clinical of anybody's table: more columns than patients, text, gaps, constants; outcomes are not read", () =>
  inFolder(async (dir) => {
    const { table, features } = await writeFeatures(dir);
    const predictions = join(dir, "p.csv");
    const { json, text } = await run(
      ...["--clinical", table, "--covariates", features, "--covariates", "clinical", "--predictions", predictions],
      // Three folds: each chooses a penalty by five more.
      ...["--profile", "smoke"],
    );
    const { models, notes } = json as unknown as Models;
    assertEquals(models.map(({ name, penalty }) => `${name}, ${penalty}`), [
      "features.csv, ridge",
      "features.csv, elastic net",
      "clinical, none",
    ]);
    const [ridge, net] = models;
    assertEquals(ridge!.chosen!.selected, 80);
    assert(net!.chosen!.selected < 40, `${net!.chosen!.selected}`);
    assert(net!.crossValidation.mean > 0.65, `${net!.crossValidation.mean}`);
    assertEquals(notes.filter((note) => /surv2yr|diagnostics|hold text: empty/.test(note)).length, 3, notes.join("\n"));
    assertStringIncludes(text, "chosen by cross-validation");
    // The second model's curves lie beside the first one's.
    const found = await evaluate.run(
      parseCommand(evaluate, ["--predictions", join(dir, "p-2.csv"), "--replicates", "0"]),
    );
    const { folds } = found.json as { folds: { summary: { mean: number } } };
    assertAlmostEquals(folds.summary.mean, net!.crossValidation.mean, 1e-12);
  }));

Deno.test("clinical compares only patients who are in every table, and says so", () =>
  inFolder(async (dir) => {
    const { table, features } = await writeFeatures(dir, (lines) =>
      [...lines.slice(0, -9), "stranger,v,1", ""].map((line) =>
        line.startsWith("stranger") ? line + ",1".repeat(82) : line
      ));
    const { json } = await run(
      ...["--clinical", table, "--covariates", `${features}:original_glcm_F0`, "--covariates", "clinical"],
    );
    assertEquals(json.patients, 50);
    const { notes, models } = json as unknown as Models;
    assertStringIncludes(notes.join("\n"), "Left out, because they are not in every table: 9 of 59 patients");
    assertStringIncludes(
      notes.join("\n"),
      "patients who are excluded or not in the clinical table: LUNG1-014, stranger",
    );
    assertEquals(
      models.map(({ penalty }) =>
        penalty
      ),
      ["none", "none"],
    );
  }));

Deno.test("clinical refuses covariates and tables that it cannot use", () =>
  inFolder(async (dir) => {
    const { table, features } = await writeFeatures(dir);
    const refused = (message: string, ...args: string[]) =>
      assertRejects(() => run("--clinical", table, ...args), InputError, message);
    await refused('There is no covariate "weight"', "--covariates", "age,weight");
    await refused("needs --tumour", "--covariates", "volume");
    await refused("only with --cohort", "--tumour");
    await refused("only with --tumour", "--tumour-table", join(dir, "t.csv"));
    await refused("has no column original_glcm_G0", "--covariates", `${features}:original_glcm_G0`);
    await refused("none.csv", "--covariates", join(dir, "none.csv"));
    await refused("--l1-ratio takes a number", "--l1-ratio", "0");
    await refused("log2(surv2yr) needs numbers above 0", "--covariates", `${features}:log2(surv2yr)`);
    const { features: mixed } = await writeFeatures(dir, (lines) =>
      lines.with(4, lines[4]!.replace(/[^,]+,7,$/, "high,7,")));
    await refused('row 5 (P-3), column original_glcm_F79: "high" is not a number', "--covariates", mixed);
    const { features: others } = await writeFeatures(dir, (lines) =>
      lines.map((line) =>
        line.replace(/^P-/, "Q-").replace(/^LUNG1/, "X")
      ));
    await refused("No patient is in", "--covariates", others);
    const { features: twice } = await writeFeatures(dir, (lines) => [...lines, lines[3]!]);
    await refused("row 4 is the same patient; keep one", "--covariates", twice);
  }));
