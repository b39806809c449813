import { assert, assertEquals, assertRejects } from "@std/assert";
import fixture from "../fixtures/segmentations.json" with { type: "json" };
import { join } from "node:path";
import { InputError } from "@ctsurv/base/mod.ts";
import { readTumour, type SegmentationFile } from "@ctsurv/cohort/mod.ts";
import { readSegmentation, readVolume, writeNifti } from "@ctsurv/imaging/mod.ts";
import { decode } from "../support/imaging_fixture.ts";
import { inFolder } from "../support/in_folder.ts";

Deno.test("readTumour() reads a phantom's truth, whichever way up it is stored", async () => {
  for (const isUpsideDown of [false, true]) {
    await inFolder(async (dir) => {
      const data = new Uint8Array(48).fill(1);
      for (const slice of [2, 3, 8]) data[(isUpsideDown ? 11 - slice : slice) * 4 + 1] = 2;
      const [step, origin] = isUpsideDown ? [-6, 66] : [6, 0];
      await writeNifti(join(dir, "truth", "P1.nii.gz"), {
        data,
        shape: [12, 2, 2],
        affine: [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, step, origin, 0, 0, 0, 1],
      });
      const tumour = await readTumour({ dir }, { id: "P1", image: "nowhere" });
      assertEquals({ ...tumour, mask: [...tumour!.mask.entries()].filter(([, value]) => value).map(([i]) => i) }, {
        mask: [9, 13, 33],
        shape: [12, 2, 2],
        spacing: [6, 1, 1],
        source: "phantom",
      });
    });
  }
});

Deno.test("readTumour() takes GTV-1 from SEG before RTSTRUCT, and is undefined where nothing outlines a tumour", async () => {
  await inFolder(async (dir) => {
    const image = join(dir, "ct");
    await Deno.mkdir(image);
    for (const [i, file] of fixture.ct.entries()) await Deno.writeFile(join(image, `${i}.dcm`), decode(file));
    const write = async (name: string, kind: SegmentationFile["kind"]): Promise<SegmentationFile> => {
      const path = join(dir, `${kind}.dcm`);
      await Deno.writeFile(path, decode(fixture.cases.find((one) => one.name === name)!.file));
      return { kind, path };
    };
    const seg = await write("SEG, binary, from head to feet, names as in LUNG1", "SEG");
    const struct = await write("RTSTRUCT, explicit", "RTSTRUCT");
    const read = (segmentations: readonly SegmentationFile[]) =>
      readTumour({ dir }, { id: "P1", image, segmentations });

    const reading = await readVolume(image);
    const { mask } = await readSegmentation(seg.path, reading, { structure: "GTV-1" });
    const found = await read([struct, seg]);
    assertEquals([found!.source, found!.shape], ["SEG", reading.volume.shape]);
    // Canonical orientation may turn the mask over, and loses none of it.
    const count = (values: Uint8Array) => values.reduce((sum, value) => sum + value, 0);
    assert(count(found!.mask) > 0);
    assertEquals(count(found!.mask), count(mask));
    assertEquals((await read([struct]))!.source, "RTSTRUCT");
    assertEquals(await read([]), undefined);
    await assertRejects(() => read([{ kind: "SEG", path: join(dir, "gone.dcm") }]), InputError, "gone.dcm");
  });
});
