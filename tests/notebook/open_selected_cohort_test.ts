import { join } from "node:path";
import { assertEquals, assertRejects } from "@std/assert";
import { InputError } from "@ctsurv/common/mod.ts";
import { openSelectedCohort } from "@ctsurv/notebook/mod.ts";
import { inFolder } from "../support/in_folder.ts";
import { withEnv } from "./with_env.ts";

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
