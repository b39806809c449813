import { assert, assertEquals, assertRejects, assertStringIncludes, assertThrows } from "@std/assert";
import { join } from "node:path";
import { InputError } from "@ctsurv/base/mod.ts";
import { parseCommand } from "@ctsurv/cli/command.ts";
import { crossValidate } from "@ctsurv/cli/commands/cross_validate.ts";
import { prepare } from "@ctsurv/cli/commands/prepare.ts";
import { ensurePhantom } from "@ctsurv/cohort/mod.ts";
import { patientsOfPart } from "@ctsurv/study/mod.ts";
import { environmentOf } from "../../support/environment_of.ts";
import { folderContents } from "../../support/folder_contents.ts";
import { coarse } from "../../support/make_coarse_cohort.ts";

let dir = "";
Deno.test.beforeAll(async () => {
  dir = await Deno.makeTempDir();
  await ensurePhantom("phantom-lung1", join(dir, "cohort"), { patients: 12, overrides: coarse });
});
Deno.test.afterAll(() => Deno.remove(dir, { recursive: true }));

async function run(command: typeof prepare, cache: string, ...args: string[]) {
  const study = ["--cohort", join(dir, "cohort"), "--profile", "smoke", "--model", "alexnet"];
  const given = parseCommand(command, [...study, "--cache", join(dir, cache), ...args]);
  const environment = environmentOf({ CTSURV_LUNGS: "threshold", CTSURV_ENGINE: "onnx" });
  return await command.run({ ...given, environment });
}

Deno.test("parts and folds, each a job of its own, give what one run gives, to the byte", async () => {
  const jobs = ["--output", join(dir, "jobs")];
  for (const part of ["2/2", "1/2"]) {
    const { text, json } = await run(prepare, "shared", "--part", part);
    assertStringIncludes(text, `alexnet: 6 of 6 patients of part ${part.replace("/", " of ")} prepared`);
    assertEquals((json as { patients: number }).patients, 6);
  }
  const prepared = Object.keys(await folderContents(join(dir, "shared")));
  for (const fold of ["3", "1", "2"]) {
    const { json } = await run(crossValidate, "shared", "--fold", fold, ...jobs);
    const { path, patients } = json as { path: string; patients: number };
    assertEquals([path, patients], [join(dir, "jobs", "folds", "alexnet", `fold-0${fold}.json`), 4]);
  }
  const trained = Object.keys(await folderContents(join(dir, "shared")));
  // Nothing was missing, so that a fold adds one head and nothing else.
  assertEquals(trained.length - prepared.length, 3);
  assert(trained.filter((path) => path.endsWith(".training")).length === 3);

  await run(crossValidate, "shared", ...jobs);
  // The heads are there; what Cox regression reaches on the features, beside every row, was not.
  assertEquals(Object.keys(await folderContents(join(dir, "shared"))).length - trained.length, 3);
  await run(crossValidate, "alone", "--output", join(dir, "alone-results"));
  assertEquals(await folderContents(join(dir, "jobs")), await folderContents(join(dir, "alone-results")));
});

Deno.test("patientsOfPart() deals every patient once, and refuses what is no part", () => {
  const patients = Array.from({ length: 13 }, (_, i) => i);
  for (const parts of [1, 2, 5, 13, 20]) {
    const dealt = Array.from({ length: parts }, (_, i) => patientsOfPart(patients, { part: i + 1, parts }));
    assertEquals(dealt.flat().sort((a, b) => a - b), patients);
    const sizes = dealt.map(({ length }) => length);
    assert(Math.max(...sizes) - Math.min(...sizes) <= 1);
  }
  for (const [part, parts] of [[0, 3], [4, 3], [1, 0], [1.5, 3], [NaN, 3]] as const) {
    const none = { part, parts };
    assertThrows(() => patientsOfPart(patients, none), InputError, `not ${part} of ${parts}`);
  }
});

Deno.test("prepare refuses what is no part, and a model without images", async () => {
  for (const part of ["2", "2/", "4/3", "0/3", "a/b", "-1/3"]) {
    await assertRejects(() => run(prepare, "none", "--part", part), InputError);
  }
  const given = parseCommand(prepare, ["--cohort", join(dir, "cohort"), "--profile", "smoke", "--model", "clinical"]);
  await assertRejects(() => prepare.run({ ...given, environment: environmentOf({}) }), InputError, "has no images");
});

Deno.test("cross-validate --fold refuses a fold that there is not, and what only all folds can do", async () => {
  const refused = [
    [["--fold", "4"], "There is no fold 4: folds are 1 to 3"],
    [["--fold", "0"], "There is no fold 0"],
    [["--fold", "one"], "fold"],
    [["--fold", "1", "--null", "2"], "leave --null and --ridge"],
  ] as const;
  for (const [args, message] of refused) {
    await assertRejects(
      () => run(crossValidate, "shared", "--output", join(dir, "refused"), ...args),
      InputError,
      message,
    );
  }
});
