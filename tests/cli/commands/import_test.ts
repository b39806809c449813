import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { InputError } from "@ctsurv/base/mod.ts";
import { commandHelp, parseCommand } from "@ctsurv/cli/command.ts";
import { importCommand } from "@ctsurv/cli/commands/import.ts";
import { main } from "@ctsurv/cli/main.ts";
import { lay, layouts, lung1Download, lung1Table, put, series } from "../../cohort/import/download.ts";
import { inFolder } from "../../support/in_folder.ts";

/** Runs the command on LUNG1's table and a made-up download. */
function run(...more: string[]) {
  return inFolder(async (dir) => {
    await lay(`${dir}/images`, lung1Download(), layouts["idc download"]!);
    await put(`${dir}/table.csv`, lung1Table);
    const args = ["--images", `${dir}/images`, "--clinical", `${dir}/table.csv`, "--output", `${dir}/cohort`];
    const { text, json } = await importCommand.run(parseCommand(importCommand, [...args, ...more]));
    return { text: text.replaceAll(dir, "DIR"), json: JSON.parse(JSON.stringify(json)) };
  });
}

Deno.test("import prints who is in the cohort, who is not and why, and what was found", async () => {
  const { text } = await run();
  assertEquals(
    text,
    `LUNG1 in DIR/cohort

patients in the table           6
  excluded                      1
  without a CT                  1  LUNG1-005
  left out                      1
  in the cohort                 3  LUNG1-001, LUNG1-002, LUNG1-004
CTs missing from the table      1  LUNG1-999
SEG drawn on the CTs            1
RTSTRUCT drawn on the CTs       1

Found
  CT: 8 series, 77 images
  RTSTRUCT: 1 series, 1 image
  SEG: 1 series, 1 image

Files skipped
  1, a localizer: nsclc_radiomics/LUNG1-001/1.2.826.1.10001/CT_1.2.826.1.10009/1-2-826-1-10009-1.dcm

Excluded
  LUNG1-014: CT slices are missing

Left out
  LUNG1-003: 2 CT series: 1.2.826.3.30003 (12 slices, 3 mm, axial, "Thorax"), 1.2.826.3.30004 (10 slices, 3 mm, axial). Choose one with --series LUNG1-003=1.2.826.3.30003, or a rule with --series-rule

Remarks
  LUNG1-004: shorter CT series set aside: 1.2.826.4.40006

Odd or unknown stages, kept as written
  LUNG1-002: clinical.T.Stage 5
  LUNG1-003: Clinical.N.Stage 4
  LUNG1-004: Clinical.M.Stage 3
  LUNG1-005: Overall.Stage NA

Next: CTSURV_COHORT=DIR/cohort deno task reproduce`,
  );
});

Deno.test("import takes --series as often as needed, a name, and all of LUNG1", async () => {
  const choices = [["LUNG1-003", series.other], ["LUNG1-004", series.scout]].flatMap((choice) => [
    "--series",
    choice.join("="),
  ]);
  const { json } = await run(...choices, "--name", "Ours", "--keep-excluded");
  assertEquals(json.name, "Ours");
  assertEquals(json.patients, ["LUNG1-001", "LUNG1-002", "LUNG1-003", "LUNG1-004", "LUNG1-014"]);
  assertEquals([json.record.leftOut, json.record.remarks, json.excluded], [[], [], []]);
});

Deno.test("import refuses choices that are no choices", async () => {
  await assertRejects(
    () => run("--series", "LUNG1-003"),
    InputError,
    "--series LUNG1-003: write it as in LUNG1-001=1.2.3",
  );
  await assertRejects(() => run("--series", "=1.2"), InputError, "--series =1.2: write it as in");
  const twice = ["--series", "LUNG1-003=1.2", "--series", "LUNG1-003=1.3"];
  await assertRejects(() => run(...twice), InputError, "--series names LUNG1-003 twice");
});

Deno.test("import excludes who is named, in the order of the table", async () => {
  const { json } = await run("--exclude", "LUNG1-002=no contrast", "--exclude", "LUNG1-001=a = b");
  assertEquals(json.excluded, [
    { patient: "LUNG1-001", reason: "a = b" },
    { patient: "LUNG1-002", reason: "no contrast" },
    { patient: "LUNG1-014", reason: "CT slices are missing" },
  ]);
  assertEquals(json.patients, ["LUNG1-004"]);
  await assertRejects(() => run("--exclude", "LUNG1-014"), InputError, 'as in "LUNG1-058=made by Plastimatch"');
  await assertRejects(() => run("--exclude", "LUNG1-007=x"), InputError, "no such patient in the clinical table");
});

Deno.test("import says in its help which option may be repeated", () => {
  // The help breaks its lines at the width of a terminal.
  const help = commandHelp(importCommand).replaceAll(/\s+/g, " ");
  assertStringIncludes(help, "--series PATIENT=UID");
  assertStringIncludes(help, "SeriesInstanceUID or NIfTI path; may be repeated");
});

Deno.test("import of a folder that is not there is one message and exit code 2", () =>
  inFolder(async (dir) => {
    await put(`${dir}/table.csv`, lung1Table);
    const said: string[] = [];
    const print = console.error;
    console.error = (message: string) => said.push(message);
    try {
      const args = ["--images", `${dir}/absent`, "--clinical", `${dir}/table.csv`, "--output", `${dir}/cohort`];
      assertEquals(await main(["import", ...args]), 2);
    } finally {
      console.error = print;
    }
    assertEquals(said, [`ctsurv: ${dir}/absent: there is no such folder of images`]);
  }));

Deno.test("import chooses among several series by --series-rule: a rule, or a list of series", () =>
  inFolder(async (dir) => {
    const remarkOf = async (rule: string) => {
      const { json } = await run("--series-rule", rule);
      return [json.patients.includes("LUNG1-003"), json.record.remarks[0].remark] as const;
    };
    const three = `${series.three} (12 slices, 3 mm, axial, "Thorax")`;
    const other = `${series.other} (10 slices, 3 mm, axial)`;
    assertEquals(await remarkOf("most-slices"), [true, `the rule most-slices chose ${three}, not ${other}`]);
    assertEquals(await remarkOf("axial,fewest-slices"), [
      true,
      `the rule axial,fewest-slices chose ${other}, not ${three}`,
    ]);
    await put(`${dir}/series.csv`, `PatientID,SeriesInstanceUID\nLUNG1-003,${series.other}\nLUNG1-777,1.2.3\n`);
    assertEquals((await run("--series-rule", `${dir}/series.csv`)).json.record.leftOut, []);
    await assertRejects(() => run("--series-rule", "best"), InputError, '"best" is no rule that chooses a series');
    await assertRejects(() => run("--series-rule", `${dir}/none.csv`), InputError, "none.csv: there is no such file");
  }));
