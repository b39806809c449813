import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { InputError } from "@ctsurv/common/mod.ts";
import { inspect } from "../../lib/cli/inspect.ts";
import { inFolder } from "../support/in_folder.ts";

const folder = new URL("../fixtures/checkpoints/", import.meta.url).pathname;
const run = (path: string) => inspect.run({ positionals: [path], options: {} });

for (const [file, kind] of [["zip_basic", "pytorch-zip"], ["legacy_basic", "pytorch-legacy"]] as const) {
  Deno.test(`inspect lists the tensors of a ${kind} file, with their sums`, async () => {
    const { json, text } = await run(`${folder}good/${file}.pth`);
    assertEquals(json, {
      kind,
      tensors: [
        { name: "0.weight", dtype: "float32", shape: [2, 3, 1, 1], sum: 0.75 },
        { name: "0.bias", dtype: "float32", shape: [2], sum: 0 },
        { name: "1.weight", dtype: "float32", shape: [2], sum: 2 },
        { name: "1.bias", dtype: "float32", shape: [2], sum: 0 },
        { name: "1.running_mean", dtype: "float32", shape: [2], sum: 0 },
        { name: "1.running_var", dtype: "float32", shape: [2], sum: 3.5 },
        { name: "1.num_batches_tracked", dtype: "int64", shape: [], sum: 7 },
      ],
    });
    assertStringIncludes(text, "float32 [2, 3, 1, 1]  sum 0.75");
  });
}

Deno.test("inspect knows a file of weights by its content, whatever it is called", async () => {
  await inFolder(async (dir) => {
    for (const name of ["zip_basic.pth", "legacy_basic.pth", "basic.safetensors"]) {
      await Deno.copyFile(`${folder}good/${name}`, `${dir}/unnamed`);
      assertStringIncludes((await run(`${dir}/unnamed`)).text, "tensors");
    }
  });
});

Deno.test("inspect refuses a hostile file with one message", async () => {
  await assertRejects(() => run(`${folder}bad/zip_global_posix_system.pth`), InputError, "posix.system");
  await assertRejects(() => run(`${folder}none.pth`), InputError, "none.pth");
});
