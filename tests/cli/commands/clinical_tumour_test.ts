import { assert, assertAlmostEquals, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { createRandom, InputError } from "@ctsurv/base/mod.ts";
import { parseCommand } from "@ctsurv/cli/command.ts";
import { clinical } from "@ctsurv/cli/commands/clinical.ts";
import { formatClinical } from "@ctsurv/cohort/table/clinical.ts";
import { writeNifti } from "@ctsurv/imaging/mod.ts";
import { inFolder } from "../../support/in_folder.ts";

interface Result {
  readonly patients: number;
  readonly notes: readonly string[];
  readonly models: readonly {
    readonly name: string;
    readonly covariates: readonly { readonly covariate: string; readonly ratio: number }[];
    readonly crossValidation: { readonly mean: number };
  }[];
}

async function run(...args: string[]) {
  const { text, json } = await clinical.run(parseCommand(clinical, args));
  return { text, json: json as Result };
}

/** Forty patients with a tumour of so many voxels, who die the sooner the larger it is; the last has none. */
async function writeCohort(dir: string, voxelsOf: (i: number) => number): Promise<void> {
  const manifest = { format: 1, name: "Tumours", source: "made up", licence: "MIT", exclusions: [] };
  await Deno.writeTextFile(join(dir, "cohort.json"), JSON.stringify(manifest));
  const records = Array.from({ length: 40 }, (_, i) => ({
    ...{ patient: `P-${i}`, age: 50 + (i * 7) % 31, tStage: `${1 + i % 4}`, nStage: `${i % 3}`, mStage: null },
    ...{ overallStage: null, histology: null, gender: i % 2 === 0 ? "male" : "female", dead: true },
    survivalDays: Math.round(700 / (1 + 0.1 * i) * (0.7 + 0.6 * createRandom(1, "tumour", i).uniform())),
  }));
  await Deno.writeTextFile(join(dir, "clinical.csv"), formatClinical(records));
  for (const [i, { patient }] of records.entries()) {
    const grid = { shape: [1, 1, 64] as const, affine: [2, 0, 0, 0, 0, 1, 0, 0, 0, 0, 5, 0, 0, 0, 0, 1] as const };
    await writeNifti(join(dir, "images", `${patient}.nii`), { data: new Int16Array(64), ...grid });
    const data = Uint8Array.from({ length: 64 }, (_, x) => x < voxelsOf(i) ? 2 : 1);
    await writeNifti(join(dir, "truth", `${patient}.nii.gz`), { data, ...grid });
  }
}

Deno.test("clinical --tumour: volume, diameter and both with the clinical data; the table gives the same model again", () =>
  inFolder(async (dir) => {
    await writeCohort(dir, (i) => i === 39 ? 0 : 1 + i);
    const table = join(dir, "sizes.csv");
    const { json, text } = await run("--cohort", dir, "--tumour", "--tumour-table", table);
    assertEquals(json.patients, 39);
    assertStringIncludes(json.notes.join(), "Left out, because the tumour is unknown: 1 of 40 patients, P-39");
    assertEquals(json.models.map(({ name }) => name), [
      "clinical",
      "volume",
      "diameter",
      "clinical + volume + diameter",
    ]);
    const [, volume] = json.models;
    assert(volume!.crossValidation.mean > 0.8, `${volume!.crossValidation.mean}`);
    assert(volume!.covariates[0]!.ratio > 1);
    assertStringIncludes(text, "clinical + volume + diameter");
    const lines = (await Deno.readTextFile(table)).split("\n");
    assertEquals([lines[0], lines[3]], ["PatientID,volume,diameter", `P-2,0.03,${Math.hypot(5, 4)}`]);
    const again = await run("--cohort", dir, "--covariates", `${table}:log2(volume)`);
    assertAlmostEquals(again.json.models[0]!.crossValidation.mean, volume!.crossValidation.mean, 1e-12);
    assertAlmostEquals(again.json.models[0]!.covariates[0]!.ratio, volume!.covariates[0]!.ratio, 1e-9);
    const only = await run("--cohort", dir, "--tumour", "--covariates", "age,volume");
    assertEquals(only.json.models[0]!.covariates.map(({ covariate }) => covariate), ["age", "volume"]);
  }));

Deno.test("clinical --tumour refuses a cohort without any tumour", () =>
  inFolder(async (dir) => {
    await writeCohort(dir, () => 0);
    await assertRejects(() => run("--cohort", dir, "--tumour"), InputError, "No tumour of Tumours is known");
  }));
