import { assert, assertEquals, assertRejects } from "@std/assert";
import { InputError } from "@ctsurv/base/mod.ts";
import { parseCommand } from "@ctsurv/cli/command.ts";
import { preprocess } from "@ctsurv/cli/commands/preprocess.ts";
import {
  preprocess as preprocessVolume,
  readNpy,
  readVolume,
  thresholdLungs,
  writeNifti,
} from "@ctsurv/imaging/mod.ts";
import { environmentOf } from "../../support/environment_of.ts";
import { inFolder } from "../../support/in_folder.ts";
import { crudeChest } from "../../support/test_volume.ts";

const run = (...args: string[]) => preprocess.run(parseCommand(preprocess, args));
const chest = crudeChest();

Deno.test("preprocess writes slices, lungs and a record that agree with the library", async () => {
  await inFolder(async (dir) => {
    await writeNifti(`${dir}/ct.nii.gz`, { data: chest.hu, shape: chest.shape, affine: chest.affine });
    const { json } = await run("--input", `${dir}/ct.nii.gz`, "--output", `${dir}/out`, "--lungs", "threshold");
    const expected = await preprocessVolume(chest, { segmenter: thresholdLungs });
    const { slices, kept, first, last, box } = json as Record<string, unknown>;
    assertEquals({ slices, kept, first, last, box }, {
      slices: 40,
      kept: expected.kept.length,
      first: expected.first,
      last: expected.last,
      box: expected.box,
    });
    assertEquals(await readNpy(`${dir}/out/slices.npy`), {
      data: expected.slices,
      shape: [expected.kept.length, 224, 224],
    });
    const lungs = (await readVolume(`${dir}/out/lungs.nii.gz`)).volume;
    assertEquals([...lungs.shape], [...expected.resampled.shape]);
    assert(expected.lungs.every((value, i) => value === lungs.hu[i]));
    const record = JSON.parse(await Deno.readTextFile(`${dir}/out/preprocess.json`));
    assertEquals(record.indices, expected.kept);
    assertEquals(record.settings.interpolation, "bspline");
  });
});

Deno.test("preprocess refuses a scan without lungs by its path, and writes nothing", async () => {
  await inFolder(async (dir) => {
    const data = new Int16Array(chest.hu.length).fill(40);
    await writeNifti(`${dir}/water.nii`, { data, shape: chest.shape, affine: chest.affine });
    const attempt = () => run("--input", `${dir}/water.nii`, "--output", `${dir}/out`);
    await assertRejects(attempt, InputError, "water.nii: no slice is more than 2 % lung");
    assertEquals([...Deno.readDirSync(dir)].map(({ name }) => name), ["water.nii"]);
  });
});

Deno.test("preprocess refuses a way to find lungs that does not exist, or whose weights are not there", async () => {
  await inFolder(async (dir) => {
    await writeNifti(`${dir}/ct.nii.gz`, { data: chest.hu, shape: chest.shape, affine: chest.affine });
    const environment = environmentOf({ CTSURV_WEIGHTS_DIR: `${dir}/weights` });
    const args = ["--input", `${dir}/ct.nii.gz`, "--output", `${dir}/out`];
    const attempt = (lungs: string) =>
      preprocess.run({ ...parseCommand(preprocess, [...args, "--lungs", lungs]), environment });
    await assertRejects(() => attempt("atlas"), InputError, 'find lungs "atlas"');
    await assertRejects(() => attempt("r231"), InputError, "ctsurv weights fetch unet_r231");
    assertEquals([...Deno.readDirSync(dir)].map(({ name }) => name), ["ct.nii.gz"]);
  });
});

Deno.test("preprocess refuses options that do not exist", async () => {
  const attempt = (...args: string[]) => () => run("--input", "a", "--output", "b", ...args);
  await assertRejects(attempt("--interpolation", "cubic"), InputError, "choose bspline or linear");
  await assertRejects(attempt("--interior", "some"), InputError, "choose keep or drop");
});
