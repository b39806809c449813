import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { InputError } from "@ctsurv/base/mod.ts";
import { importCohort, type ImportCohortOptions, openCohort, readSeriesChoices } from "@ctsurv/cohort/mod.ts";
import { parseSeriesRules, readVolume, writeNifti } from "@ctsurv/imaging/mod.ts";
import { type DicomAttributes, dicomBytes, enhancedCt, pixels } from "../../support/dicom_bytes.ts";
import { inFolder } from "../../support/in_folder.ts";
import { ctSeries, lay, put } from "./download.ts";

const table = (...patients: readonly string[]) =>
  "PatientID,Survival.time,deadstatus.event\n" + patients.map((patient) => `${patient},9,1\n`).join("");

/** Imports what `prepare` puts into `dir/images`, for these patients. */
function importing<T>(
  patients: readonly string[],
  prepare: (images: string) => Promise<unknown>,
  use: (run: (options?: Partial<ImportCohortOptions>) => ReturnType<typeof importCohort>, dir: string) => Promise<T>,
): Promise<T> {
  return inFolder(async (dir) => {
    await prepare(join(dir, "images"));
    await put(join(dir, "table.csv"), table(...patients));
    const where = { images: join(dir, "images"), clinical: join(dir, "table.csv"), output: join(dir, "cohort") };
    return await use((options = {}) => importCohort({ ...where, ...options }), dir);
  });
}

const byNumber = ({ number }: { readonly number: number }) => `${number}.dcm`;
const one = (attributes: DicomAttributes, slices = 12) => ctSeries("A", "1.2.7", { slices, attributes });
const volumeOf = async (dir: string) => {
  const [patient] = (await openCohort(join(dir, "cohort"))).patients;
  return (await readVolume(patient!.image, { series: patient!.series! })).volume;
};

Deno.test("importCohort() keeps all slices where an anonymiser gave them one SOPInstanceUID, copied or not", () =>
  importing(["A"], (images) => lay(images, one({ "00080018": ["UI", "1.2.7.1"] }), byNumber), async (run, dir) => {
    for (const copy of [false, true]) {
      const { record } = await run({ copy });
      assertEquals(record.found, {
        files: 12,
        nifti: 0,
        dicom: [{ modality: "CT", series: 1, images: 12 }],
        copies: 0,
      });
      assertEquals([...(await volumeOf(dir)).shape], [12, 4, 5]);
    }
  }));

Deno.test("importCohort() keeps all slices without a SOPInstanceUID", () =>
  importing(["A"], (images) => lay(images, one({ "00080018": undefined }), byNumber), async (run, dir) => {
    await run({ copy: true });
    assertEquals([...(await volumeOf(dir)).shape], [12, 4, 5]);
  }));

Deno.test("importCohort() takes two images of one UID and one place for two, so that reading can refuse them", () =>
  importing(["A"], async (images) => {
    await lay(images, one({}), byNumber);
    await lay(images, one({ "7fe00010": ["OW", pixels(() => 7)] }).slice(0, 1), () => "other.dcm");
  }, async (run, dir) => {
    const { record } = await run({ copy: true });
    assertEquals([record.found.dicom[0]!.images, record.found.copies], [13, 0]);
    await assertRejects(() => volumeOf(dir), InputError, "different images of one position");
  }));

Deno.test("importCohort() passes over a copy that is cut off, where another is whole", () =>
  importing(["A"], async (images) => {
    const files = one({});
    await lay(images, files, byNumber);
    await put(join(images, "again", "5.dcm"), files[4]!.bytes.subarray(0, -9));
    await put(join(images, "again", "6.dcm"), files[5]!.bytes);
  }, async (run, dir) => {
    const { record, skipped } = await run({ copy: true });
    assertEquals([record.found.dicom[0]!.images, record.found.copies], [12, 1]);
    assertEquals(skipped, [{ reason: "cut off, while another copy is whole", files: ["again/5.dcm"] }]);
    assertEquals([...(await volumeOf(dir)).shape], [12, 4, 5]);
  }));

Deno.test("importCohort() says that every slice is a series of its own", () =>
  importing(
    ["A", "B"],
    async (images) => {
      const all = Array.from({ length: 12 }, (_, i) => ctSeries("A", `1.2.7.${i}`, { slices: 1 })[0]!);
      await lay(images, all, ({ series }) => `A/${series}.dcm`);
      await lay(images, ctSeries("B", "1.2.8", { slices: 2 }), byNumber);
    },
    async (run) => {
      const { leftOut } = (await run()).record;
      assertStringIncludes(leftOut[0]!.reason, "each of 12 CT images is a series of its own");
    },
  ));

const latin = (text: string) => Uint8Array.from(text, (letter) => letter.charCodeAt(0));

for (
  const [set, bytes, patient] of [
    ["ISO_IR 192", "H\xc3\xb4pital-001", "Hôpital-001"],
    ["ISO_IR 192", "Ho\xcc\x82pital-001", "Hôpital-001"],
    ["ISO_IR 100", "H\xf4pital-001", "Hôpital-001"],
    ["GB18030", "\xcd\xf5-001", "王-001"],
    ["ISO_IR 144", "\xbb\xee-001", "Лю-001"],
    ["\\ISO 2022 IR 87", "\x1b$B;3ED\x1b(B-1", "山田-1"],
  ] as const
) {
  Deno.test(`importCohort() finds ${patient} of the table in ${set}`, () => {
    const name = { "00080005": ["CS", set], "00100020": ["LO", latin(bytes)] } as const;
    const prepare = (images: string) => lay(images, ctSeries("A", "1.2.7", { slices: 3, attributes: name }), byNumber);
    return importing([patient], prepare, async (run) => assertEquals((await run()).patients, [patient]));
  });
}

const niftiOf = (path: string) =>
  writeNifti(path, {
    data: new Int16Array(8),
    shape: [2, 2, 2],
    affine: [1, 0, 0, 5, 0, 1, 0, 0, 0, 0, 3, 0, 0, 0, 0, 1],
  });

Deno.test("importCohort() and openCohort() match names of files that macOS wrote, and never take its own files", () =>
  importing(["Hôpital-1", "B"], async (images) => {
    await niftiOf(join(images, "Hôpital-1".normalize("NFD"), "scan.nii.gz"));
    await put(join(images, "Hôpital-1".normalize("NFD"), "._scan.nii.gz"), "\x00\x05\x16\x07");
    await lay(images, ctSeries("B", "1.2.8", { slices: 3 }), byNumber);
    await put(join(images, "._1.dcm"), "\x00\x05\x16\x07");
    await put(join(images, "__MACOSX", "B", "._1.dcm"), "\x00\x05\x16\x07");
    await niftiOf(join(images, "__MACOSX", "B", "scan.nii.gz"));
  }, async (run, dir) => {
    const { patients, record } = await run();
    assertEquals(patients, ["Hôpital-1", "B"]);
    assertEquals([record.found.nifti, record.skipped], [1, []]);
    assertEquals((await openCohort(join(dir, "cohort"))).patients.length, 2);
    // The same by hand: one file or folder per patient.
    const hand = join(dir, "hand");
    await Deno.mkdir(hand);
    await Deno.copyFile(join(dir, "table.csv"), join(hand, "clinical.csv"));
    await put(join(hand, "cohort.json"), '{"format":1,"name":"H","source":"s","licence":"l","exclusions":[]}');
    await niftiOf(join(hand, "images", `${"Hôpital-1".normalize("NFD")}.nii.gz`));
    await put(join(hand, "images", "._B.nii.gz"), "\x00\x05\x16\x07");
    await Deno.mkdir(join(hand, "images", "__MACOSX"));
    await Deno.symlink("nowhere", join(hand, "images", "C.nii.gz"));
    const { patients: byHand, messages } = await openCohort(hand);
    assertEquals(byHand.map(({ id }) => id), ["Hôpital-1"]);
    assert(messages.every((message) => !/MACOSX|C$/.test(message)), messages.join());
  }));

Deno.test("importCohort() takes for CT what readVolume() does: enhanced CT by its class, and images that say nothing", () =>
  importing(["A", "B"], async (images) => {
    const attributes = {
      ...enhancedCt([0, 3, 6]),
      "00080016": ["UI", "1.2.840.10008.5.1.4.1.1.2.2"],
      "00080018": ["UI", "1.2.3.4"],
      "00080060": undefined,
      "00100020": ["LO", "A"],
    } as const;
    await put(join(images, "enhanced.dcm"), dicomBytes(attributes));
    const nameless = { "00080016": undefined, "00080060": undefined };
    await lay(images, ctSeries("B", "1.2.8", { slices: 3, attributes: nameless }), byNumber);
  }, async (run) => {
    const { patients, record } = await run();
    assertEquals(patients, ["A", "B"]);
    assertEquals(record.remarks.filter(({ remark }) => remark.includes("Modality")), [
      { patient: "B", remark: "the files do not say their Modality; they are taken for CT" },
    ]);
  }));

/** Two whole scans of one patient, and a third of two slices. */
const studies = [
  ...ctSeries("A", "1.2.6", {
    slices: 12,
    attributes: { "00080020": ["DA", "20060924"], "00180050": ["DS", "5"], "00181210": ["SH", "B70f"] },
  }),
  ...ctSeries("A", "1.2.7", {
    slices: 14,
    attributes: { "00080021": ["DA", "20070101"], "00180050": ["DS", "1.25"], "00180010": ["LO", "Omnipaque"] },
  }),
  ...ctSeries("A", "1.2.9", { slices: 2 }),
  ...ctSeries("B", "1.2.10", { slices: 12 }),
];
const laid = (images: string) => lay(images, studies, ({ uid }) => `${uid}.dcm`);

Deno.test("importCohort() lists what tells series apart: date, slices, thickness, plane, kernel, contrast", () =>
  importing(["A", "B"], laid, async (run) => {
    const { reason } = (await run()).record.leftOut[0]!;
    assertStringIncludes(reason, "1.2.6 (12 slices, 2006-09-24, 5 mm, axial, kernel B70f)");
    assertStringIncludes(reason, "1.2.7 (14 slices, 2007-01-01, 1.25 mm, axial, contrast Omnipaque)");
    assertStringIncludes(reason, "--series A=1.2.6, or a rule with --series-rule");
  }));

Deno.test("importCohort() chooses by rules, and says what it chose among", () =>
  importing(["A", "B"], laid, async (run, dir) => {
    const chosen = async (rules: string) => {
      const { record } = await run({ seriesRules: parseSeriesRules(rules) });
      const patient = (await openCohort(join(dir, "cohort"))).patients.find(({ id }) => id === "A");
      return patient?.series ?? record.leftOut[0]!.reason;
    };
    for (const rule of ["thinnest", "most-slices", "latest", "contrast", "axial,thinnest"]) {
      assertEquals(await chosen(rule), "1.2.7", rule);
    }
    for (const rule of ["thickest", "fewest-slices", "earliest", "no-contrast", "axial,no-contrast"]) {
      assertEquals(await chosen(rule), "1.2.6", rule);
    }
    assertStringIncludes(await chosen("axial"), "The rule axial leaves 2 of them: 1.2.6, 1.2.7. Choose one");
    const { remarks } = (await run({ seriesRules: ["thinnest"] })).record;
    assertStringIncludes(remarks[0]!.remark, "the rule thinnest chose 1.2.7 (14 slices");
    assertEquals(remarks[1]!.remark, "shorter CT series set aside: 1.2.9");
    // A series that is named comes before a list, and that before a rule.
    const list = new Map([["A", "1.2.6"], ["Z", "1.2.1"]]);
    const seriesRules = parseSeriesRules("thinnest");
    await run({ listedSeries: list, seriesRules });
    assertEquals((await openCohort(join(dir, "cohort"))).patients[0]!.series, "1.2.6");
    await run({ series: new Map([["A", "1.2.9"]]), listedSeries: list, seriesRules });
    assertEquals((await openCohort(join(dir, "cohort"))).patients[0]!.series, "1.2.9");
  }));

Deno.test("readSeriesChoices() reads a list of series, by its own names of columns and by TCIA's", () =>
  inFolder(async (dir) => {
    const read = async (text: string) => {
      await put(join(dir, "series.csv"), text);
      return [...await readSeriesChoices(join(dir, "series.csv"))];
    };
    assertEquals(await read("patient,series\nA,1.2.6\nB,\n"), [["A", "1.2.6"]]);
    assertEquals(await read("Series UID;Subject ID\n1.2.6;A\n1.2.6;A\n"), [["A", "1.2.6"]]);
    await assertRejects(() => read("patient,series\nA,1.2.6\nA,1.2.7\n"), InputError, "row 3: A has 1.2.6");
    await assertRejects(() => read("who,series\nA,1.2.6\n"), InputError, "has no column patient");
  }));
