import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import fixture from "../../fixtures/segmentations.json" with { type: "json" };
import { InputError } from "@ctsurv/base/mod.ts";
import { listStructures, readSegmentation, readVolume } from "@ctsurv/imaging/mod.ts";
import { decode } from "../../support/imaging_fixture.ts";
import { inFolder } from "../../support/in_folder.ts";

async function readCt(dir: string, files: readonly string[] = fixture.ct) {
  await Deno.mkdir(`${dir}/ct`);
  for (const [i, file] of files.entries()) await Deno.writeFile(`${dir}/ct/${i}.dcm`, decode(file));
  return await readVolume(`${dir}/ct`);
}

const fileOf = (name: string) => decode(fixture.cases.find((one) => one.name.includes(name))!.file);

/** Bits of NumPy's packbits, most significant first. */
function unpackBits(text: string): number[] {
  const [slices, rows, columns] = fixture.shape as [number, number, number];
  const bytes = decode(text);
  return Array.from({ length: slices * rows * columns }, (_, i) => bytes[i >> 3]! >> (7 - (i & 7)) & 1);
}

for (const { name, file, structures } of fixture.cases) {
  Deno.test(`readSegmentation() equals highdicom, scikit-image and matplotlib: ${name}`, async () => {
    await inFolder(async (dir) => {
      const ct = await readCt(dir);
      await Deno.writeFile(`${dir}/drawn.dcm`, decode(file));
      assertEquals(await listStructures(`${dir}/drawn.dcm`), Object.keys(structures));
      for (const [structure, bits] of Object.entries(structures)) {
        const { mask, structure: found } = await readSegmentation(`${dir}/drawn.dcm`, ct, { structure });
        assertEquals([...mask], unpackBits(bits!));
        assertEquals(found, structure);
      }
    });
  });
}

Deno.test("readSegmentation() finds names in any case, and labels beside descriptions", async () => {
  await inFolder(async (dir) => {
    const ct = await readCt(dir);
    await Deno.writeFile(`${dir}/seg.dcm`, fileOf("names as in LUNG1"));
    assertEquals((await readSegmentation(`${dir}/seg.dcm`, ct, { structure: "gtv-1" })).structure, "GTV-1");
    const both = await assertRejects(() => readSegmentation(`${dir}/seg.dcm`, ct, { structure: "tissue" }), InputError);
    assertStringIncludes(both.message, "2 structures are called tissue. There is: GTV-1, Lung-Left");
    await assertRejects(() => readSegmentation(`${dir}/seg.dcm`, ct), InputError, "2 structures. Choose one");
    await assertRejects(
      () => readSegmentation(`${dir}/seg.dcm`, ct, { structure: "GTV-2" }),
      InputError,
      "no structure GTV-2. There is: GTV-1, Lung-Left",
    );
  });
});

Deno.test("readSegmentation() takes a NIfTI for reference, which names no frame of reference", async () => {
  await inFolder(async (dir) => {
    const { volume, warnings } = await readCt(dir);
    await Deno.writeFile(`${dir}/rt.dcm`, fileOf("explicit"));
    const reference = { volume, warnings, source: { kind: "nifti", files: [] } } as const;
    const { mask } = await readSegmentation(`${dir}/rt.dcm`, reference, { structure: "keyhole" });
    assertEquals([...mask], unpackBits(fixture.cases.at(-1)!.structures.keyhole!));
  });
});

Deno.test("readSegmentation() follows the CT's own order of slices and sides", async () => {
  await inFolder(async (dir) => {
    const ct = await readCt(dir);
    await Deno.writeFile(`${dir}/seg.dcm`, fileOf("empty frames left out"));
    const { hu, shape, affine, ...rest } = ct.volume;
    const [, rows, columns] = shape;
    // The same scan with its columns counted from the other side.
    const [x, y, z] = [0, 4, 8].map((i) => affine[i]!) as [number, number, number];
    const turned = affine.map((value, i) =>
      i % 4 === 0 && i < 12 ? -value : i % 4 === 3 && i < 12 ? value + (columns - 1) * [x, y, z][(i - 3) / 4]! : value
    ) as unknown as typeof affine;
    const mirrored = { ...ct, volume: { hu, shape, affine: turned, ...rest } };
    const expected = (await readSegmentation(`${dir}/seg.dcm`, ct, { structure: "GTV-1" })).mask;
    const { mask } = await readSegmentation(`${dir}/seg.dcm`, mirrored, { structure: "GTV-1" });
    for (let line = 0; line < shape[0] * rows; line++) {
      const at = line * columns;
      assertEquals([...mask.subarray(at, at + columns)].reverse(), [...expected.subarray(at, at + columns)]);
    }
  });
});

/** Replaces text in a file by text of the same length. */
function edited(bytes: Uint8Array, from: string, to: string): Uint8Array {
  const text = Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
  if (from.length !== to.length || !text.includes(from)) throw new Error(`cannot replace ${from}`);
  return Uint8Array.from(text.replaceAll(from, to), (letter) => letter.charCodeAt(0));
}

const refused: readonly [string, string, string, string, string, string][] = [
  ["another frame of reference (SEG)", "empty frames left", "GTV-1", "8.498.1\0", "8.498.2\0", "frame of reference"],
  ["another frame of reference (RTSTRUCT)", "explicit", "GTV-1", "8.498.1\0", "8.498.2\0", "but the CT has 1.2.826"],
  ["frames off the CT's slices", "empty frames left", "GTV-1", "-91.0", "-90.0", "is no slice of the CT"],
  ["frames of other pixels", "empty frames left", "GTV-1", "0.7\\0.8", "0.6\\0.8", "pixels of 0.6 x 0.8 mm"],
  ["contours off the CT's slices", "explicit", "GTV-1", "-97.0000", "-96.0000", "0.33 slices off"],
  ["contours above the CT", "explicit", "GTV-1", "-97.0000", "-22.0000", "outside of the CT"],
  ["points for contours", "explicit", "GTV-1", "CLOSED_PLANAR ", "POINT         ", "of type POINT, not CLOSED_PLANAR"],
  ["an unknown kind of segment", "empty frames left", "GTV-1", "BINARY", "LABELS", "type LABELS in 1 bits"],
  ["another modality", "explicit", "GTV-1", "RTSTRUCT", "RTPLAN  ", "modality RTPLAN; masks are read from"],
];

for (const [what, file, structure, from, to, message] of refused) {
  Deno.test(`readSegmentation() refuses ${what}`, async () => {
    await inFolder(async (dir) => {
      const ct = await readCt(dir);
      await Deno.writeFile(`${dir}/drawn.dcm`, edited(fileOf(file), from, to));
      const read = () => readSegmentation(`${dir}/drawn.dcm`, ct, { structure });
      const error = await assertRejects(read, InputError, message);
      assertStringIncludes(error.message, `${dir}/drawn.dcm: `);
    });
  });
}

Deno.test("readSegmentation() refuses a CT that lacks slices which were drawn on", async () => {
  await inFolder(async (dir) => {
    const ct = await readCt(dir, fixture.ct.slice(2));
    await Deno.writeFile(`${dir}/seg.dcm`, fileOf("empty frames left out"));
    const read = () => readSegmentation(`${dir}/seg.dcm`, ct, { structure: "Lung-Left" });
    await assertRejects(read, InputError, "is no slice of the CT, of 4 x 18 x 21 voxels");
  });
});
