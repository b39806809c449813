import { join } from "node:path";
import { assertEquals, assertRejects } from "@std/assert";
import { InputError } from "@ctsurv/common/mod.ts";
import { writeNifti } from "@ctsurv/imaging/mod.ts";
import { tumourSlices } from "@ctsurv/report/mod.ts";
import { inFolder } from "../support/in_folder.ts";

/** A truth of 12 slices of 6 mm with lung in all and tumour (2) in slices 2, 3 and 8. */
async function writeTruth(dir: string, isUpsideDown: boolean) {
  const shape = [12, 2, 2] as const;
  const data = new Uint8Array(48).fill(1);
  for (const slice of [2, 3, 8]) data[(isUpsideDown ? 11 - slice : slice) * 4 + 1] = 2;
  const [step, origin] = isUpsideDown ? [-6, 66] : [6, 0];
  await writeNifti(join(dir, "truth", "P1.nii.gz"), {
    data,
    shape,
    affine: [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, step, origin, 0, 0, 0, 1],
  });
}

Deno.test("tumourSlices() finds the tumours among the kept slices of 3 mm, whichever way up the truth is stored", async () => {
  for (const isUpsideDown of [false, true]) {
    await inFolder(async (dir) => {
      await writeTruth(dir, isUpsideDown);
      const areas = new Float64Array(24);
      const kept = Array.from({ length: 20 }, (_, i) => i + 3);
      // Slices 4 to 7 and 16 to 17 of the 24, less the three that were not kept.
      assertEquals(await tumourSlices(dir, { patient: "P1", areas, kept }), [[1, 4], [13, 14]]);
      assertEquals(await tumourSlices(dir, { patient: "P1", areas, kept: [6, 7, 8] }), [[0, 1]]);
      assertEquals(await tumourSlices(dir, { patient: "P1", areas, kept: [10] }), []);
    });
  }
});

Deno.test("tumourSlices() refuses a cohort without truth", async () => {
  await assertRejects(() => tumourSlices("nowhere", { patient: "P1", areas: [], kept: [] }), InputError, "P1.nii.gz");
});
