import { assert, assertAlmostEquals, assertEquals, assertStringIncludes } from "@std/assert";
import { gzipSync } from "node:zlib";
import { readVolume } from "@ctsurv/imaging/mod.ts";
import { decode, imagingFixture } from "../../support/imaging_fixture.ts";
import { inFolder } from "../../support/in_folder.ts";
import { niftiBytes } from "../../support/nifti_bytes.ts";

function read(bytes: Uint8Array, name = "ct.nii") {
  return inFolder(async (dir) => {
    await Deno.writeFile(`${dir}/${name}`, bytes);
    return await readVolume(`${dir}/${name}`);
  });
}

for (const expected of imagingFixture.nifti) {
  Deno.test(`readVolume() equals nibabel: ${expected.name}`, async () => {
    const { volume } = await read(decode(expected.file));
    assertEquals([...volume.shape].reverse(), expected.shape);
    // nibabel's world is RAS, this one's LPS.
    volume.affine.forEach((value, i) => assertAlmostEquals(i < 8 ? -value : value, expected.affine[i]!, 2e-6));
    assert(volume.hu.length === expected.hu.length);
    volume.hu.forEach((value, i) => assertAlmostEquals(value, expected.hu[i]!, 2e-4));
    const isWhole = expected.hu.every((value) => Number.isInteger(value) && value >= -32768 && value <= 32767);
    assertEquals(volume.hu instanceof Int16Array, isWhole);
  });
}

Deno.test("readVolume() reads gzipped NIfTI, told by its bytes", async () => {
  const plain = await read(decode(imagingFixture.nifti[2]!.file));
  const packed = await read(gzipSync(decode(imagingFixture.nifti[2]!.file)), "ct.nii.gz");
  const misnamed = await read(gzipSync(decode(imagingFixture.nifti[2]!.file)), "ct.nii");
  assertEquals(packed.volume, plain.volume);
  assertEquals(misnamed.volume, plain.volume);
});

Deno.test("readVolume() ignores header extensions, however broken", async () => {
  const bytes = niftiBytes({ voxOffset: 384, data: new Uint8Array(32 + 48).fill(7) });
  bytes[348] = 1; // "extensions follow"; its size is nonsense
  const { volume } = await read(bytes);
  assertEquals(volume.hu[0], 0x0707);
});

Deno.test("readVolume() converts metres, and says so", async () => {
  const { volume, warnings } = await read(
    niftiBytes({ units: 1, sform: [0.001, 0, 0, 0, 0, 0.002, 0, 0, 0, 0, 0.003, 0] }),
  );
  volume.spacing.forEach((mm, i) => assertAlmostEquals(mm, [3, 2, 1][i]!, 1e-5));
  assertStringIncludes(warnings.join(), "metres");
});

Deno.test("readVolume() makes NaN voxels air, and says how many", async () => {
  const data = new Uint8Array(new Float32Array(24).fill(-500).fill(NaN, 3, 5).buffer);
  const { volume, warnings } = await read(niftiBytes({ datatype: 16, bits: 32, data }));
  assertEquals([...volume.hu.slice(2, 6)], [-500, -1024, -1024, -500]);
  assertStringIncludes(warnings.join(), "2 voxels");
});

Deno.test("readVolume() warns where no value can be air", async () => {
  const { warnings } = await read(niftiBytes());
  assertStringIncludes(warnings.join(), "intercept");
});
