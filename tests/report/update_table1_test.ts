import { assertEquals } from "@std/assert";
import { join } from "node:path";
import { readTable1, updateTable1 } from "@ctsurv/report/mod.ts";
import { inFolder } from "../support/in_folder.ts";
import { sampleResult } from "./samples.ts";

const result = sampleResult();
const [b0, average, unknown] = result.models as [
  typeof result.models[0],
  typeof result.models[0],
  typeof result.models[0],
];
const names = (models: typeof result.models) => models.map(({ model }) => model);

Deno.test("updateTable1() keeps the rows of others, replaces its own, and orders them from the paper's best", () =>
  inFolder(async (dir) => {
    const path = join(dir, "table1.json");
    const volume = { ...b0, model: "r3d_18" };
    assertEquals(await updateTable1(path, { ...result, models: [volume, unknown] }), {
      ...result,
      models: [volume, unknown],
    });
    const changed = { ...volume, mean: 0.25 };
    const all = await updateTable1(path, { ...result, models: [changed, average, b0] });
    assertEquals(all.models, [b0, average, changed, unknown]);
    assertEquals(await readTable1(path), all);
  }));

Deno.test("updateTable1() drops rows of another cohort or profile, and a file of something else", () =>
  inFolder(async (dir) => {
    const path = join(dir, "table1.json");
    await Deno.writeTextFile(path, "{}");
    const one = { ...result, models: [b0] };
    const others = [{ ...one, profile: "paper" }, { ...one, cohort: { ...one.cohort, hash: "1" } }, {
      ...one,
      cohort: { ...one.cohort, patients: 79 },
    }];
    for (const other of others) {
      await updateTable1(path, { ...result, models: [average] });
      assertEquals(names((await updateTable1(path, other)).models), ["efficientnet_b0"]);
    }
    await updateTable1(path, { ...result, models: [average] });
    assertEquals(names((await updateTable1(path, one)).models), ["efficientnet_b0", "average_pooling"]);
  }));
