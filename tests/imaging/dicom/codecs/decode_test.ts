import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import fixture from "../../../fixtures/dicom_codecs.json" with { type: "json" };
import { InputError, sha256 } from "@ctsurv/base/mod.ts";
import { readVolume } from "@ctsurv/imaging/mod.ts";
import { decode } from "../../../support/imaging_fixture.ts";
import { inFolder } from "../../../support/in_folder.ts";

function read(bytes: Uint8Array) {
  return inFolder(async (dir) => {
    await Deno.writeFile(`${dir}/slice.dcm`, bytes);
    return await readVolume(`${dir}/slice.dcm`);
  });
}

const sliceOf = (name: string) => decode(fixture.find((slice) => slice.name === name)!.file);

for (const { name, file, sum, sha256: expected } of fixture) {
  Deno.test(`readVolume() equals pydicom: ${name}`, async () => {
    const { volume, warnings } = await read(decode(file));
    const hu = Int32Array.from(volume.hu);
    assertEquals(hu.reduce((total, value) => total + value, 0), sum);
    assertEquals(sha256(new Uint8Array(hu.buffer)), expected);
    assertEquals(warnings.some((warning) => warning.includes("compressed with loss")), name.includes("with loss"));
  });
}

/** Replaces the bytes of `from` (hex), where they first occur, by those of `to`. */
function replaced(bytes: Uint8Array, from: string, to: string): Uint8Array {
  const hex = bytes.toHex();
  assert(hex.includes(from), from);
  return Uint8Array.fromHex(hex.replace(from, to));
}

const damages: readonly [string, string, string, string, string][] = [
  [
    "of another size",
    "JPEG 2000, 12 bits unsigned",
    "28001000555302002800",
    "28001000555302002900",
    "it holds 40 x 36 pixels",
  ],
  [
    "larger than any CT",
    "JPEG 2000, 12 bits unsigned",
    "2800100055530200280028001100555302002400",
    "2800100055530200ffff2800110055530200ffff",
    "4294836225 pixels, more than any CT slice has",
  ],
  ["of another kind", "JPEG-LS, 12 bits signed", "ffd8fff7", "ffd8ffc0", "does not begin as JPEG"],
  ["of impossible size", "JPEG Lossless SV1, 12 bits unsigned", "ffc3000b100028", "ffc3000b10ffff", "65535 x"],
  ["of several components", "JPEG 2000, 16 bits signed", "00000000000000018f", "00000000000000038f", "of 3 components"],
  ["that ends early", "RLE, 12 bits unsigned", "0200000040000000", "02000000f0ffff00", "it ends early"],
];

for (const [what, name, from, to, reason] of damages) {
  Deno.test(`readVolume() refuses a compressed frame ${what}, by file and reason`, async () => {
    const error = await assertRejects(() => read(replaced(sliceOf(name), from, to)), InputError, reason);
    assertStringIncludes(error.message, "slice.dcm: ");
  });
}

Deno.test("readVolume() decodes well after it met a damaged frame", async () => {
  const whole = sliceOf("JPEG-LS, 12 bits signed");
  const cut = whole.slice();
  cut.fill(0xa5, -300, -60);
  await assertRejects(() => read(cut), InputError, "slice.dcm: the pixels, in JPEG-LS Lossless, are damaged");
  assert((await read(whole)).volume.hu.length === 40 * 36);
});
