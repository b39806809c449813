import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { InputError } from "@ctsurv/base/mod.ts";
import { inspect } from "@ctsurv/cli/commands/inspect.ts";
import { writeNifti } from "@ctsurv/imaging/mod.ts";
import { ctSlice, writeSlices } from "../../support/dicom_bytes.ts";
import { inFolder } from "../../support/in_folder.ts";

const folder = new URL("../../fixtures/checkpoints/", import.meta.url).pathname;
const inspectFile = (path: string) => inspect.run({ positionals: [path], options: {} });

for (const [file, kind] of [["zip_basic", "pytorch-zip"], ["legacy_basic", "pytorch-legacy"]] as const) {
  Deno.test(`inspect lists the tensors of a ${kind} file, with their sums`, async () => {
    const { json, text } = await inspectFile(`${folder}good/${file}.pth`);
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
      assertStringIncludes((await inspectFile(`${dir}/unnamed`)).text, "tensors");
    }
  });
});

Deno.test("inspect refuses a hostile file with one message", async () => {
  await assertRejects(() => inspectFile(`${folder}bad/zip_global_posix_system.pth`), InputError, "posix.system");
  await assertRejects(() => inspectFile(`${folder}none.pth`), InputError, "none.pth");
});

const run = (path: string, options = {}) => inspect.run({ positionals: [path], options });

Deno.test("inspect says what a DICOM series is, in the order slices, rows, columns", async () => {
  await inFolder(async (dir) => {
    await writeSlices(dir, [ctSlice(3), ctSlice(0)]);
    const { json, text } = await run(dir);
    assertEquals(json, {
      kind: "dicom",
      shape: [2, 4, 5],
      spacing: [3, 0.8, 0.7],
      orientation: "LPS",
      // 100 + index + z - 1024, for 20 voxels at z = 0 and 20 at z = 3
      hu: { min: -924, max: -902, sum: 40 * (100 - 1024) + 2 * 190 + 60 },
      files: 2,
      warnings: [],
    });
    assertStringIncludes(text, "3 x 0.8 x 0.7 mm");
  });
});

Deno.test("inspect rounds float32 spacing, and warns of what is odd", async () => {
  await inFolder(async (dir) => {
    const affine = [-0.977, 0, 0, 0, 0, 0.977, 0, 0, 0, 0, 3, 0, 0, 0, 0, 1] as const;
    await writeNifti(`${dir}/ct.nii.gz`, { data: new Int16Array(6).fill(40), shape: [1, 2, 3], affine });
    const { json, text } = await run(`${dir}/ct.nii.gz`);
    const { kind, spacing, orientation, warnings } = json as Record<string, unknown>;
    assertEquals([kind, spacing, orientation], ["nifti", [3, 0.977, 0.977], "RPS"]);
    assertEquals((warnings as string[]).length, 1);
    assertStringIncludes(text, "warning");
  });
});

Deno.test("inspect reads the series that is named", async () => {
  await inFolder(async (dir) => {
    const other = { "0020000e": ["UI", "1.2.9"] } as const;
    await writeSlices(dir, [ctSlice(0), ctSlice(3), ctSlice(0, other), ctSlice(3, other), ctSlice(6, other)]);
    await assertRejects(() => run(dir), InputError, "2 CT series");
    const { json } = await run(dir, { series: "1.2.9" });
    assertEquals((json as { files: number }).files, 3);
  });
});
