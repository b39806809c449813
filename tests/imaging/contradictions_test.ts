import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { InputError } from "@ctsurv/base/mod.ts";
import { inspect } from "@ctsurv/cli/commands/inspect.ts";
import { assessQuality, measureScan, preprocess, readVolume, thresholdLungs } from "@ctsurv/imaging/mod.ts";
import { ctSlice, type DicomAttributes, pixels, writeSlices } from "../support/dicom_bytes.ts";
import { inFolder } from "../support/in_folder.ts";
import { niftiBytes, type NiftiFields } from "../support/nifti_bytes.ts";
import { crudeChest } from "../support/test_volume.ts";

/** The doubts of a NIfTI of 5 x 4 x 3 voxels, 1 x 2 x 3 mm, with air in it. */
const doubtsOf = (fields: NiftiFields) =>
  inFolder(async (dir) => {
    const [nx = 5, ny = 4, nz = 3] = fields.dim?.slice(1) ?? [];
    const data = new Int16Array(nx * ny * nz).fill(-1000);
    const dim = [3, nx, ny, nz, 1, 1, 1, 1];
    await Deno.writeFile(`${dir}/ct.nii`, niftiBytes({ data: new Uint8Array(data.buffer), ...fields, dim }));
    const { warnings, doubts } = await readVolume(`${dir}/ct.nii`);
    assertEquals(warnings, doubts);
    return doubts!;
  });
const sform = (dx: number, dy: number, dz: number, origin = [5, 6, 7]) => [
  ...[dx, 0, 0, origin[0]!],
  ...[0, dy, 0, origin[1]!],
  ...[0, 0, dz, origin[2]!],
];
const pixdim = (dx: number, dy: number, dz: number) => [1, dx, dy, dz, 0, 0, 0, 0];
const good = { sform: sform(1, 2, 3), pixdim: pixdim(1, 2, 3) };

const forms: readonly (readonly [what: string, fields: NiftiFields, ...words: string[]])[] = [
  ["whose sform, qform and pixdim agree", { ...good, qformCode: 1, qoffset: [5, 6, 7] }],
  ["with a sform only", good],
  ["with a qform only", { ...good, sformCode: 0, qformCode: 1, qoffset: [5, 6, 7] }],
  ["of 1 mm voxels that lies somewhere", { sform: sform(1, 1, 1), pixdim: pixdim(1, 1, 1) }],
  ["with spacing rounded in pixdim", { sform: sform(0.9765625, 0.9765625, 3), pixdim: pixdim(0.977, 0.977, 3) }],
  ["with a slice as long as the scan is high", { dim: [3, 6, 4, 6], sform: sform(1, 1, 3), pixdim: pixdim(1, 1, 3) }],
  [
    "whose sform is the identity, but not its qform and pixdim",
    { sform: sform(1, 1, 1, [0, 0, 0]), pixdim: pixdim(0.7, 0.8, 3), qformCode: 1 },
    "voxels are 1 x 1 x 1 mm by the sform, which was taken, but 0.7 x 0.8 x 3 mm by pixdim and the qform",
    "as in files that lost their geometry",
  ],
  [
    "whose pixdim is not its sform's spacing",
    { ...good, pixdim: pixdim(1, 1, 1) },
    "voxels are 1 x 2 x 3 mm by the sform, which was taken, but 1 x 1 x 1 mm by pixdim",
  ],
  [
    "whose sform and qform are mirrored",
    { ...good, sform: sform(-1, 2, 3), qformCode: 1, qoffset: [5, 6, 7] },
    "its sform and qform are turned by 180 degrees against each other",
  ],
  [
    "whose sform and qform lie apart",
    { ...good, qformCode: 1, qoffset: [5, 6, 27] },
    "its sform and qform are shifted by 20 mm against each other",
  ],
  ["whose qform is no rotation", { ...good, qformCode: 1, quaternion: [1, 1, 0] }, "the qform holds no rotation"],
  [
    "with an identity affine",
    { sform: sform(1, 1, 1, [0, 0, 0]), pixdim: pixdim(1, 1, 1) },
    "voxels are 1 x 1 x 1 mm and the first is at 0, 0, 0 mm",
  ],
  [
    "with an identity affine, of an array in the order z, y, x",
    { dim: [3, 3, 6, 6], sform: sform(1, 1, 1, [0, 0, 0]), pixdim: pixdim(1, 1, 1) },
    "their axes seem to be z, y, x",
  ],
  [
    "with the right spacing, of an array in the order z, y, x",
    { dim: [3, 3, 6, 6], sform: sform(0.7, 0.7, 3), pixdim: pixdim(0.7, 0.7, 3) },
    "the two axes of equal size are not those of equal spacing",
  ],
  ["without orientation", { sformCode: 0, pixdim: pixdim(1, 2, 3) }, "the header says nothing of orientation"],
];

for (const [what, fields, ...words] of forms) {
  Deno.test(`a NIfTI ${what} is read ${words.length > 0 ? "with a doubt" : "without a word"}`, async () => {
    const doubts = await doubtsOf(fields);
    assertEquals(doubts.length, words.length, doubts.join("\n"));
    words.forEach((word, i) => assertStringIncludes(doubts[i]!, word));
  });
}

/** Slices that differ from the others in what is written of them. */
const series = (heights: readonly number[], attributes: (i: number) => DicomAttributes) =>
  heights.map((z, i) => ctSlice(z, attributes(i)));
const readSlices = (slices: readonly DicomAttributes[]) =>
  inFolder(async (dir) => {
    await writeSlices(dir, slices);
    return await readVolume(dir);
  });
const even = (count: number, step = 3, from = 0) => Array.from({ length: count }, (_, i) => from + step * i);
const acquired = (number: number, time: string): DicomAttributes => ({
  "00080032": ["TM", time],
  "00200012": ["IS", String(number)],
});

const refused: readonly (readonly [what: string, slices: readonly DicomAttributes[], ...words: string[]])[] = [
  [
    "half a slice apart",
    [
      ...series(even(6), () => acquired(1, "100000")),
      ...series(even(6, 3, 1.5), () => acquired(2, "100130")),
    ],
    "2 acquisitions in one series, and their slices lie among each other: AcquisitionNumber (0020,0012) is 1 in 6 slices " +
    "from 0 to 15 mm, 2 in 6 slices from 1.5 to 16.5 mm",
  ],
  [
    "half a slice apart, told by their times alone",
    [
      ...series(even(6), (i) => ({ "00080032": ["TM", `10000${i}.5`] })),
      ...series(even(6, 3, 1.5), (i) => ({ "00080032": ["TM", `10013${i}.5`] })),
    ],
    "AcquisitionTime (0008,0032) is 100000.5 in 6 slices",
  ],
  [
    "in two frames of reference",
    [
      ...series(even(6), () => ({ "00200052": ["UI", "1.2.1"] })),
      ...series(even(6, 3, 1.5), () => ({ "00200052": ["UI", "1.2.2"] })),
    ],
    "2 frames of reference in one series",
  ],
  [
    "at the same places",
    [
      ...series(even(3), () => acquired(1, "100000")),
      ...series(even(3), () => ({ ...acquired(2, "100130"), "7fe00010": ["OW", pixels(() => 7)] })),
    ],
    "different images of one position (AcquisitionNumber (0020,0012) is 1 and 2, AcquisitionTime",
  ],
];

for (const [what, slices, ...words] of refused) {
  Deno.test(`two acquisitions in one series, ${what}, are refused`, async () => {
    const { message } = await assertRejects(() => readSlices(slices), InputError);
    for (const word of words) assertStringIncludes(message, word);
  });
}

const numbered = (step: number) => (i: number): DicomAttributes => ({ "00200013": ["IS", String(step * i + 1)] });
const dicom: readonly (readonly [what: string, slices: readonly DicomAttributes[], ...words: string[]])[] = [
  ["whose slices have a number each", series(even(6), (i) => acquired(i, `10000${i}`))],
  [
    "whose slices have a time each, as a scanner writes",
    series(even(8), (i) => ({ ...acquired(1, `1000${10 + 3 * i}`), ...numbered(1)(i) })),
  ],
  ["of many turns with a number each", series(even(40), (i) => acquired(i >> 2, `1000${10 + (i >> 2)}`))],
  ["numbered in another order", series(even(9), (i) => ({ "00200013": ["IS", String((i + 4) % 9 + 1)] }))],
  ["with overlapping slices", series(even(6, 1.5), () => ({ "00180088": ["DS", "1.5"] }))],
  ["with a negative distance", series(even(6), () => ({ "00180088": ["DS", "-3"] }))],
  [
    "of which one acquisition continues the other",
    [
      ...series(even(6), () => acquired(1, "100000")),
      ...series(even(6, 3, 18), () => acquired(2, "100130")),
    ],
    "2 acquisitions in one series, one after the other: AcquisitionNumber (0020,0012) is 1 in 6 slices from 0 to 15 mm, " +
    "2 in 6 slices from 18 to 33 mm",
  ],
  [
    "of two acquisitions, told by a pause",
    series(even(12), (i) => ({ "00080032": ["TM", i < 6 ? `10000${i}` : `10013${i - 6}`] })),
    "AcquisitionTime (0008,0032) is 100000 in 6 slices",
  ],
  [
    "with slices of two reconstructions",
    series(even(12), (i) => ({ "00181210": ["SH", i % 2 ? "B70f" : "B30f"] })),
    "2 reconstructions in one series, mixed: ConvolutionKernel (0018,1210) is B30f in 6 slices",
  ],
  [
    "of which every second slice was lost",
    series(even(6, 6), (i) => ({ ...numbered(2)(i), "00180088": ["DS", "3"] })),
    "positions are 6 mm apart, but SpacingBetweenSlices (0018,0088) is 3 mm, and InstanceNumber (0020,0013) changes by 2 " +
    "from slice to slice; only every second slice seems to be here",
  ],
  [
    "of which two in three were lost, told by their numbers",
    series(even(6, 9), (i) => ({ ...numbered(3)(i), "00180050": ["DS", "9"] })),
    "InstanceNumber (0020,0013) changes by 3 from slice to slice; only every third slice",
  ],
  [
    "whose slice locations are those of another spacing",
    series(even(6), (i) => ({ "00201041": ["DS", String(-5 * i)] })),
    "positions are 3 mm apart, but SliceLocation (0020,1041) changes by 5 mm. Check where the slices lie",
  ],
  [
    "with gaps between its slices",
    series(even(6, 10), () => ({ "00180050": ["DS", "1"] })),
    "slices are 1 mm thick, but 10 mm apart",
  ],
];

for (const [what, slices, ...words] of dicom) {
  Deno.test(`a series ${what} is read ${words.length > 0 ? "with a doubt" : "without a word"}`, async () => {
    const { doubts, warnings } = await readSlices(slices);
    assertEquals(doubts, warnings);
    assertEquals(doubts!.length, words.length, doubts!.join("\n"));
    words.forEach((word, i) => assertStringIncludes(doubts![i]!, word));
  });
}

const rounded: readonly (readonly [what: string, heights: readonly number[], thickness: string, word: string])[] = [
  ["1.25 mm slices to whole mm", even(12, 1.25).map(Math.round), "1.25", "rounded to whole mm"],
  ["the same, without a thickness", even(40, 1.25).map(Math.round), "", "rounded to whole mm"],
  ["0.7 mm slices to half a mm", even(12, 0.7).map((z) => Math.round(2 * z) / 2), "0.7", "rounded to multiples of 0.5"],
  ["one slice of 12 missing, of 1 mm", even(12, 1).filter((z) => z !== 5), "1", "1 slice is missing"],
  ["one slice of 200 missing, of 1 mm", even(200, 1).filter((z) => z !== 99), "1", "1 slice is missing"],
  ["three slices missing, of 1 mm", even(50, 1).filter((z) => ![9, 20, 37].includes(z)), "1", "3 slices are missing"],
];

for (const [what, heights, thickness, word] of rounded) {
  Deno.test(`slices that are uneven by rounding are told from missing ones: ${what}`, async () => {
    const slices = series(heights, () => ({ "00180050": ["DS", thickness] }));
    const { message } = await assertRejects(() => readSlices(slices), InputError);
    assertStringIncludes(message, word);
  });
}

const stored = (...values: readonly number[]): DicomAttributes => ({
  "7fe00010": ["OW", pixels((i) => values[i] ?? 24)],
});
const ranges: readonly (readonly [what: string, pixels: DicomAttributes, isOdd: boolean])[] = [
  ["from air to metal", stored(0, 24, 4095), false],
  ["to the end of the extended scale of 16 bits", stored(0, 24, 32767), false],
  ["to 62512, of numbers below 0 that were stored unsigned", stored(0, 63536), true],
  ["to -32705", { ...stored(0, 24, 33855), "00280103": ["US", 1] }, true],
  ["from -3024, outside the scanner's circle", { ...stored(63536, 24), "00280103": ["US", 1] }, false],
];

for (const [what, attributes, isOdd] of ranges) {
  Deno.test(`HU ${what} ${isOdd ? "are doubted" : "are taken as they are"}, in inspect too`, () =>
    inFolder(async (dir) => {
      await writeSlices(dir, [0, 3].map((z) => ctSlice(z, attributes)));
      const { doubts } = await readVolume(dir);
      assertEquals(doubts!.length, isOdd ? 1 : 0, doubts!.join());
      const { text } = await inspect.run({ positionals: [dir], options: {} });
      assertEquals(text.includes("but CT in HU lies between -8192 and 31743: 2 of 40 voxels do not"), isOdd, text);
    }));
}

Deno.test("quality control flags what reading doubted, and nothing else of its warnings", async () => {
  const volume = crudeChest();
  const scan = await preprocess(volume, { segmenter: thresholdLungs });
  const reading = { volume, source: { kind: "nifti", files: [] }, warnings: ["a.txt was left out", "odd"] } as const;
  const measured = measureScan({ ...reading, doubts: ["odd"] }, scan);
  const [row] = assessQuality([{ patient: "A", measured }]);
  assert(row!.reasons.includes("odd") && !row!.reasons.includes("a.txt was left out"), row!.reasons.join());
  const [plain] = assessQuality([{ patient: "A", measured: measureScan(reading, scan) }]);
  assertEquals(plain!.reasons, row!.reasons.filter((reason) => reason !== "odd"));
});
