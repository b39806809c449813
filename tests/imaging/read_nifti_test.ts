import { gzipSync } from "node:zlib";
import { assert, assertAlmostEquals, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { InputError } from "@ctsurv/common/mod.ts";
import { readVolume } from "@ctsurv/imaging/mod.ts";
import { decode, imagingFixture } from "../support/imaging_fixture.ts";
import { inFolder } from "../support/in_folder.ts";
import { niftiBytes, type NiftiFields } from "../support/nifti_bytes.ts";

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

const refused: readonly [string, Uint8Array | NiftiFields, string][] = [
  ["an empty file", new Uint8Array(), "cut off inside the NIfTI header"],
  ["a header cut off", niftiBytes().slice(0, 200), "cut off inside the NIfTI header, after 200 bytes"],
  ["voxels cut off", niftiBytes().slice(0, 380), "need 400 bytes, the file has 380"],
  ["another format", new TextEncoder().encode("PatientID,age,clinical.T.Stage"), "not a NIfTI file"],
  ["a wrong magic", { magic: "abc" }, "Analyze"],
  ["half of a pair", { magic: "ni1" }, ".hdr/.img pair"],
  ["four dimensions", { dim: [4, 4, 3, 1, 2, 1, 1, 1] }, "4 x 3 x 1 x 2 is a series of volumes"],
  ["a flat image", { dim: [2, 4, 6, 1, 1, 1, 1, 1] }, "flat image"],
  ["a size of zero", { dim: [3, 4, 0, 2, 1, 1, 1, 1] }, "empty or negative: 4 x 0 x 2"],
  ["a negative size", { dim: [3, 4, -3, 2, 1, 1, 1, 1] }, "empty or negative"],
  ["nonsense in dim[0]", { dim: [9, 4, 3, 2, 1, 1, 1, 1] }, "dim[0]"],
  ["NaN spacing", { pixdim: [1, 1, NaN, 3] }, "pixdim[2]"],
  ["negative spacing", { pixdim: [1, 1, 2, -3] }, "pixdim[3]"],
  ["RGB", { datatype: 128, bits: 24 }, "RGB colour"],
  ["complex numbers", { datatype: 32, bits: 64 }, "complex64"],
  ["an unknown type", { datatype: 77 }, "unknown type 77"],
  ["voxels inside the header", { voxOffset: 100 }, "vox_offset"],
  ["NaN for the offset", { voxOffset: NaN }, "vox_offset"],
  ["a singular affine", { sform: [1, 0, 0, 0, 2, 0, 0, 0, 0, 0, 3, 0] }, "singular"],
  ["an affine with NaN", { sform: [1, 0, 0, NaN, 0, 2, 0, 0, 0, 0, 3, 0] }, "not a number"],
  [
    "spacing in metres that are not called so",
    { sform: [0.001, 0, 0, 0, 0, 0.002, 0, 0, 0, 0, 0.003, 0] },
    "another unit",
  ],
  ["a sheared grid", { sform: [1, 0, 0, 0, 0, 2, 1, 0, 0, 0, 3, 0] }, "meet at 71.6 degrees"],
  ["a quaternion that is none", { sformCode: 0, qformCode: 1, quaternion: [1, 1, 0] }, "no rotation"],
  ["a slope without intercept", { slope: 2, intercept: NaN }, "scl_inter is NaN"],
  ["damaged gzip", gzipSync(niftiBytes()).fill(0xff, 12, 20), "gzip stream is damaged"],
  ["gzip cut off", gzipSync(niftiBytes({ data: crypto.getRandomValues(new Uint8Array(48)) })).subarray(0, -20), "gzip"],
  ["a gzip bomb", gzipSync(niftiBytes({ data: new Uint8Array(5_000_000) })), "unpacks to more than the 400 bytes"],
  ["a gigantic claim", gzipSync(niftiBytes({ dim: [3, 32767, 32767, 32767, 1, 1, 1, 1] })), "cut off"],
];

for (const [what, input, message] of refused) {
  Deno.test(`readVolume() refuses NIfTI with ${what}`, async () => {
    const bytes = input instanceof Uint8Array ? input : niftiBytes(input);
    const error = await assertRejects(() => read(bytes), InputError, message);
    assertStringIncludes(error.message, "ct.nii: ");
  });
}
