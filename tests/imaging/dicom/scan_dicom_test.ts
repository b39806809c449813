import { assert, assertEquals, assertRejects } from "@std/assert";
import { deflateRawSync } from "node:zlib";
import { createRandom, InputError } from "@ctsurv/base/mod.ts";
import { scanDicom } from "@ctsurv/imaging/mod.ts";
import { ctSlice, type DicomAttributes, dicomBytes } from "../../support/dicom_bytes.ts";
import { inFolder } from "../../support/in_folder.ts";
import { segmentationReferences } from "../../support/segmentation_references.ts";
import { sharedData } from "../../support/shared_data.ts";

const identity: DicomAttributes = {
  "00080018": ["UI", "1.2.3.7"],
  "00080020": ["DA", "20060924"],
  "0008103e": ["LO", "Thorax "],
  "00181210": ["SH", "B19f"],
  "00100020": ["LO", " A-1"],
};
const facts = {
  patient: "A-1",
  modality: "CT",
  series: "1.2.3",
  instance: "1.2.3.7",
  description: "Thorax",
  date: "2006-09-24",
  thickness: 3,
  kernel: "B19f",
  plane: "axial",
  contrast: "",
  isLocalizer: false,
  isImage: true,
  frames: 1,
  refersTo: [],
};
const scan = (bytes: Uint8Array) =>
  inFolder(async (dir) => {
    await Deno.writeFile(`${dir}/file`, bytes);
    return await scanDicom(`${dir}/file`);
  });

Deno.test("scanDicom() tells what a slice is, in either encoding of value representations", async () => {
  assertEquals(await scan(dicomBytes(ctSlice(0, identity))), facts);
  assertEquals(await scan(dicomBytes(ctSlice(0, identity), "1.2.840.10008.1.2")), facts);
});

Deno.test("scanDicom() needs no pixels: a file cut off among them is told, one cut off in its header refused", async () => {
  const whole = dicomBytes(ctSlice(0, { ...identity, "7fe00010": ["OW", new Uint8Array(100_000)] }));
  assertEquals(await scan(whole.subarray(0, 20_000)), facts);
  await assertRejects(() => scan(whole.subarray(0, 300)), InputError, "damaged or cut off");
});

Deno.test("scanDicom() reads on where private elements fill the first 16 KiB", async () => {
  const long = { ...identity, "00091001": ["OB", new Uint8Array(200_000)] } as const;
  assertEquals(await scan(dicomBytes(ctSlice(0, long))), facts);
});

Deno.test("scanDicom() unpacks a deflated header", async () => {
  const plain = dicomBytes(ctSlice(0, identity), "1.2.840.10008.1.2.1.99");
  const start = 132 + 12 + new DataView(plain.buffer).getUint32(140, true);
  const deflated = deflateRawSync(plain.subarray(start));
  const bytes = new Uint8Array(start + deflated.length);
  bytes.set(plain.subarray(0, start));
  bytes.set(deflated, start);
  assertEquals(await scan(bytes), facts);
});

Deno.test("scanDicom() knows localizers, frames, a CT by its class, and what a file does not say", async () => {
  const told = async (changes: DicomAttributes) => await scan(dicomBytes(ctSlice(0, { ...identity, ...changes })));
  assertEquals(await told({ "00080008": ["CS", "ORIGINAL\\PRIMARY\\LOCALIZER"] }), { ...facts, isLocalizer: true });
  assertEquals(await told({ "00280008": ["IS", "134 "] }), { ...facts, frames: 134 });
  assertEquals(await told({ "00080060": undefined }), facts);
  assertEquals(
    await told({ "00080060": undefined, "00080016": undefined, "00100020": undefined, "0020000e": undefined }),
    { ...facts, modality: "", patient: "", series: "" },
  );
});

Deno.test("scanDicom() gives undefined for what is no DICOM file, and refuses one that is not there", async () => {
  assertEquals(await scan(new Uint8Array(0)), undefined);
  assertEquals(await scan(new TextEncoder().encode("Subject ID,Series UID\n".repeat(30))), undefined);
  await assertRejects(() => scanDicom("/nowhere/at.dcm"), InputError, "/nowhere/at.dcm: no such file");
});

Deno.test("scanDicom() reads which series highdicom's SEG and pydicom's RTSTRUCT were drawn on", async () => {
  const { patient, ct, files } = segmentationReferences;
  assertEquals(Object.keys(files).length, 4);
  for (const [name, bytes] of Object.entries(files)) {
    const told = await scan(bytes);
    assertEquals([told?.patient, told?.modality, told?.refersTo], [patient, name.split(",")[0], [ct]], name);
  }
});

Deno.test("scanDicom() of a header with flipped bytes tells something or refuses it, and never fails otherwise", async () => {
  const random = createRandom(42, "scan fuzz");
  const { files } = segmentationReferences;
  const originals = [dicomBytes(ctSlice(0, identity)), dicomBytes(ctSlice(0, identity), "1.2.840.10008.1.2")];
  let refused = 0;
  for (const original of [...originals, ...Object.values(files)]) {
    for (let round = 0; round < 40; round++) {
      const bytes = original.slice();
      for (let i = random.integer(1, 4); i > 0; i--) {
        bytes[random.integer(128, Math.min(bytes.length, 1500) - 1)] = random.integer(0, 255);
      }
      try {
        await scan(bytes);
      } catch (error) {
        assert(error instanceof InputError, `${error}`);
        refused++;
      }
    }
  }
  assert(refused > 20 && refused < 220, `${refused} of 240 refused`);
});

Deno.test("scanDicom() tells LUNG1's two dialects", async () => {
  const folder = sharedData("lung1/NSCLC-Radiomics");
  if (!folder) return;
  for (const [patient, slices] of [["LUNG1-001", 134], ["LUNG1-003", 107]] as const) {
    const names = [...Deno.readDirSync(`${folder}/${patient}`)].map(({ name }) => name);
    const all = await Promise.all(names.map((name) => scanDicom(`${folder}/${patient}/${name}`)));
    assertEquals(new Set(all.map((one) => `${one?.patient} ${one?.modality}`)), new Set([`${patient} CT`]));
    assertEquals(new Set(all.map((one) => one?.series)).size, 1);
    assertEquals(new Set(all.map((one) => one?.instance)).size, slices);
  }
});
