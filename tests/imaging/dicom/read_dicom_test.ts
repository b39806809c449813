import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { InputError } from "@ctsurv/base/mod.ts";
import { readVolume } from "@ctsurv/imaging/mod.ts";
import { ctSlice, type DicomAttributes, dicomBytes, pixels, writeSlices } from "../../support/dicom_bytes.ts";
import { decode, imagingFixture } from "../../support/imaging_fixture.ts";
import { inFolder } from "../../support/in_folder.ts";

const IMPLICIT = "1.2.840.10008.1.2";

function read(slices: readonly DicomAttributes[], syntax?: string, series?: string) {
  return inFolder(async (dir) => {
    await writeSlices(dir, slices, syntax);
    return await readVolume(dir, series === undefined ? {} : { series });
  });
}

const stack = (heights: readonly number[], overrides: DicomAttributes = {}) =>
  heights.map((z) => ctSlice(z, overrides));

for (const expected of imagingFixture.dicom) {
  Deno.test(`readVolume() equals pydicom: ${expected.name}`, async () => {
    await inFolder(async (dir) => {
      await Deno.writeFile(`${dir}/slice.dcm`, decode(expected.file));
      const { volume, warnings } = await readVolume(`${dir}/slice.dcm`);
      assertEquals(volume.shape, [1, expected.shape[0]!, expected.shape[1]!]);
      assertEquals([...volume.hu], expected.hu);
      assertEquals(volume.spacing, [3, 0.977, 0.977]);
      assertEquals([volume.affine[3], volume.affine[7], volume.affine[11]], [-10.5, 20.25, -30]);
      assertStringIncludes(warnings.join(), "a single slice");
    });
  });
}

for (const [name, syntax] of [["explicit", undefined], ["implicit", IMPLICIT]] as const) {
  Deno.test(`readVolume() sorts slices by position, not by name (${name})`, async () => {
    const { volume, warnings, source } = await read(stack([6, 0, 9, 3]), syntax);
    assertEquals(volume.shape, [4, 4, 5]);
    assertEquals(volume.spacing, [3, 0.8, 0.7]);
    assertEquals(volume.orientation, "LPS");
    assertEquals(volume.affine, [0.7, 0, 0, -10, 0, 0.8, 0, -20, 0, 0, 3, 0, 0, 0, 0, 1]);
    assertEquals([0, 1, 2, 3].map((slice) => volume.hu[slice * 20]), [-924, -921, -918, -915]);
    assertEquals(source.files.map((file) => file.at(-5)), ["1", "3", "0", "2"]);
    assertEquals(warnings, []);
  });
}

Deno.test("readVolume() sorts along the normal: a head-first stack seen from the feet runs downwards", async () => {
  const flipped = stack([0, 3, 6], { "00200037": ["DS", "1\\0\\0\\0\\-1\\0"] });
  const { volume } = await read(flipped);
  assertEquals(volume.orientation, "LAI");
  assertEquals(volume.affine[11], 6);
});

Deno.test("readVolume() applies slope and intercept slice by slice", async () => {
  const { volume } = await read([
    ctSlice(0, { "00281053": ["DS", "2"], "7fe00010": ["OW", pixels(() => 10)] }),
    ctSlice(3, { "00281052": ["DS", "-1000 "], "7fe00010": ["OW", pixels(() => 10)] }),
  ]);
  assertEquals([volume.hu[0], volume.hu[20]], [-1004, -990]);
});

Deno.test("readVolume() masks bits above BitsStored and honours HighBit", async () => {
  const shifted = { "00280101": ["US", 12], "00280102": ["US", 15], "00280103": ["US", 1] } as const;
  // -5 in the upper 12 bits, rubbish in the lower 4.
  const stored = pixels(() => ((-5 & 0xfff) << 4) | 0b1010);
  const { volume } = await read(stack([0, 3], { ...shifted, "7fe00010": ["OW", stored], "00281052": ["DS", "0"] }));
  assert(volume.hu.every((value) => value === -5));
});

Deno.test("readVolume() turns padding beyond CT's range into air, and leaves water alone", async () => {
  const signed = { "00280103": ["US", 1], "00281052": ["DS", "0"] } as const;
  const stored = { "7fe00010": ["OW", pixels((i) => i === 0 ? -2000 : i === 1 ? 0 : 100)] } as const;
  const minus2000 = await read(stack([0, 3], { ...signed, ...stored, "00280120": ["SS", -2000] }));
  assertEquals([...minus2000.volume.hu.slice(0, 3)], [-1024, 0, 100]);
  const zero = await read(stack([0, 3], { ...signed, ...stored, "00280120": ["SS", 0] }));
  assertEquals([...zero.volume.hu.slice(0, 3)], [-2000, 0, 100]);
});

Deno.test("readVolume() keeps values beyond int16 as float", async () => {
  const { volume } = await read(stack([0, 3], { "7fe00010": ["OW", pixels(() => 65535)] }));
  assert(volume.hu instanceof Float32Array);
  assertEquals(volume.hu[0], 65535 - 1024);
});

Deno.test("readVolume() takes 1 and 0 for missing rescale tags, and says so", async () => {
  const { volume, warnings } = await read(stack([0, 3], { "00281052": undefined, "00281053": undefined }));
  assertEquals(volume.hu[0], 100);
  assertStringIncludes(warnings.join(), "2 of 2 slices lack RescaleSlope");
});

Deno.test("readVolume() leaves out copies of a slice, and says so", async () => {
  const { volume, warnings } = await read(stack([0, 3, 3, 6]));
  assertEquals(volume.shape[0], 3);
  assertStringIncludes(warnings.join(), "(same position, same pixels): 1");
});

Deno.test("readVolume() accepts spaces and NULs around decimals", async () => {
  const { volume } = await read(stack([0, 3], { "00280030": ["DS", " 0.8000 \\0.7\0"] }));
  assertEquals(volume.spacing, [3, 0.8, 0.7]);
});

Deno.test("readVolume() sets other modalities, localizers and stray files aside, and says so", async () => {
  await inFolder(async (dir) => {
    await writeSlices(`${dir}/study/ct`, stack([0, 3, 6]));
    await writeSlices(`${dir}/study/seg`, [ctSlice(0, { "00080060": ["CS", "SEG"], "0020000e": ["UI", "1.9"] })]);
    await writeSlices(`${dir}/study/scout`, [ctSlice(0, { "00080008": ["CS", "ORIGINAL\\PRIMARY\\LOCALIZER"] })]);
    await Deno.writeTextFile(`${dir}/readme.txt`, "downloaded yesterday");
    await Deno.writeFile(`${dir}/study/broken.dcm`, dicomBytes(ctSlice(0)).slice(0, 300));
    const { volume, warnings } = await readVolume(dir);
    assertEquals(volume.shape[0], 3);
    for (const part of ["SEG (1 file)", "localizer (1 file)", "readme.txt: not a DICOM file", "broken.dcm"]) {
      assertStringIncludes(warnings.join("\n"), part);
    }
  });
});

Deno.test("readVolume() lists several CT series and reads the one that is named", async () => {
  const both = [...stack([0, 3, 6]), ...stack([0, 3], { "0020000e": ["UI", "1.2.9"], "0008103e": ["LO", "thin"] })];
  const error = await assertRejects(() => read(both), InputError, "2 CT series");
  assertStringIncludes(error.message, '1.2.9 (2 slices, 3 mm, axial, "thin")');
  assertEquals((await read(both, undefined, "1.2.9")).volume.shape[0], 2);
  await assertRejects(() => read(both, undefined, "7.7"), InputError, "no CT series 7.7");
});

Deno.test("readVolume() takes the only CT series of at least 10 slices, and says so", async () => {
  const heights = Array.from({ length: 10 }, (_, i) => 3 * i);
  const { volume, warnings } = await read([...stack(heights), ...stack([0, 3], { "0020000e": ["UI", "1.2.9"] })]);
  assertEquals(volume.shape[0], 10);
  assertStringIncludes(warnings.join(), "read the only CT series");
});

Deno.test("readVolume() follows links, but not in circles", async () => {
  await inFolder(async (dir) => {
    await writeSlices(`${dir}/store`, stack([0, 3]));
    await Deno.mkdir(`${dir}/patient`);
    await Deno.symlink(`${dir}/store`, `${dir}/patient/ct`);
    await Deno.symlink(`${dir}/patient`, `${dir}/store/back`);
    assertEquals((await readVolume(`${dir}/patient`)).volume.shape[0], 2);
  });
});
