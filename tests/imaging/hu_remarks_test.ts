import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { inspect } from "@ctsurv/cli/commands/inspect.ts";
import { type NiftiContent, readVolume, type Volume, writeNifti } from "@ctsurv/imaging/mod.ts";
import { inFolder } from "../support/in_folder.ts";
import { sharedData } from "../support/shared_data.ts";
import { crudeChest } from "../support/test_volume.ts";

const TWICE = "Was the intercept applied twice?";

/** The chest as NIfTI, with its HU changed. */
function changed({ hu, shape, affine }: Volume, change: (hu: number, voxel: number) => number): NiftiContent {
  return { data: Int16Array.from(hu, change), shape, affine };
}

/** The doubts of a chest, and what `inspect` prints of it. */
const look = (content: NiftiContent) =>
  inFolder(async (dir) => {
    const path = join(dir, "ct.nii");
    await writeNifti(path, content);
    const { doubts = [], warnings } = await readVolume(path);
    assertEquals(warnings, doubts);
    const { text } = await inspect.run({ positionals: [path], options: {} });
    return { doubts, text };
  });

for (const intercept of [-1024, -1000]) {
  Deno.test(`an intercept of ${intercept} that was applied twice is doubted, and inspect warns`, async () => {
    const { doubts, text } = await look(changed(crudeChest(), (hu) => hu + intercept));
    assertEquals(doubts.length, 1);
    assertStringIncludes(doubts[0]!, `0.0 % of the voxels lie between -200 and 200 HU`);
    assertStringIncludes(doubts[0]!, TWICE);
    assertStringIncludes(text, `warning      ${doubts[0]}`);
  });
}

const chest = crudeChest();
const [rows, columns] = [chest.shape[1], chest.shape[2]];
/** Whether a voxel lies outside the circle that a scanner measures. */
const isOutside = (voxel: number) => {
  const [row, column] = [Math.floor(voxel / columns) % rows, voxel % columns];
  return Math.hypot(row - rows / 2, column - columns / 2) > rows / 2;
};
const padding = (value: number) => changed(chest, (hu, voxel) => isOutside(voxel) ? value : hu);

for (
  const [what, content] of [
    ["air", changed(chest, (hu) => hu)],
    ...[-1024, -2000, -2024, -2048, -3024].map((value) => [`a padding of ${value}`, padding(value)] as const),
    ["a padding that follows the noise", changed(chest, (hu, voxel) => isOutside(voxel) ? -2024 + voxel % 9 : hu)],
    ["lungs alone, on a ground of -2000", changed(chest, (hu) => hu === -800 ? hu : -2000)],
    ["lungs alone, on air", changed(chest, (hu) => hu === -800 ? hu : -1024)],
    ["air alone", changed(chest, (_, voxel) => -1024 + voxel % 40)],
  ] as const
) {
  Deno.test(`${what} is no intercept that was applied twice`, async () => {
    assertEquals((await look(content)).doubts, []);
  });
}

Deno.test("five slices each of real patients are doubted once the intercept is applied twice", async () => {
  const folder = sharedData("lung1-five-slices/images");
  if (!folder) return;
  const names = [...Deno.readDirSync(folder)].map(({ name }) => name).sort().filter((_, i) => i % 42 === 0);
  assertEquals(names.length, 10);
  for (const name of names) {
    const { volume } = await readVolume(join(folder, name));
    const { doubts } = await look(changed(volume, (hu) => hu - 1024));
    assert(doubts.length === 1 && doubts[0]!.includes(TWICE), `${name}: ${doubts.join()}`);
  }
});
