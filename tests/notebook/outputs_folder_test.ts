import { join, resolve } from "node:path";
import { assertEquals } from "@std/assert";
import { outputsFolder } from "@ctsurv/notebook/mod.ts";
import { withEnv } from "./with_env.ts";

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
