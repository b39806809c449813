import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { Buffer } from "node:buffer";
import { join } from "node:path";
import oracle from "../../fixtures/maps_on_scan.json" with { type: "json" };
import { InputError } from "@ctsurv/base/mod.ts";
import { type Box, mapsOnScan, readVolume, type Shape, writeNifti } from "@ctsurv/imaging/mod.ts";
import { inFolder } from "../../support/in_folder.ts";

const maps = {
  data: Float32Array.from(oracle.maps),
  shape: oracle.shape as unknown as Shape,
  slices: oracle.slices,
  box: oracle.box as unknown as Box,
};

for (const { codes, file, affine, values } of oracle.cases) {
  Deno.test(`mapsOnScan() puts maps where nibabel and SciPy have them, and writeNifti() the affine: ${codes}`, () =>
    inFolder(async (dir) => {
      const [scan, overlay] = [join(dir, "scan.nii"), join(dir, "overlay.nii")];
      await Deno.writeFile(scan, Buffer.from(file, "base64"));
      const { volume } = await readVolume(scan);
      const data = mapsOnScan(maps, volume);
      values.forEach((value, i) => assertAlmostEquals(data[i]!, value, 2e-5, `voxel ${i}`));
      await writeNifti(overlay, { ...volume, data });
      const header = new DataView((await Deno.readFile(overlay)).buffer);
      affine.slice(0, 3).flat().forEach((value, i) => {
        assertEquals(header.getFloat32(280 + 4 * i, true), Math.fround(value), `sform ${i}`);
      });
      // Both forms: programs that prefer the qform must lay it in the same place.
      assert(header.getInt16(252, true) > 0 && header.getInt16(254, true) > 0);
      assertEquals(header.getInt16(70, true), 16, "float32");
    }));
}

Deno.test("mapsOnScan() gives each slice its number where a map has one cell, and refuses other maps", () => {
  const scan = { shape: [2, 1, 3], spacing: [3, 1, 1], orientation: "LPS" } as const;
  const box = { rows: [0, 0], columns: [1, 2] } as const;
  const attention = { data: Float32Array.of(0.25, 0.75), shape: [2, 1, 1], slices: [0, 1], box } as const;
  assertEquals([...mapsOnScan(attention, scan)], [0, 0.25, 0.25, 0, 0.75, 0.75]);
  assertThrows(() => mapsOnScan({ ...attention, slices: [0] }, scan), InputError, "1 slices");
});
