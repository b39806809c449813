import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { InputError } from "@ctsurv/common/mod.ts";
import { readVolume } from "@ctsurv/imaging/mod.ts";
import { ctSlice, type DicomAttributes, dicomBytes, pixels, writeSlices } from "../support/dicom_bytes.ts";
import { decode, imagingFixture } from "../support/imaging_fixture.ts";
import { inFolder } from "../support/in_folder.ts";

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
  assertStringIncludes(error.message, "1.2.9: 2 files thin");
  assertEquals((await read(both, undefined, "1.2.9")).volume.shape[0], 2);
  await assertRejects(() => read(both, undefined, "7.7"), InputError, "no CT series 7.7");
});

Deno.test("readVolume() takes the only CT series of at least 10 slices, and says so", async () => {
  const heights = Array.from({ length: 10 }, (_, i) => 3 * i);
  const { volume, warnings } = await read([...stack(heights), ...stack([0, 3], { "0020000e": ["UI", "1.2.9"] })]);
  assertEquals(volume.shape[0], 10);
  assertStringIncludes(warnings.join(), "read the only CT series");
});

const tilted = (z: number) =>
  ctSlice(z, { "00200037": ["DS", "1\\0\\0\\0\\0.9483237\\-0.3173047"], "7fe00010": ["OW", pixels(() => 0)] });

const refused: readonly [string, readonly DicomAttributes[], string, string?][] = [
  ["a slice missing", stack([0, 3, 6, 12, 15]), "1 slice is missing (slices are 3 mm apart): 1 between 6 and 12 mm"],
  ["several slices missing", stack([0, 3, 6, 15, 18, 24]), "3 slices are missing"],
  ["uneven gaps", stack([0, 3, 6, 9.8, 12]), "unevenly spaced: 3.8 mm between 6 and 9.8 mm"],
  [
    "two images at one position",
    [...stack([0, 3, 6]), ctSlice(3, { "7fe00010": ["OW", pixels(() => 1)] })],
    "different images of one position",
  ],
  ["a tilted gantry", [tilted(0), tilted(3), tilted(6)], "lean by 18.5 degrees"],
  [
    "a slice shifted sideways",
    [...stack([0, 3]), ctSlice(6, { "00200032": ["DS", "-7\\-20\\6"] }), ctSlice(9)],
    "sideways",
  ],
  ["one position only", stack([3, 3]), "one slice position only"],
  ["mixed sizes", [...stack([0, 3]), ctSlice(6, { "00280010": ["US", 5], "00280011": ["US", 4] })], "4 x 5 and 5 x 4"],
  [
    "mixed spacing",
    [...stack([0, 3]), ctSlice(6, { "00280030": ["DS", "0.8\\0.8"] })],
    "PixelSpacing 0.8\\0.7 and 0.8\\0.8",
  ],
  [
    "mixed orientation",
    [...stack([0, 3]), ctSlice(6, { "00200037": ["DS", "1\\0\\0\\0\\0\\-1"] })],
    "ImageOrientationPatient",
  ],
  ["axes not at right angles", stack([0, 3], { "00200037": ["DS", "1\\0\\0\\0.5\\0.5\\0"] }), "(0020,0037)"],
  ["no position", stack([0, 3], { "00200032": undefined }), "missing [ImagePositionPatient (0020,0032)]"],
  [
    "text for a position",
    stack([0, 3], { "00200032": ["DS", "1\\x\\3"] }),
    'found "1\\\\x\\\\3" [ImagePositionPatient',
  ],
  ["too few numbers", stack([0, 3], { "00280030": ["DS", "0.8"] }), "expected 2 numbers"],
  ["a spacing of zero", stack([0, 3], { "00280030": ["DS", "0\\0.7"] }), "pixels of 0 x 0.7 mm"],
  ["a negative spacing", stack([0, 3], { "00280030": ["DS", "0.8\\-0.7"] }), "PixelSpacing (0028,0030)"],
  ["no rows", stack([0, 3], { "00280010": undefined }), "missing [Rows (0028,0010)]"],
  ["an empty image", stack([0, 3], { "00280010": ["US", 0] }), "an empty image of 0 x 5"],
  ["colour", stack([0, 3], { "00280002": ["US", 3], "00280004": ["CS", "RGB"] }), "a picture in RGB"],
  ["inverted grey", stack([0, 3], { "00280004": ["CS", "MONOCHROME1"] }), "a picture in MONOCHROME1"],
  ["several frames", stack([0, 3], { "00280008": ["IS", "30"] }), "30 frames in one file"],
  ["8 bits per pixel", stack([0, 3], { "00280100": ["US", 8] }), "8 bits per pixel"],
  ["impossible bits", stack([0, 3], { "00280101": ["US", 17] }), "do not fit into 16"],
  ["no sign", stack([0, 3], { "00280103": undefined }), "missing [PixelRepresentation (0028,0103)]"],
  ["a slope of zero", stack([0, 3], { "00281053": ["DS", "0"] }), "RescaleSlope (0028,1053)"],
  ["no pixels", stack([0, 3], { "7fe00010": undefined }), "no pixels"],
  ["pixels cut off", stack([0, 3], { "7fe00010": ["OW", pixels(() => 0, 7)] }), "14 of 40 bytes"],
  ["no CT", stack([0, 3], { "00080060": ["CS", "MR"] }), "no CT image, only MR (2 files)"],
  ["an unknown syntax", stack([0, 3]), "1.2.3.4 (of no known name)", "1.2.3.4"],
  ["nothing in the folder", [], "the folder is empty"],
];

for (const [what, slices, message, syntax] of refused) {
  Deno.test(`readVolume() refuses DICOM with ${what}`, async () => {
    await assertRejects(() => read(slices, syntax), InputError, message);
  });
}

Deno.test("readVolume() refuses a file cut off within its pixels, by name", async () => {
  await inFolder(async (dir) => {
    await writeSlices(dir, stack([0, 3, 6]));
    await Deno.truncate(`${dir}/1.dcm`, (await Deno.stat(`${dir}/1.dcm`)).size - 11);
    const error = await assertRejects(() => readVolume(dir), InputError, "29 of 40 bytes of pixels");
    assertStringIncludes(error.message, "1.dcm");
  });
});

Deno.test("readVolume() refuses a folder without DICOM and a path without anything", async () => {
  await inFolder(async (dir) => {
    await Deno.writeTextFile(`${dir}/a.csv`, "PatientID");
    await assertRejects(() => readVolume(dir), InputError, "a.csv: not a DICOM file");
    await assertRejects(() => readVolume(`${dir}/nowhere`), InputError, "no such file or folder");
    await assertRejects(() => readVolume(`${dir}/ct.hdr`), InputError, "no such file or folder");
  });
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
