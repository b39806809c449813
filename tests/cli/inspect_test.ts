import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { InputError } from "@ctsurv/common/mod.ts";
import { writeNifti } from "@ctsurv/imaging/mod.ts";
import { inspect } from "../../lib/cli/inspect.ts";
import { ctSlice, writeSlices } from "../support/dicom_bytes.ts";
import { inFolder } from "../support/in_folder.ts";

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
