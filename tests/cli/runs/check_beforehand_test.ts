import { assert, assertEquals } from "@std/assert";
import { join } from "node:path";
import { resourceNeeds } from "@ctsurv/cli/runs/check_beforehand.ts";
import type { Cohort } from "@ctsurv/cohort/mod.ts";
import { profiles } from "@ctsurv/study/mod.ts";
import { inFolder } from "../../support/in_folder.ts";

const builtIn = { cohort: undefined, target: undefined };

/** A cohort of so many patients, of which nothing but the number is asked. */
const cohortOf = (patients: number) => ({ patients: Array.from({ length: patients }) }) as unknown as Cohort;

async function write(path: string, bytes: number) {
  await Deno.mkdir(join(path, ".."), { recursive: true });
  await using file = await Deno.open(path, { write: true, create: true });
  // Holes are not written: it takes no room.
  await file.truncate(bytes);
}

Deno.test("resourceNeeds() of the built-in cohorts is what they were measured to take, and grows with the profile", () =>
  inFolder(async (data) => {
    const [smoke, workshop] = await Promise.all(
      [profiles.smoke, profiles.workshop].map((profile) => resourceNeeds({ profile, ...builtIn }, data)),
    );
    // 172 MB of cohorts and 128 MB of cache; 1.07 GB and 1.0 GB.
    assert(smoke!.disk > 0.3e9 && smoke!.disk < 0.4e9, `${smoke!.disk}`);
    assert(workshop!.disk > 2e9 && workshop!.disk < 2.4e9, `${workshop!.disk}`);
    assert(smoke!.memory < workshop!.memory);
  }));

Deno.test("resourceNeeds() counts what is there already, and no more than once", () =>
  inFolder(async (data) => {
    const needs = async () => (await resourceNeeds({ profile: profiles.smoke, ...builtIn }, data)).disk;
    const before = await needs();
    await write(join(data, "cohorts", "phantom-lung1-12", "images", "all"), 96e6);
    assertEquals(await needs(), before - 96e6);
    await write(join(data, "cohorts", "phantom-lung1-96", "images", "all"), 700e6);
    assertEquals(await needs(), before - 96e6, "of another profile");
    await write(join(data, "cache", "slices", "a"), 60e6);
    assertEquals(await needs(), before - 156e6);
    await write(join(data, "cache", "activations", "a"), 900e6);
    assertEquals(await needs(), before - 156e6, "of a final block");
    await write(join(data, "cache", "slices", "b"), 900e6);
    await write(join(data, "cohorts", "phantom-claro-8", "images", "all"), 900e6);
    assertEquals(await needs(), 0);
  }));

Deno.test("resourceNeeds() of cohorts that were brought has no scans to make, and larger ones to cache", () =>
  inFolder(async (data) => {
    const needs = (cohort?: Cohort, target?: Cohort) =>
      resourceNeeds({ profile: profiles.paper, cohort, target }, data).then(({ disk }) => disk);
    assertEquals(await needs(cohortOf(415), cohortOf(100)), 515 * 16e6);
    assertEquals(await needs(cohortOf(415)), 415 * 16e6 + 119 * (9e6 + 8e6));
  }));
