import { assertAlmostEquals, assertEquals, assertRejects } from "@std/assert";
import { type Affine, readVolume, writeNifti } from "@ctsurv/imaging/mod.ts";
import { inFolder } from "../../support/in_folder.ts";

const [c, s] = [Math.cos(0.4), Math.sin(0.4)];
const affines: Readonly<Record<string, Affine>> = {
  "LPS": [0.9765625, 0, 0, -250, 0, 0.9765625, 0, -240, 0, 0, 3, -700, 0, 0, 0, 1],
  "RAI, left-handed": [-0.8, 0, 0, 100, 0, -0.9, 0, -240, 0, 0, -2.5, 30, 0, 0, 0, 1],
  "coronal": [0.8, 0, 0, 100, 0, 0, 1.5, -240, 0, -0.9, 0, 30, 0, 0, 0, 1],
  "oblique": [0.7 * c, -0.8 * s, 0, 5, 0.7 * s, 0.8 * c, 0, 6, 0, 0, 2, 7, 0, 0, 0, 1],
  "turned by 180 degrees": [-0.7, 0, 0, 5, 0, -0.8, 0, 6, 0, 0, 2, 7, 0, 0, 0, 1],
};
const data = Int16Array.from({ length: 24 }, (_, i) => i * 7 - 1024);

for (const [name, affine] of Object.entries(affines)) {
  for (const form of ["sform", "qform"]) {
    Deno.test(`writeNifti() is undone by readVolume(): ${name}, ${form}`, async () => {
      await inFolder(async (dir) => {
        const path = `${dir}/ct.nii`;
        await writeNifti(path, { data, shape: [2, 3, 4], affine });
        if (form === "qform") {
          const bytes = await Deno.readFile(path);
          new DataView(bytes.buffer).setInt16(254, 0, true); // no sform
          await Deno.writeFile(path, bytes);
        }
        const { volume } = await readVolume(path);
        assertEquals(volume.hu, data);
        assertEquals(volume.shape, [2, 3, 4]);
        volume.affine.forEach((value, i) => assertAlmostEquals(value, affine[i]!, 1e-5));
      });
    });
  }
}

Deno.test("writeNifti() stores unsigned CT with an intercept, floats and masks", async () => {
  await inFolder(async (dir) => {
    const [shape, affine] = [[2, 3, 4] as const, affines["LPS"]!];
    await writeNifti(`${dir}/a.nii.gz`, { data: data.map((hu) => hu + 1024), shape, affine }, { intercept: -1024 });
    assertEquals((await readVolume(`${dir}/a.nii.gz`)).volume.hu, data);
    const fractions = Float32Array.from(data, (hu) => hu + 0.25);
    await writeNifti(`${dir}/b.nii.gz`, { data: fractions, shape, affine });
    assertEquals((await readVolume(`${dir}/b.nii.gz`)).volume.hu, fractions);
    const mask = Uint8Array.from(data, (hu) => hu & 1);
    await writeNifti(`${dir}/c.nii.gz`, { data: mask, shape, affine }, { gzipLevel: 9 });
    assertEquals([...(await readVolume(`${dir}/c.nii.gz`)).volume.hu], [...mask]);
  });
});

Deno.test("writeNifti() writes the same bytes for the same volume, and nothing for a wrong shape", async () => {
  await inFolder(async (dir) => {
    const content = { data, shape: [2, 3, 4] as const, affine: affines["LPS"]! };
    await writeNifti(`${dir}/a.nii.gz`, content);
    await writeNifti(`${dir}/b.nii.gz`, content);
    assertEquals(await Deno.readFile(`${dir}/a.nii.gz`), await Deno.readFile(`${dir}/b.nii.gz`));
    await assertRejects(() => writeNifti(`${dir}/c.nii`, { ...content, shape: [2, 3, 5] }), RangeError, "24 voxels");
    assertEquals([...Deno.readDirSync(dir)].length, 2);
  });
});
