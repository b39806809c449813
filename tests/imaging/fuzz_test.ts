import { assert } from "@std/assert";
import { gzipSync } from "node:zlib";
import codecs from "../fixtures/dicom_codecs.json" with { type: "json" };
import segmentations from "../fixtures/segmentations.json" with { type: "json" };
import { createRandom, InputError, type Random } from "@ctsurv/base/mod.ts";
import { readNpy, readSegmentation, readVolume, scanDicom, writeNpy } from "@ctsurv/imaging/mod.ts";
import { cpuSeconds } from "../support/cpu_seconds.ts";
import { ctSlice, dataSetBytes, dicomBytes, enhancedCt, writeSlices } from "../support/dicom_bytes.ts";
import { decode, imagingFixture } from "../support/imaging_fixture.ts";
import { inFolder } from "../support/in_folder.ts";
import { segmentationReferences } from "../support/segmentation_references.ts";

/** Damaged files of NIfTI, and as many of DICOM; a longer run is `CTSURV_FUZZ=10000 deno test -A tests/imaging/fuzz_test.ts`. */
const count = Number(Deno.env.get("CTSURV_FUZZ") ?? 1_000);
/** Of the kinds that take long to decode. */
const fewer = Math.ceil(count / 16);
/** Seconds of computing that reading a file of any content may take. */
const longest = 2;
/** Bytes beyond what the process had before, for files of some kB. */
const mostMemory = 300e6;

const place = (file: Uint8Array, random: Random, within: number) =>
  random.integer(0, Math.max(0, Math.min(within, file.length) - 1));

/** Ways to damage a file, mostly in its first bytes; each gives a new one. */
const damages: readonly ((file: Uint8Array, random: Random, within: number, other: Uint8Array) => Uint8Array)[] = [
  function flipBits(file, random, within) {
    for (let flips = random.integer(1, 6); flips > 0; flips--) {
      file[place(file, random, within)]! ^= 1 << random.integer(0, 7);
    }
    return file;
  },
  function setBytes(file, random, within) {
    for (let bytes = random.integer(1, 6); bytes > 0; bytes--) {
      file[place(file, random, within)] = random.uniform() < 0.3 ? 255 : random.integer(0, 255);
    }
    return file;
  },
  function truncate(file, random) {
    return file.slice(0, random.integer(0, file.length));
  },
  function writeExtremeNumber(file, random, within) {
    const value = [0, 0x7fffffff, 0x80000000, 0xffffffff, 0xfffffffe, 65535][random.integer(0, 5)]!;
    if (file.length < 4) return file;
    const at = Math.min(place(file, random, within), file.length - 4);
    new DataView(file.buffer).setUint32(at, value, true);
    return file;
  },
  function splice(file, random, within, other) {
    const from = place(other, random, within);
    const piece = other.subarray(from, from + random.integer(1, 60));
    const at = place(file, random, within);
    const end = random.uniform() < 0.5 ? at : at + piece.length;
    return Uint8Array.from([...file.subarray(0, at), ...piece, ...file.subarray(end)]);
  },
];

async function readsOrRefuses(read: () => Promise<unknown>): Promise<"read" | "refused"> {
  const start = cpuSeconds();
  try {
    await read();
    return "read";
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    assert(error.message.length < 5000, `a message of ${error.message.length} characters`);
    return "refused";
  } finally {
    const taken = cpuSeconds() - start;
    assert(taken < longest, `${taken} s`);
  }
}

interface Fuzzed {
  readonly files: readonly Uint8Array[];
  /** Damage is within the first bytes, where headers are. */
  readonly within: number;
  readonly rounds: number;
  /** What the file becomes after it was damaged. */
  readonly pack?: (file: Uint8Array) => Uint8Array;
}

/** Both outcomes have to occur, or the damage was of no use. */
async function fuzz(
  name: string,
  { files, within, rounds, pack = (file) => file }: Fuzzed,
  read: (path: string) => Promise<unknown>,
) {
  await inFolder(async (dir) => {
    const outcomes = { read: 0, refused: 0 };
    const random = createRandom(1, `damaged ${name}`);
    const before = Deno.memoryUsage();
    for (let round = 0; round < rounds; round++) {
      const pick = () => Uint8Array.from(files[random.integer(0, files.length - 1)]!);
      const kind = damages[round % damages.length]!;
      const damaged = pack(kind(pick(), random, within, pick()));
      Deno.writeFileSync(`${dir}/${name}`, damaged);
      try {
        outcomes[await readsOrRefuses(() => read(`${dir}/${name}`))]++;
      } catch (error) {
        console.error(`round ${round} (${kind.name}): ${damaged.toBase64()}`);
        throw error;
      }
    }
    assert(outcomes.read > rounds / 500 && outcomes.refused > rounds / 50, JSON.stringify(outcomes));
    const { external, heapTotal } = Deno.memoryUsage();
    const grown = external + heapTotal - before.external - before.heapTotal;
    assert(grown < mostMemory, `${grown} bytes more`);
  });
}

const nifti = imagingFixture.nifti.map(({ file }) => decode(file));

Deno.test("readVolume() reads or refuses damaged NIfTI, and never crashes or hangs", async () => {
  const rounds = Math.ceil(count / 2);
  await fuzz("ct.nii", { files: nifti, within: 356, rounds }, (path) => readVolume(path));
});

Deno.test("readVolume() reads or refuses damaged NIfTI that was zipped, before or after", async () => {
  const pack = (file: Uint8Array) => gzipSync(file, { level: 1 });
  await fuzz(
    "ct.nii.gz",
    { files: nifti, within: 356, rounds: Math.ceil(0.3 * count), pack },
    (path) => readVolume(path),
  );
  await fuzz(
    "zipped.nii.gz",
    { files: nifti.map(pack), within: Infinity, rounds: Math.ceil(0.2 * count) },
    (path) => readVolume(path),
  );
});

const slice = ctSlice(0, { "00080005": ["CS", "\\ISO 2022 IR 87"], "00100020": ["LO", "A\x1b$B;3ED\x1b(B"] });
const dicom = [
  dicomBytes(slice),
  dicomBytes(slice, "1.2.840.10008.1.2"),
  dicomBytes(enhancedCt([0, 3, 6])),
  dicomBytes(enhancedCt([0, 3, 6]), "1.2.840.10008.1.2"),
  dataSetBytes(slice, true),
  dataSetBytes(slice, false),
];

Deno.test("readVolume() reads or refuses damaged DICOM, and never crashes or hangs", async () => {
  await fuzz("slice.dcm", { files: dicom, within: 1600, rounds: Math.ceil(0.6 * count) }, (path) => readVolume(path));
});

Deno.test("readVolume() of a folder reads or refuses a series of which one file is damaged", async () => {
  await inFolder(async (whole) => {
    await writeSlices(whole, [0, 3, 9, 12].map((z) => ctSlice(z)));
    const files = [dicomBytes(ctSlice(6)), dicomBytes(ctSlice(6), "1.2.840.10008.1.2")];
    await fuzz("6.dcm", { files, within: 900, rounds: Math.ceil(0.2 * count) }, async (path) => {
      await Deno.copyFile(path, `${whole}/6.dcm`);
      await readVolume(whole);
    });
  });
});

Deno.test("scanDicom() tells or refuses damaged DICOM of all kinds", async () => {
  const files = [...dicom, ...Object.values(segmentationReferences.files)];
  await fuzz("file.dcm", { files, within: 2500, rounds: Math.ceil(0.2 * count) }, (path) => scanDicom(path));
});

Deno.test("readVolume() reads or refuses damaged compressed DICOM, and never crashes or hangs", async () => {
  const files = codecs.map(({ file }) => decode(file));
  await fuzz("slice.dcm", { files, within: Infinity, rounds: fewer }, (path) => readVolume(path));
});

Deno.test("readSegmentation() reads or refuses damaged SEG and RTSTRUCT, and never crashes", async () => {
  await inFolder(async (dir) => {
    for (const [i, file] of segmentations.ct.entries()) await Deno.writeFile(`${dir}/${i}.dcm`, decode(file));
    const ct = await readVolume(dir);
    const files = segmentations.cases.map(({ file }) => decode(file));
    const read = (path: string) => readSegmentation(path, ct, { structure: "GTV-1" });
    await fuzz("drawn.dcm", { files, within: Infinity, rounds: fewer }, read);
  });
});

Deno.test("readNpy() reads or refuses damaged files, and never crashes", async () => {
  await inFolder(async (dir) => {
    await writeNpy(`${dir}/x.npy`, { data: new Float32Array(12), shape: [3, 4] });
    const file = await Deno.readFile(`${dir}/x.npy`);
    await fuzz("y.npy", { files: [file], within: 120, rounds: fewer }, readNpy);
  });
});
