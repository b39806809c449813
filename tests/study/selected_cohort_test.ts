import { assertEquals, assertRejects } from "@std/assert";
import { join, resolve } from "node:path";
import { InputError } from "@ctsurv/base/mod.ts";
import { openSelectedCohort, outputsFolder } from "@ctsurv/study/mod.ts";
import { inFolder } from "../support/in_folder.ts";
import { withEnv } from "../support/with_env.ts";

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
  await inFolder((folder) =>
    withEnv({ CTSURV_COHORT: undefined }, async () => {
      const [first, second] = [listener(), listener()];
      const cohort = await openSelectedCohort({ patients: 2, folder, progress: first.progress });
      assertEquals(cohort.dir, join(folder, "phantom-lung1-2"));
      assertEquals(cohort.patients.length, 2);
      assertEquals(first.told, ["Phantom patients made: 2", "1", "1", "phantom-lung1: 2 patients"]);
      await openSelectedCohort({ patients: 2, folder, progress: second.progress });
      assertEquals(second.told, ["Phantom patients made: 2", "phantom-lung1: 2 patients"]);
      await withEnv({ CTSURV_COHORT: cohort.dir }, async () => {
        assertEquals((await openSelectedCohort({ patients: 99 })).hash, cohort.hash);
      });
    })
  );
});

Deno.test("openSelectedCohort() has a variable of its own for the target of a transfer", async () => {
  await inFolder((folder) =>
    withEnv({ CTSURV_COHORT: "no/such/folder", CTSURV_TARGET_COHORT: undefined }, async () => {
      const cohort = await openSelectedCohort({ builtIn: "phantom-claro", patients: 2, folder });
      assertEquals([cohort.name, cohort.dir], ["phantom-claro", join(folder, "phantom-claro-2")]);
      await withEnv({ CTSURV_TARGET_COHORT: cohort.dir }, async () => {
        assertEquals((await openSelectedCohort({ builtIn: "phantom-claro", patients: 99 })).hash, cohort.hash);
      });
    })
  );
});

Deno.test("openSelectedCohort() refuses a folder that is not there", async () => {
  await withEnv({ CTSURV_COHORT: "no/such/folder" }, async () => {
    await assertRejects(() => openSelectedCohort({ patients: 2 }), InputError, "no/such/folder");
  });
});

Deno.test("outputsFolder() makes a folder's name of any cohort's", () => {
  const at = (cohort: string) => outputsFolder(cohort, "smoke", "out");
  assertEquals(at("phantom-lung1"), resolve("out/phantom-lung1-smoke"));
  assertEquals(at("Our cohort (2024), Łódź"), resolve("out/our-cohort-2024-łódź-smoke"));
  assertEquals(at("../../etc"), resolve("out/etc-smoke"));
  assertEquals(at("???"), resolve("out/cohort-smoke"));
});

Deno.test("outputsFolder() is beside the notebook's folder, or where CTSURV_OUTPUTS says", async () => {
  await withEnv({ CTSURV_OUTPUTS: undefined }, () => {
    assertEquals(outputsFolder("a", "paper"), resolve("..", "outputs", "a-paper"));
    return Promise.resolve();
  });
  await withEnv({ CTSURV_OUTPUTS: "/somewhere" }, () => {
    assertEquals(outputsFolder("a", "paper"), resolve(join("/somewhere", "a-paper")));
    return Promise.resolve();
  });
});
