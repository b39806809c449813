import { assertEquals, assertRejects } from "@std/assert";
import { join, resolve } from "node:path";
import { InputError } from "@ctsurv/base/mod.ts";
import { openSelectedCohort, outputsFolder } from "@ctsurv/study/mod.ts";
import { environmentOf } from "../support/environment_of.ts";
import { inFolder } from "../support/in_folder.ts";

/** Notes what a progress is told. */
function listener() {
  const told: string[] = [];
  return {
    told,
    progress: {
      start: (label: string, total: number) => void told.push(`${label}: ${total}`),
      tick: (steps = 1) => void told.push(`${steps}`),
      done: (summary?: string) => void told.push(summary ?? ""),
    },
  };
}

Deno.test("openSelectedCohort() makes the built-in cohort once, and ends with the same words each time", async () => {
  await inFolder(async (folder) => {
    const environment = environmentOf({});
    const [first, second] = [listener(), listener()];
    const cohort = await openSelectedCohort({ patients: 2, folder, progress: first.progress, environment });
    assertEquals(cohort.dir, join(folder, "phantom-lung1-2"));
    assertEquals(cohort.patients.length, 2);
    assertEquals(first.told, ["Phantom patients made: 2", "1", "1", "phantom-lung1: 2 patients"]);
    await openSelectedCohort({ patients: 2, folder, progress: second.progress, environment });
    assertEquals(second.told, ["Phantom patients made: 2", "phantom-lung1: 2 patients"]);
    const named = environmentOf({ CTSURV_COHORT: cohort.dir });
    assertEquals((await openSelectedCohort({ patients: 99, environment: named })).hash, cohort.hash);
  });
});

Deno.test("openSelectedCohort() has a variable of its own for the target of a transfer", async () => {
  await inFolder(async (folder) => {
    const other = { CTSURV_COHORT: "no/such/folder" };
    const target = { builtIn: "phantom-claro", folder } as const;
    const cohort = await openSelectedCohort({ ...target, patients: 2, environment: environmentOf(other) });
    assertEquals([cohort.name, cohort.dir], ["phantom-claro", join(folder, "phantom-claro-2")]);
    const named = environmentOf({ ...other, CTSURV_TARGET_COHORT: cohort.dir });
    assertEquals((await openSelectedCohort({ ...target, patients: 99, environment: named })).hash, cohort.hash);
  });
});

Deno.test("openSelectedCohort() refuses a folder that is not there", async () => {
  const environment = environmentOf({ CTSURV_COHORT: "no/such/folder" });
  await assertRejects(() => openSelectedCohort({ patients: 2, environment }), InputError, "no/such/folder");
});

Deno.test("outputsFolder() makes a folder's name of any cohort's", () => {
  const at = (cohort: string) => outputsFolder(cohort, "smoke", { outputs: "out" });
  assertEquals(at("phantom-lung1"), resolve("out/phantom-lung1-smoke"));
  assertEquals(at("Our cohort (2024), Łódź"), resolve("out/our-cohort-2024-łódź-smoke"));
  assertEquals(at("../../etc"), resolve("out/etc-smoke"));
  assertEquals(at("???"), resolve("out/cohort-smoke"));
});

Deno.test("outputsFolder() is beside the notebook's folder, or where CTSURV_OUTPUTS says", () => {
  assertEquals(outputsFolder("a", "paper", environmentOf({})), resolve("..", "outputs", "a-paper"));
  const named = environmentOf({ CTSURV_OUTPUTS: "/somewhere" });
  assertEquals(outputsFolder("a", "paper", named), resolve(join("/somewhere", "a-paper")));
});
