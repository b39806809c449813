import { assert, assertAlmostEquals, assertEquals, assertRejects } from "@std/assert";
import { join } from "node:path";
import { InputError } from "@ctsurv/base/mod.ts";
import { measureIntensities } from "@ctsurv/features/mod.ts";
import { preprocessCached, thresholdLungs, writeNifti } from "@ctsurv/imaging/mod.ts";
import { inFolder } from "../support/in_folder.ts";
import { crudeChest } from "../support/test_volume.ts";

async function scans(dir: string) {
  const all = [];
  for (const [i, lung] of [42, 50].entries()) {
    const { hu, shape, affine } = crudeChest({ lung, lungHu: -900 + 60 * i });
    const image = join(dir, `P${i}.nii.gz`);
    await writeNifti(image, { data: hu as Int16Array, shape, affine });
    all.push({ id: `P${i}`, image });
  }
  return all;
}

const options = (cache: string) => ({ segmenter: thresholdLungs, cache, settings: { size: 32, clip: false } });

Deno.test("measureIntensities() is mean and deviation of all pixels of all kept slices, by their definition", () =>
  inFolder(async (dir) => {
    const patients = await scans(dir);
    const pixels: number[] = [];
    for (const { image } of patients) {
      const settings = { segmenter: thresholdLungs, size: 32, clip: false };
      pixels.push(...(await preprocessCached(image, join(dir, "elsewhere"), settings)).slices);
    }
    const mean = pixels.reduce((sum, pixel) => sum + pixel, 0) / pixels.length;
    const variance = pixels.reduce((sum, pixel) => sum + (pixel - mean) ** 2, 0) / pixels.length;
    const found = await measureIntensities(patients, options(join(dir, "cache")));
    assertAlmostEquals(found.mean, mean, 1e-12);
    assertAlmostEquals(found.std, Math.sqrt(variance), 1e-12);
    assert(found.std > 0.1);
    // The patients' order does not matter but for rounding.
    const turned = await measureIntensities(patients.toReversed(), options(join(dir, "cache")));
    assertAlmostEquals(turned.std, found.std, 1e-12);
  }));

Deno.test("measureIntensities() leaves out a scan that cannot be used, and refuses a cohort of such", () =>
  inFolder(async (dir) => {
    const patients = await scans(dir);
    const cache = join(dir, "cache");
    const without = await measureIntensities(patients, options(cache));
    const broken = { id: "broken", image: join(dir, "broken.nii") };
    await Deno.writeTextFile(broken.image, "no scan");
    assertEquals(await measureIntensities([...patients, broken], options(cache)), without);
    await assertRejects(() => measureIntensities([broken], options(cache)), InputError, "have no spread to scale by");
  }));
