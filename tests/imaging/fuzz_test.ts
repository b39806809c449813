import { assert } from "@std/assert";
import codecs from "../fixtures/dicom_codecs.json" with { type: "json" };
import segmentations from "../fixtures/segmentations.json" with { type: "json" };
import { createRandom, InputError } from "@ctsurv/base/mod.ts";
import { readNpy, readSegmentation, readVolume, writeNpy } from "@ctsurv/imaging/mod.ts";
import { cpuSeconds } from "../support/cpu_seconds.ts";
import { ctSlice, dicomBytes } from "../support/dicom_bytes.ts";
import { decode, imagingFixture } from "../support/imaging_fixture.ts";
import { inFolder } from "../support/in_folder.ts";

/** Overwrites a few bytes, and now and then cuts the end off. */
function damage(bytes: Uint8Array, seed: number, within: number): Uint8Array<ArrayBuffer> {
  const random = createRandom(seed, "damage");
  const result = Uint8Array.from(bytes);
  for (let i = random.integer(1, 6); i > 0; i--) {
    result[random.integer(0, Math.min(within, bytes.length) - 1)] = random.uniform() < 0.3
      ? 255
      : random.integer(0, 255);
  }
  return random.uniform() < 0.2 ? result.slice(0, random.integer(0, bytes.length)) : result;
}

async function readsOrRefuses(what: string, read: () => Promise<unknown>): Promise<"read" | "refused"> {
  const start = cpuSeconds();
  try {
    await read();
    return "read";
  } catch (error) {
    assert(error instanceof InputError, `${what}: ${(error as Error).stack}`);
    return "refused";
  } finally {
    const taken = cpuSeconds() - start;
    assert(taken < 1, `${what}: ${taken} s`);
  }
}

/** Both outcomes have to occur, or the damage was of no use. */
async function fuzz(
  name: string,
  files: readonly Uint8Array[],
  within: number,
  read: (path: string) => Promise<unknown>,
) {
  await inFolder(async (dir) => {
    const outcomes = { read: 0, refused: 0 };
    for (let seed = 0; seed < 600; seed++) {
      await Deno.writeFile(`${dir}/${name}`, damage(files[seed % files.length]!, seed, within));
      outcomes[await readsOrRefuses(`seed ${seed}`, () => read(`${dir}/${name}`))]++;
    }
    assert(outcomes.read > 20 && outcomes.refused > 20, JSON.stringify(outcomes));
  });
}

Deno.test("readVolume() reads or refuses damaged NIfTI, and never crashes", async () => {
  await fuzz("ct.nii", imagingFixture.nifti.map(({ file }) => decode(file)), 348, (path) => readVolume(path));
});

Deno.test("readVolume() reads or refuses damaged DICOM, and never crashes", async () => {
  const files = [dicomBytes(ctSlice(0)), dicomBytes(ctSlice(0), "1.2.840.10008.1.2")];
  await fuzz("slice.dcm", files.map((file) => file), 700, (path) => readVolume(path));
});

Deno.test("readVolume() reads or refuses damaged compressed DICOM, and never crashes or hangs", async () => {
  // Damaged near-lossless JPEG-LS is refused too, but it takes CharLS seconds.
  const files = codecs.filter(({ name }) => name !== "JPEG-LS with loss").map(({ file }) => decode(file));
  await fuzz("slice.dcm", files, Infinity, (path) => readVolume(path));
});

Deno.test("readSegmentation() reads or refuses damaged SEG and RTSTRUCT, and never crashes", async () => {
  await inFolder(async (dir) => {
    for (const [i, file] of segmentations.ct.entries()) await Deno.writeFile(`${dir}/${i}.dcm`, decode(file));
    const ct = await readVolume(dir);
    const files = segmentations.cases.map(({ file }) => decode(file));
    await fuzz("drawn.dcm", files, Infinity, (path) => readSegmentation(path, ct, { structure: "GTV-1" }));
  });
});

Deno.test("readNpy() reads or refuses damaged files, and never crashes", async () => {
  await inFolder(async (dir) => {
    await writeNpy(`${dir}/x.npy`, { data: new Float32Array(12), shape: [3, 4] });
    const file = await Deno.readFile(`${dir}/x.npy`);
    await fuzz("y.npy", [file], 120, readNpy);
  });
});
