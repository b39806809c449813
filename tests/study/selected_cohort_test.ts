import { assert, assertEquals, assertRejects } from "@std/assert";
import { join, resolve } from "node:path";
import { InputError } from "@ctsurv/base/mod.ts";
import { type Cohort, ensurePhantom } from "@ctsurv/cohort/mod.ts";
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

Deno.test("openSelectedCohort() gives back a cohort that is open, without a word, and only that one", async () => {
  await inFolder(async (folder) => {
    const open = async (known: Cohort | undefined, law: "tissue" | "size" = "tissue", patients = 1) => {
      const { told, progress } = listener();
      const cohort = await openSelectedCohort({
        known,
        law,
        patients,
        folder,
        progress,
        environment: environmentOf({}),
      });
      return { cohort, says: told.length > 0, isKnown: cohort === known };
    };
    const { cohort: tissue } = await open(undefined);
    assertEquals(await open(tissue), { cohort: tissue, says: false, isKnown: true });
    const other = await open(tissue, "size");
    assertEquals([other.cohort.name, other.says, other.isKnown], ["phantom-lung1-size", true, false]);
    assertEquals((await open(other.cohort, "size")).isKnown, true);
    assertEquals((await open(other.cohort, "tissue")).isKnown, false);
    assertEquals((await open(tissue, "tissue", 2)).cohort.patients.length, 2);
    const named = { patients: 9, environment: environmentOf({ CTSURV_COHORT: tissue.dir }) };
    assert(await openSelectedCohort({ ...named, known: tissue }) === tissue);
    assert(await openSelectedCohort({ ...named, known: other.cohort }) !== other.cohort);
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

Deno.test("openSelectedCohort() opens the law that is asked for, or that CTSURV_PHANTOM_LAW names, on the same scans", async () => {
  await inFolder(async (folder) => {
    const open = (variables: Record<string, string>, law?: "tissue" | "size" | "null") =>
      openSelectedCohort({ patients: 2, folder, law, environment: environmentOf(variables) });
    const tissue = await open({});
    const size = await open({ CTSURV_PHANTOM_LAW: "size" });
    const control = await open({ CTSURV_PHANTOM_LAW: "size" }, "null");
    assertEquals([size.name, control.name], ["phantom-lung1-size", "phantom-lung1-null"]);
    for (const { patients } of [size, control]) {
      assertEquals(patients.map(({ image }) => image), tissue.patients.map(({ image }) => image));
    }
    // A cohort that is named keeps its law, unless another is asked for.
    const named = { CTSURV_COHORT: tissue.dir, CTSURV_PHANTOM_LAW: "size" };
    assertEquals((await open(named)).hash, tissue.hash);
    assertEquals((await open(named, "null")).hash, control.hash);
    assertEquals((await open({ CTSURV_COHORT: size.dir }, "tissue")).hash, tissue.hash);
    await assertRejects(() => open({ CTSURV_PHANTOM_LAW: "volume" }), InputError, 'Unknown law "volume"');
  });
});

Deno.test("openSelectedCohort() says which older cohort it replaces", async () => {
  await inFolder(async (folder) => {
    const dir = join(folder, "phantom-lung1-1");
    await ensurePhantom("phantom-lung1", dir, { patients: 1, seed: 7, overrides: { matrix: 32 } });
    const { told, progress } = listener();
    await openSelectedCohort({ patients: 1, folder, progress, environment: environmentOf({}) });
    assertEquals(
      told.at(-1),
      "phantom-lung1: 1 patients, in place of phantom-lung1 (version 3 of its recipe, seed 7, patients 1)",
    );
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
