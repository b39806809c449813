import { assert, assertAlmostEquals, assertEquals, assertStringIncludes } from "@std/assert";
import { gzipSync } from "node:zlib";
import { wasMisread } from "@ctsurv/imaging/nifti/_read_nifti.ts";
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

const [WHOLE, FRACTION] = [[-1000, 40, 700, 3071], [0.5, -1000.25, 40, 700]];
/** By NIfTI code: bytes, and how a number of that type is written. */
const types: Readonly<Record<number, readonly [bytes: number, set: keyof DataView & `set${string}`, hu: number[]]>> = {
  2: [1, "setUint8", [0, 40, 255, 7]],
  4: [2, "setInt16", WHOLE],
  8: [4, "setInt32", WHOLE],
  16: [4, "setFloat32", FRACTION],
  64: [8, "setFloat64", FRACTION],
  256: [1, "setInt8", [-128, 40, 127, 7]],
  512: [2, "setUint16", [24, 1064, 1724, 4095]],
  768: [4, "setUint32", [24, 1064, 1724, 4095]],
  1024: [8, "setBigInt64", WHOLE],
  1280: [8, "setBigUint64", [24, 1064, 1724, 4095]],
};

for (const [code, [bytes, set, hu]] of Object.entries(types)) {
  Deno.test(`readVolume() reads ${set.slice(3)} in both byte orders, wherever the voxels begin, zipped and not`, async () => {
    for (const isBigEndian of [false, true]) {
      for (const voxOffset of [352, 354, 356, 358, 360, 353]) {
        const data = new Uint8Array(voxOffset - 352 + 4 * bytes);
        const view = new DataView(data.buffer, voxOffset - 352);
        const write = view[set].bind(view) as (at: number, value: number | bigint, isLittle: boolean) => void;
        hu.forEach((value, i) => write(i * bytes, set.includes("Big") ? BigInt(value) : value, !isBigEndian));
        const dim = [3, 4, 1, 1, 1, 1, 1, 1];
        const file = niftiBytes({ datatype: Number(code), bits: 8 * bytes, voxOffset, data, isBigEndian, dim });
        for (const packed of [file, gzipSync(file)]) {
          const { volume } = await read(packed, "ct.nii.gz");
          assertEquals([...volume.hu], hu, `${isBigEndian ? "big" : "little"}-endian from byte ${voxOffset}`);
        }
      }
    }
  });
}

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

Deno.test("wasMisread() tells the gzipped files that 0.1.0 took wrongly, so that its slices of them are not used", () => {
  const told = (fields: Parameters<typeof niftiBytes>[0]) => wasMisread("ct.nii.gz", gzipSync(niftiBytes(fields)));
  const data = new Uint8Array(64);
  assertEquals(told({ data }), false);
  assertEquals(told({ data, voxOffset: 354 }), false);
  assertEquals(told({ data, voxOffset: 353 }), true);
  assertEquals(told({ data, isBigEndian: true }), true);
  assertEquals(wasMisread("ct.nii", niftiBytes({ data, isBigEndian: true })), false);
});
