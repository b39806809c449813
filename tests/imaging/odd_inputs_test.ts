import { assert, assertEquals, assertRejects, assertStringIncludes, assertThrows } from "@std/assert";
import { gzipSync } from "node:zlib";
import { InputError } from "@ctsurv/base/mod.ts";
import { parseClinical } from "@ctsurv/cohort/table/mod.ts";
import { preprocessCached, readVolume, thresholdLungs, type VolumeReading } from "@ctsurv/imaging/mod.ts";
import { cpuSeconds } from "../support/cpu_seconds.ts";
import {
  concat,
  ctSlice,
  dataSetBytes,
  type DicomAttributes,
  dicomBytes,
  enhancedCt,
  pixels,
  writeSlices,
} from "../support/dicom_bytes.ts";
import { inFolder } from "../support/in_folder.ts";
import { niftiBytes, type NiftiFields } from "../support/nifti_bytes.ts";

/** Puts an input into a folder and gives its path. */
type Maker = (dir: string) => Promise<string>;
/** Part of the message of the refusal, or what has to hold of the answer. */
type Expectation = string | ((reading: VolumeReading) => void);

const file = (name: string, content: Uint8Array | string): Maker => async (dir) => {
  await Deno.writeFile(`${dir}/${name}`, typeof content === "string" ? new TextEncoder().encode(content) : content);
  return `${dir}/${name}`;
};
const folder = (name: string, ...makers: readonly Maker[]): Maker => async (dir) => {
  await Deno.mkdir(`${dir}/${name}`);
  for (const make of makers) await make(`${dir}/${name}`);
  return `${dir}/${name}`;
};
const nifti = (fields: NiftiFields, name = "ct.nii") => file(name, niftiBytes(fields));
const zipped = (fields: NiftiFields | string, name = "ct.nii.gz") =>
  file(name, gzipSync(typeof fields === "string" ? fields : niftiBytes(fields)));
const series = (slices: readonly DicomAttributes[], syntax?: string): Maker => async (dir) => {
  await writeSlices(dir, slices, syntax);
  return dir;
};
/** Two slices, each as `write` writes them. */
const written = (write: (slice: DicomAttributes) => Uint8Array): Maker => async (dir) => {
  for (const z of [0, 3]) await Deno.writeFile(`${dir}/${z}.dcm`, write(ctSlice(z)));
  return dir;
};
const stack = (heights: readonly number[], overrides: DicomAttributes = {}) =>
  heights.map((z) => ctSlice(z, overrides));
/** A whole series of three, but for these attributes; `undefined` leaves one out. */
const three = (overrides: DicomAttributes) => series(stack([0, 3, 6], overrides));
/** Two whole slices, and a third that differs. */
const third = (overrides: DicomAttributes, z = 6) => series([...stack([0, 3]), ctSlice(z, overrides)]);

const orientation = (text: string, ...overrides: DicomAttributes[]): DicomAttributes =>
  Object.assign({ "00200037": ["DS", text] }, ...overrides);
const position = (text: string): DicomAttributes => ({ "00200032": ["DS", text] });
/** Three slices that do not lie along z. */
const lying = (directions: string, positions: readonly string[]) =>
  series(positions.map((at) => ctSlice(0, { ...orientation(directions), ...position(at) })));

const is = (expected: Partial<VolumeReading["volume"]>, ...warnings: readonly string[]): Expectation => (reading) => {
  for (const [key, value] of Object.entries(expected)) {
    assertEquals(reading.volume[key as keyof typeof expected], value);
  }
  for (const warning of warnings) assertStringIncludes(reading.warnings.join("\n"), warning);
};
const hu = (...first: readonly number[]): Expectation => ({ volume }) =>
  assertEquals([...volume.hu.subarray(0, first.length)], first);
const signed = (...stored: readonly number[]): DicomAttributes => ({
  "00280103": ["US", 1],
  "00281052": ["DS", "0"],
  "7fe00010": ["OW", pixels((i) => stored[i] ?? 0)],
});

const dicom: readonly [string, Maker, Expectation][] = [
  ["an empty folder", folder("ct"), "the folder is empty"],
  ["a path without anything", (dir) => Promise.resolve(`${dir}/nowhere`), "no such file or folder"],
  ["a folder of other files", folder("ct", file("a.csv", "PatientID")), "a.csv: not a DICOM file"],
  ["text named .dcm", file("notes.dcm", "age 65, smoker"), 'notes.dcm: not a DICOM file (no "DICM"'],
  ["an empty .dcm", file("0.dcm", ""), "not a DICOM file"],
  ["DICOM without preamble", file("0.dcm", dicomBytes(ctSlice(0)).subarray(132)), is({ shape: [1, 4, 5] })],
  ["DICOM without preamble and group 2", written((slice) => dataSetBytes(slice, true)), is({ shape: [2, 4, 5] })],
  [
    "explicit by name, implicit in truth",
    written((slice) => concat([dicomBytes({}), dataSetBytes(slice, true)])),
    is({ shape: [2, 4, 5] }),
  ],
  ["what macOS adds, alone", folder("ct", file("._0.dcm", "\0\x05\x16\x07")), "the folder is empty"],
  ["a file of macOS by its name", file("._0.dcm", "\0\x05\x16\x07"), "an AppleDouble file, which macOS writes"],
  ["a zip of slices", file("scan.zip", "PK\x03\x04"), "a zip archive. Unpack it first"],
  ["a zipped slice", file("0.dcm.gz", gzipSync(dicomBytes(ctSlice(0)))), "a gzipped DICOM file. Unpack it first"],
  ["a folder with NIfTI", folder("ct", file("ct.nii", niftiBytes())), "Give the file itself"],
  [
    "a series for each slice",
    series(stack([0, 3, 6]).map((one, i) => ({ ...one, "0020000e": ["UI", `1.${i}`] }))),
    "own",
  ],
  ["a header cut off", file("0.dcm", dicomBytes(ctSlice(0)).subarray(0, 300)), "0.dcm: the DICOM header is damaged"],
  ["a link to nothing", async (dir) => (await Deno.symlink(`${dir}/gone`, `${dir}/ct`), dir), "ct: a link that leads"],
  ["a folder named .nii.gz", folder("x.nii.gz", series(stack([0, 3]))), is({ shape: [2, 4, 5] })],
  [
    "a DICOMDIR alone",
    series([{ "00020002": ["UI", "1.2.840.10008.1.3.10"], "00041130": ["CS", "DISC"] }]),
    "only DICOMDIR (1 file)",
  ],
  ["localizers only", three({ "00080008": ["CS", "ORIGINAL\\PRIMARY\\LOCALIZER"] }), "only localizer (3 files)"],
  ["MR", three({ "00080060": ["CS", "MR"] }), "no CT image, only MR (3 files)"],
  ["RTSTRUCT only", three({ "00080060": ["CS", "RTSTRUCT"] }), "no CT image, only RTSTRUCT (3 files)"],
  ["two series", third({ "0020000e": ["UI", "1.9"] }), "2 CT series. Choose one by its UID"],
  ["no series UID", three({ "0020000e": undefined }), is({ shape: [3, 4, 5] })],
  [
    "two patients",
    third({ "00100020": ["LO", "LUNG1-002"] }),
    "CT of 2 patients, by their PatientID: (none) (2 files)",
  ],
  [
    "a patient for each slice",
    series(stack([0, 3, 6]).map((one, i) => ({ ...one, "00100020": ["LO", `P${i}`] }))),
    "each of 3 CT images has a PatientID of its own",
  ],
  [
    "one patient, padded differently",
    series([
      ...stack([0, 3], { "00100020": ["LO", "A "] }),
      ctSlice(6, { "00100020": ["LO", " A\0"] }),
    ]),
    is({ shape: [3, 4, 5] }),
  ],

  [
    "a slice missing",
    series(stack([0, 3, 6, 12, 15])),
    "1 slice is missing (slices are 3 mm apart): 1 between 6 and 12",
  ],
  ["several slices missing", series(stack([0, 3, 6, 15, 18, 24])), "3 slices are missing"],
  ["uneven gaps", series(stack([0, 3, 6, 9.8, 12])), "unevenly spaced: 3.8 mm between 6 and 9.8 mm"],
  ["a slice twice", series(stack([0, 3, 6, 3])), is({ shape: [3, 4, 5] }, "duplicate slices left out (same position")],
  ["two images at one position", third({ "7fe00010": ["OW", pixels(() => 1)] }, 3), "different images of one position"],
  [
    "a tilted gantry",
    series(stack([0, 3, 6], orientation("1\\0\\0\\0\\0.9483237\\-0.3173047"))),
    "lean by 18.5 degrees",
  ],
  ["a slice shifted sideways", series([...stack([0, 3, 9]), ctSlice(6, position("-7\\-20\\6"))]), "sideways"],
  ["one position only", series(stack([3, 3])), "one slice position only"],
  ["one slice in a folder", series(stack([3])), "one slice position only; a volume needs at least 2"],
  ["one slice by its name", file("0.dcm", dicomBytes(ctSlice(0))), is({ shape: [1, 4, 5] }, "a single slice; 3 mm")],
  ["mixed sizes", third({ "00280010": ["US", 5], "00280011": ["US", 4] }), "Rows x Columns 4 x 5 and 5 x 4"],
  ["mixed spacing", third({ "00280030": ["DS", "0.8\\0.8"] }), "PixelSpacing 0.8\\0.7 and 0.8\\0.8"],
  ["mixed orientation", third(orientation("1\\0\\0\\0\\0\\-1")), "ImageOrientationPatient"],
  ["coronal slices", lying("1\\0\\0\\0\\0\\-1", ["0\\0\\0", "0\\3\\0", "0\\6\\0"]), is({ orientation: "LIP" })],
  ["sagittal slices", lying("0\\1\\0\\0\\0\\-1", ["6\\0\\0", "3\\0\\0", "0\\0\\0"]), is({ orientation: "PIR" })],
  [
    "slices turned by 20 degrees",
    lying("0.9397\\0.342\\0\\-0.342\\0.9397\\0", ["0\\0\\0", "0\\0\\3", "0\\0\\6"]),
    is({ orientation: "LPS" }),
  ],
  ["axes not at right angles", three(orientation("1\\0\\0\\0.5\\0.5\\0")), "(0020,0037)"],
  ["no position", three({ "00200032": undefined }), "missing [ImagePositionPatient (0020,0032)]"],
  ["text for a position", three(position("1\\x\\3")), 'found "1\\\\x\\\\3" [ImagePositionPatient'],
  ["a hexadecimal position", three(position("1\\0x10\\3")), "[ImagePositionPatient"],
  ["too few numbers", three({ "00280030": ["DS", "0.8"] }), "expected 2 numbers"],
  ["decimal commas", three({ "00280030": ["DS", "0,8\\0,7"] }), 'found "0,8\\\\0,7" [PixelSpacing'],
  ["NaN for a spacing", three({ "00280030": ["DS", "NaN\\0.7"] }), "expected 2 numbers"],
  ["a spacing of zero", three({ "00280030": ["DS", "0\\0.7"] }), "pixels of 0 x 0.7 mm"],
  ["a negative spacing", three({ "00280030": ["DS", "0.8\\-0.7"] }), "PixelSpacing (0028,0030)"],

  ["no rows", three({ "00280010": undefined }), "missing [Rows (0028,0010)]"],
  ["an empty image", three({ "00280010": ["US", 0] }), "an empty image of 0 x 5"],
  [
    "an image too large for its file",
    three({ "00280010": ["US", 65535], "00280011": ["US", 65535] }),
    "cut off: 40 of 8589672450 bytes",
  ],
  ["colour", three({ "00280002": ["US", 3], "00280004": ["CS", "RGB"] }), "a picture in RGB"],
  ["inverted grey", three({ "00280004": ["CS", "MONOCHROME1"] }), "a picture in MONOCHROME1"],
  ["8 bits per pixel", three({ "00280100": ["US", 8] }), "8 bits per pixel"],
  ["impossible bits", three({ "00280101": ["US", 17] }), "do not fit into 16"],
  ["no sign", three({ "00280103": undefined }), "missing [PixelRepresentation (0028,0103)]"],
  ["a slope of zero", three({ "00281053": ["DS", "0"] }), "RescaleSlope (0028,1053)"],
  ["a slope that leaves int16", three({ "00281053": ["DS", "1000"] }), hu(98976, 99976)],
  ["-2048 outside the scanner's circle, not called padding", three(signed(-2048, 40)), hu(-2048, 40)],
  ["no pixels", three({ "7fe00010": undefined }), "no pixels"],
  ["pixels cut off", three({ "7fe00010": ["OW", pixels(() => 0, 7)] }), "14 of 40 bytes"],
  ["pixels of odd length, short", three({ "7fe00010": ["OW", new Uint8Array(39)] }), "39 of 40 bytes"],
  ["pixels of odd length, long", three({ "7fe00010": ["OW", new Uint8Array(41)] }), hu(-1024)],
  ["a file cut off within its pixels", async (dir) => {
    await writeSlices(dir, stack([0, 3, 6]));
    await Deno.truncate(`${dir}/1.dcm`, (await Deno.stat(`${dir}/1.dcm`)).size - 11);
    return dir;
  }, "1.dcm: cut off: 29 of 40 bytes of pixels"],

  ["an enhanced CT", series([enhancedCt([6, 0, 3])]), is({ shape: [3, 4, 5], spacing: [3, 0.8, 0.7] })],
  ["an enhanced CT by its name", file("0.dcm", dicomBytes(enhancedCt([0, 3]))), is({ shape: [2, 4, 5] })],
  ["frames of which one is not described", series([enhancedCt([0, 3, 6], 2)]), "3 frames, but 2 are described"],
  ["frames of which none is described", three({ "00280008": ["IS", "30"] }), "30 frames in one file"],
  ["an unknown syntax", series(stack([0, 3]), "1.2.3.4"), "1.2.3.4 (of no known name)"],
  ["JPEG Baseline", series(stack([0, 3]), "1.2.840.10008.1.2.4.50"), "(JPEG Baseline) cannot be read"],
  ["JPEG 2000 by name only", series(stack([0, 3]), "1.2.840.10008.1.2.4.90"), "plain pixels in a file that says"],
  ["deflated by name only", series(stack([0, 3]), "1.2.840.10008.1.2.1.99"), "the deflated data set is damaged"],
  ["big-endian by name only", series(stack([0, 3]), "1.2.840.10008.1.2.2"), "0.dcm"],
];

const niftis: readonly [string, Maker, Expectation][] = [
  ["an empty file", file("ct.nii", ""), "cut off inside the NIfTI header"],
  ["a header cut off", file("ct.nii", niftiBytes().slice(0, 200)), "cut off inside the NIfTI header, after 200 bytes"],
  ["voxels cut off", file("ct.nii", niftiBytes().slice(0, 380)), "need 400 bytes, the file has 380"],
  ["text", file("ct.nii", "PatientID,age,clinical.T.Stage"), "not a NIfTI file"],
  ["a DICOM file named .nii", file("ct.nii", dicomBytes(ctSlice(0))), "not a NIfTI file (its first four bytes say 0"],
  ["a wrong magic", nifti({ magic: "abc" }), "Analyze"],
  ["half of a pair by its magic", nifti({ magic: "ni1" }), ".hdr/.img pair"],
  ["half of a pair by its name", nifti({}, "ct.hdr"), "one half of a .hdr/.img pair"],
  ["the other half, zipped", nifti({}, "ct.img.gz"), "one half of a .hdr/.img pair"],
  ["four dimensions", nifti({ dim: [4, 4, 3, 1, 2, 1, 1, 1] }), "4 x 3 x 1 x 2 is a series of volumes"],
  ["a fourth and fifth of 1", nifti({ dim: [5, 4, 3, 2, 1, 1, 1, 1] }), is({ shape: [2, 3, 4] })],
  ["a flat image", nifti({ dim: [2, 4, 6, 1, 1, 1, 1, 1] }), "flat image"],
  ["one slice", nifti({ dim: [3, 4, 6, 1, 1, 1, 1, 1] }), is({ shape: [1, 6, 4] })],
  ["a size of zero", nifti({ dim: [3, 4, 0, 2, 1, 1, 1, 1] }), "empty or negative: 4 x 0 x 2"],
  ["a negative size", nifti({ dim: [3, 4, -3, 2, 1, 1, 1, 1] }), "empty or negative"],
  ["nonsense in dim[0]", nifti({ dim: [9, 4, 3, 2, 1, 1, 1, 1] }), "dim[0]"],
  ["a gigantic claim", nifti({ dim: [3, 32767, 32767, 32767, 1, 1, 1, 1] }), "cut off. 32767 x 32767 x 32767"],
  ["a gigantic claim, zipped", zipped({ dim: [3, 32767, 32767, 32767, 1, 1, 1, 1] }), "the file has at most"],
  ["NaN spacing", nifti({ pixdim: [1, 1, NaN, 3] }), "pixdim[2]"],
  ["negative spacing", nifti({ pixdim: [1, 1, 2, -3] }), "pixdim[3]"],
  ["RGB", nifti({ datatype: 128, bits: 24 }), "RGB colour"],
  ["RGBA", nifti({ datatype: 2304, bits: 32 }), "RGBA colour"],
  ["complex numbers", nifti({ datatype: 32, bits: 64 }), "complex64"],
  ["an unknown type", nifti({ datatype: 77 }), "unknown type 77"],
  ["voxels inside the header", nifti({ voxOffset: 100 }), "vox_offset"],
  ["voxels beyond the end", nifti({ voxOffset: 4096 }), "need 4144 bytes, the file has 400"],
  ["voxels beyond all ends", nifti({ voxOffset: 1e30 }), "cut off"],
  ["NaN for the offset", nifti({ voxOffset: NaN }), "vox_offset"],
  ["more bytes than voxels", nifti({ data: new Uint8Array(60) }), is({ shape: [2, 3, 4] })],
  ["a singular affine", nifti({ sform: [1, 0, 0, 0, 2, 0, 0, 0, 0, 0, 3, 0] }), "singular"],
  ["an affine with NaN", nifti({ sform: [1, 0, 0, NaN, 0, 2, 0, 0, 0, 0, 3, 0] }), "not a number"],
  ["metres not called so", nifti({ sform: [0.001, 0, 0, 0, 0, 0.002, 0, 0, 0, 0, 0.003, 0] }), "another unit"],
  ["a sheared grid", nifti({ sform: [1, 0, 0, 0, 0, 2, 1, 0, 0, 0, 3, 0] }), "meet at 71.6 degrees"],
  ["a quaternion that is none", nifti({ sformCode: 0, qformCode: 1, quaternion: [1, 1, 0] }), "no rotation"],
  ["a slope of NaN", nifti({ slope: NaN, intercept: NaN, data: new Uint8Array(48).fill(1) }), hu(257, 257)],
  ["a slope without intercept", nifti({ slope: 2, intercept: NaN }), "scl_inter is NaN"],
  ["int64", nifti({ datatype: 1024, bits: 64, data: new Uint8Array(192).fill(1, 0, 2) }), hu(257, 0)],
  ["a name without .nii", nifti({}, "scan"), is({ shape: [2, 3, 4] })],
  ["a page of an error in its place", file("ct.nii.gz", "<!DOCTYPE html>"), "a web page"],
  ["an NRRD image in its place", file("ct.nii.gz", "NRRD0004"), "an NRRD image. Convert it"],
  ["voxel sizes that differ", nifti({ pixdim: [1, 1, 1, 1] }), is({ spacing: [3, 2, 1] }, "contradicts itself")],
  ["plain bytes named .gz", nifti({}, "ct.nii.gz"), is({ shape: [2, 3, 4] })],
  ["gzip of text", zipped("PatientID,age"), "not a NIfTI file"],
  ["gzip of nothing", zipped(""), "cut off inside the NIfTI header, after 0 bytes"],
  ["gzip of gzip", file("ct.nii.gz", gzipSync(gzipSync(niftiBytes()))), "not a NIfTI file"],
  ["damaged gzip", file("ct.nii.gz", gzipSync(niftiBytes()).fill(0xff, 12, 20)), "gzip stream is damaged"],
  ["gzip cut off", file("ct.nii.gz", gzipSync(niftiBytes()).subarray(0, -9)), "gzip stream is damaged or cut off"],
  ["a file of 3 GB", async (dir) => {
    await Deno.writeFile(`${dir}/ct.nii`, niftiBytes());
    await Deno.truncate(`${dir}/ct.nii`, 3e9);
    return `${dir}/ct.nii`;
  }, "3000000000 bytes, more than any scan has"],
  [
    "a gzip bomb that its header announces",
    async (dir) => {
      const header = niftiBytes({ dim: [3, 1500, 1500, 1500, 1, 1, 1, 1] });
      await Deno.writeFile(`${dir}/ct.nii.gz`, concat([gzipSync(header), new Uint8Array(8e6)]));
      return `${dir}/ct.nii.gz`;
    },
    "unpacks to 6750000352 bytes, more than any scan has",
  ],
  ["a gzip bomb", zipped({ data: new Uint8Array(5_000_000) }), "unpacks to more than the 400 bytes"],
];

for (
  const [input, make, expected] of [
    ...dicom,
    ...niftis.map(([input, ...rest]) => [`NIfTI: ${input}`, ...rest] as const),
  ]
) {
  Deno.test(`readVolume() of an odd input: ${input}`, async () => {
    await inFolder(async (dir) => {
      await Deno.mkdir(`${dir}/input`);
      const path = await make(`${dir}/input`);
      const before = await listAll(dir);
      const start = cpuSeconds();
      if (typeof expected === "string") {
        const error = await assertRejects(() => readVolume(path), InputError, expected);
        assertStringIncludes(error.message, dir);
      } else {
        expected(await readVolume(path));
      }
      const taken = cpuSeconds() - start;
      assert(taken < 2, `${taken} s`);
      // None of them is a chest, so none may reach the cache.
      const cached = () => preprocessCached(path, `${dir}/cache`, { segmenter: thresholdLungs });
      await assertRejects(cached, InputError, typeof expected === "string" ? expected : undefined);
      assertEquals(await listAll(dir), before);
    });
  });
}

async function listAll(dir: string): Promise<string[]> {
  const found: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(dir)) {
    found.push(`${dir}/${name}`, ...isDirectory ? await listAll(`${dir}/${name}`) : []);
  }
  return found.sort();
}

const HEADER = "PatientID,age,Survival.time,deadstatus.event\n";
/** What becomes of UTF-16 when it is read as UTF-8. */
const utf16 = (text: string) =>
  new TextDecoder().decode(Uint8Array.from([0xff, 0xfe, ...[...text].flatMap((letter) => [letter.charCodeAt(0), 0])]));
const tables: readonly [string, string, string | (string | number | null)[][]][] = [
  [
    "byte-order mark, semicolons, decimal commas and CRLF at once, as a German Excel writes it",
    "\ufeffPatientID;age;Survival.time;deadstatus.event\r\nA;61,5;547;1\r\n",
    [["A", 61.5, 547]],
  ],
  ["spaces around everything", " PatientID , age , Survival.time , deadstatus.event \n A , 61 , 547 , 1 \n", [[
    "A",
    61,
    547,
  ]]],
  ["nothing but spaces and line ends", " \n \r\n\t\n", "is empty"],
  ["UTF-16, as Excel's Unicode text", utf16(`${HEADER}A,61,547,1\n`), "cells, but there are 4 columns"],
  ["a workbook named .csv", "PK\x03\x04\x14\0\x06\0\b\0\0\0!\0", "has no"],
  ["the same patient in other case is another", `${HEADER}a,61,547,1\nA,NA,12,0\n`, [["a", 61, 547], ["A", null, 12]]],
];

for (const [input, text, expected] of tables) {
  Deno.test(`parseClinical() of an odd input: ${input}`, () => {
    const parse = () => parseClinical(text, "clinical.csv");
    if (typeof expected === "string") assertThrows(parse, InputError, expected);
    else assertEquals(parse().map(({ patient, age, survivalDays }) => [patient, age, survivalDays]), expected);
  });
}
