import { assertEquals, assertRejects } from "@std/assert";
import { join } from "node:path";
import { InputError } from "@ctsurv/base/mod.ts";
import { readCosts } from "@ctsurv/report/mod.ts";
import { inFolder } from "../../support/in_folder.ts";

const committed = new URL("../../../outputs/phantom-lung1-smoke/cost.json", import.meta.url).pathname;

Deno.test("readCosts() reads what notebook 4 wrote, and refuses a provenance that is none", () =>
  inFolder(async (dir) => {
    const { costs, provenance } = await readCosts(committed);
    assertEquals(provenance!.profile, "smoke");
    const path = join(dir, "cost.json");
    await Deno.writeTextFile(path, JSON.stringify({ costs }));
    assertEquals((await readCosts(path)).costs, costs);
    await Deno.writeTextFile(path, JSON.stringify({ costs, provenance: { ...provenance, git: "abc" } }));
    await assertRejects(() => readCosts(path), InputError, "provenance.git");
  }));
