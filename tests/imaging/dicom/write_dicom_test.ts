import { assert, assertEquals, assertNotEquals, assertRejects } from "@std/assert";
import dicomParser from "dicom-parser";
import { basename, join } from "node:path";
import { sha256 } from "@ctsurv/base/mod.ts";
import { type DicomContent, type DicomDialect, readVolume, writeDicomSeries } from "@ctsurv/imaging/mod.ts";
import { inFolder } from "../../support/in_folder.ts";

// pydicom 3.0.2, with validation set to raise and warnings as errors, reads files of both dialects without complaint.

const [slices, rows, columns] = [107, 4, 6];

/** HU from -1024 to 3071, every slice another; spacing 0.9765625 x 0.977 x 3 mm. */
const content: DicomContent = {
  hu: Int16Array.from({ length: slices * rows * columns }, (_, i) => (i * 37) % 4096 - 1024),
  shape: [slices, rows, columns],
  affine: [0.9765625, 0, 0, -249.51171875, 0, 0.977, 0, -250.112, 0, 0, 3, -305.9, 0, 0, 0, 1],
};

interface Written {
  readonly paths: readonly string[];
  readonly bytes: readonly Uint8Array[];
  readonly files: readonly dicomParser.DataSet[];
  readonly volume: Awaited<ReturnType<typeof readVolume>>;
}

async function write(dialect: DicomDialect, given: Partial<DicomContent> = {}, patientId = "P-1"): Promise<Written> {
  return await inFolder(async (folder) => {
    const options = { dialect, patientId, sex: "F", description: "a test" } as const;
    const paths = await writeDicomSeries(join(folder, "series"), { ...content, ...given }, options);
    const bytes = await Promise.all(paths.map((path) => Deno.readFile(path)));
    const files = bytes.map((file) => dicomParser.parseDicom(file));
    return { paths, bytes, files, volume: await readVolume(join(folder, "series")) };
  });
}

const dialects: readonly DicomDialect[] = ["siemens", "xio"];

Deno.test("writeDicomSeries() is read back with the same HU and the same geometry", async () => {
  for (const dialect of dialects) {
    const { volume: { volume, warnings } } = await write(dialect);
    assertEquals(warnings, []);
    assertEquals(volume.shape, content.shape);
    assertEquals(volume.hu, content.hu);
    volume.affine.forEach((value, i) => assert(Math.abs(value - content.affine[i]!) < 1e-4, `${dialect}: ${value}`));
  }
});

Deno.test("writeDicomSeries() follows Siemens: explicit, unsigned, primary, with tube and kernel", async () => {
  const { files, paths } = await write("siemens");
  const [first] = files;
  assertEquals(first!.string("x00020010"), "1.2.840.10008.1.2.1");
  assertEquals(first!.string("x00080008"), "ORIGINAL\\PRIMARY\\AXIAL");
  assertEquals(first!.uint16("x00280103"), 0);
  assertEquals(first!.string("x00281052"), "-1024");
  assertEquals(first!.string("x00180060"), "120");
  assertEquals(first!.string("x00181210"), "B19f");
  assertEquals(first!.string("x00280030"), "0.977\\0.9765625");
  assertEquals(paths.map((path) => basename(path)).slice(0, 2), ["1-107.dcm", "1-106.dcm"]);
  const stored = new Uint16Array(first!.byteArray.slice(first!.elements.x7fe00010!.dataOffset).buffer);
  assertEquals(stored[0], content.hu[0]! + 1024);
});

Deno.test("writeDicomSeries() follows XiO: implicit, signed, secondary, without acquisition, named by UID", async () => {
  const { files, paths } = await write("xio");
  const [first] = files;
  assertEquals(first!.string("x00020010"), "1.2.840.10008.1.2");
  assertEquals(first!.string("x00080008"), "ORIGINAL\\SECONDARY\\AXIAL");
  assertEquals(first!.uint16("x00280103"), 1);
  assertEquals(first!.string("x00281052"), "0");
  assertEquals(first!.string("x00180060") ?? "", "");
  for (const siemensOnly of ["x00181120", "x00181210"]) assertEquals(first!.elements[siemensOnly], undefined);
  files.forEach((file, i) => assertEquals(basename(paths[i]!), `${file.string("x00080018")}.dcm`));
});

Deno.test("writeDicomSeries() numbers XiO's images as LUNG1-003's: down from the middle, then on from the head", async () => {
  const { files } = await write("xio");
  const numberAt = new Map(files.map((file) => [file.floatString("x00200032", 2), file.intString("x00200013")]));
  // Positions as in LUNG1-003, whose 107 slices run from -305.9 to 12.1 mm.
  assertEquals([numberAt.get(-71.9), numberAt.get(-305.9)], [1, 79]);
  assertEquals([numberAt.get(12.1), numberAt.get(-68.9)], [80, 107]);
});

Deno.test("writeDicomSeries() gives each image a UID of its own, valid and the same every time", async () => {
  for (const dialect of dialects) {
    const [once, again] = [await write(dialect), await write(dialect)];
    assertEquals(once.bytes.map((file) => sha256(file)), again.bytes.map((file) => sha256(file)));
    const uids = once.files.map((file) => file.string("x00080018")!);
    assertEquals(new Set(uids).size, slices);
    const series = new Set(once.files.map((file) => file.string("x0020000e")!));
    assertEquals(series.size, 1);
    for (const uid of [...uids, ...series]) assert(/^2\.25\.[1-9]\d{0,38}$/.test(uid), uid);
    assertEquals(once.files.map((file) => file.string("x00020003")), uids);
  }
});

Deno.test("writeDicomSeries() gives another patient and another scan other UIDs", async () => {
  const series = async (...args: Parameters<typeof write>) => (await write(...args)).files[0]!.string("x0020000e");
  const one = await series("xio");
  assertNotEquals(await series("xio", {}, "P-2"), one);
  assertNotEquals(await series("xio", { hu: content.hu.map((value) => value === 0 ? 1 : value) }), one);
});

Deno.test("writeDicomSeries() keeps every element at an even length, in the order of the tags", async () => {
  for (const dialect of dialects) {
    for (const file of (await write(dialect)).files.slice(0, 3)) {
      const elements = Object.values(file.elements).sort((a, b) => a.dataOffset - b.dataOffset);
      for (const element of elements) assertEquals(element.length % 2, 0, element.tag);
      assertEquals(elements.map(({ tag }) => tag), elements.map(({ tag }) => tag).sort());
      assertEquals(file.string("x00100020"), "P-1");
      assertEquals(file.string("x00100040"), "F");
      assertEquals(file.string("x0008103e"), "a test");
    }
  }
});

Deno.test("writeDicomSeries() refuses voxels that do not fill the shape", async () => {
  await assertRejects(() => write("xio", { shape: [107, 4, 5] }), RangeError, "107 x 4 x 5");
});
