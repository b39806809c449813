import { assertAlmostEquals, assertEquals } from "@std/assert";
import { join } from "node:path";
import { drawPatient, phantomLung1, renderPhantom } from "@ctsurv/cohort/mod.ts";
import { reverseAxes } from "@ctsurv/cohort/phantom/write_patients.ts";
import { canonicalOrientation, readVolume, writeNifti } from "@ctsurv/imaging/mod.ts";
import { inFolder } from "../../support/in_folder.ts";

Deno.test("reverseAxes() stores one patient in eight ways that are read back as the same", async () => {
  const spec = { ...phantomLung1, matrix: 32, scanners: [{ ...phantomLung1.scanners[0], sliceSpacing: 12 }] as const };
  const { hu, shape, affine } = renderPhantom(spec, 1, drawPatient(spec, 1, 1));
  await inFolder(async (dir) => {
    for (const orientation of ["LPS", "RPS", "LAS", "LPI", "RAS", "RPI", "LAI", "RAI"]) {
      const path = join(dir, `${orientation}.nii.gz`);
      await writeNifti(path, reverseAxes({ data: hu, shape, affine }, orientation));
      const { volume } = await readVolume(path);
      assertEquals(volume.orientation, orientation);
      const canonical = canonicalOrientation(volume);
      assertEquals(canonical.hu, hu);
      canonical.affine.forEach((value, i) => assertAlmostEquals(value, affine[i]!, 1e-3));
    }
  });
});
