import { assert, assertAlmostEquals, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { InputError } from "@ctsurv/base/mod.ts";
import {
  type LungSegmenter,
  NoLungError,
  preprocess,
  preprocessCached,
  thresholdLungs,
  writeNifti,
} from "@ctsurv/imaging/mod.ts";
import { inFolder } from "../../support/in_folder.ts";
import { crudeChest, testVolume } from "../../support/test_volume.ts";

const chest = crudeChest();

Deno.test("thresholdLungs finds both lungs whole, and neither couch, trachea nor outer air", async () => {
  const mask = await thresholdLungs.segment(chest);
  const [, rows, columns] = chest.shape;
  let disagreements = 0;
  for (let i = 0; i < mask.length; i++) {
    const slice = Math.floor(i / (rows * columns));
    const x = (i % columns - columns / 2 + 0.5) * 3;
    const y = (Math.floor(i / columns) % rows - rows / 2 + 0.5) * 3;
    // The ball inside the left lung is a hole that gets filled.
    const isLung = slice >= 6 && slice < 18 && Math.hypot(Math.abs(x) - 65, y) < 50;
    if ((mask[i] === 1) !== isLung) disagreements++;
  }
  assertEquals(disagreements, 0);
});

Deno.test("thresholdLungs takes gas for lung only if it is as large as one", async () => {
  const bowel = await thresholdLungs.segment(crudeChest({ lung: 20, lungHu: -1000 }));
  assert(!bowel.includes(1));
  const emphysema = await thresholdLungs.segment(crudeChest({ lung: 60, lungHu: -960, spacing: [10, 3, 3] }));
  assert(emphysema.includes(1));
});

Deno.test("preprocess() turns a chest into its lung slices, cropped, resized and windowed", async () => {
  const result = await preprocess(chest, { segmenter: thresholdLungs });
  // 24 slices of 5 mm become 40 of 3 mm; lungs reach from 30 to 90 mm.
  assertEquals(result.resampled.shape, [40, 270, 330]);
  assertEquals([result.first, result.last], [10, 29]);
  assertEquals(result.kept.length, 20);
  assertEquals(result.slices.length, 20 * 224 * 224);
  assertEquals(result.lungs.length, result.resampled.hu.length);
  // Two lungs from -115 to 115 mm, 100 mm high, around the centre of a 330 x 270 mm slice.
  const [top, bottom] = result.box.rows;
  const [left, right] = result.box.columns;
  assert(Math.abs(bottom - top + 1 - 100) <= 4, `rows ${top} to ${bottom}`);
  assert(Math.abs(right - left + 1 - 230) <= 4, `columns ${left} to ${right}`);
  assertAlmostEquals((top + bottom) / 2, 134.5, 1);
  assertAlmostEquals(result.lungVolume, 2 * Math.PI * 5 * 5 * 6, 10);
  assert(result.slices.every((value) => value >= 0 && value <= 1));
  const at = (slice: number, row: number, column: number) => result.slices[(slice * 224 + row) * 224 + column]!;
  // Lung, tissue between the lungs, and the ball: (HU + 1000) / 1400, give or take the ringing of a B-spline.
  assertAlmostEquals(at(6, 112, 50), 200 / 1400, 0.02);
  assertAlmostEquals(at(6, 112, 112), 1040 / 1400, 0.02);
  assertAlmostEquals(at(10, 112, Math.round((65 + 115) / 230 * 224)), 1040 / 1400, 0.02);
});

Deno.test("preprocess() gives the lungs' volume to the voxel, in mL", async () => {
  const shape = [10, 100, 120] as const;
  // 6 slices of 60 x 80 voxels.
  const lungs = Uint8Array.from({ length: 10 * 100 * 120 }, (_, i) => {
    const [slice, row, column] = [Math.floor(i / 12_000), Math.floor(i / 120) % 100, i % 120];
    return slice >= 2 && slice < 8 && row >= 10 && row < 70 && column >= 20 && column < 100 ? 1 : 0;
  });
  const segmenter: LungSegmenter = { name: "a box", segment: () => Promise.resolve(lungs) };
  for (const [spacing, millilitres] of [[[3, 1, 1], 86.4], [[5, 2, 1.5], 432]] as const) {
    const volume = testVolume(new Int16Array(lungs.length), shape, spacing);
    const options = { segmenter, spacing, size: 8 };
    const { lungVolume } = await preprocess(volume, { ...options, leastLungVolume: 0 });
    assertAlmostEquals(lungVolume, millilitres, 1e-9);
    const refused = () => preprocess(volume, { ...options, leastLungVolume: 1000 });
    assertAlmostEquals((await assertRejects(refused, NoLungError)).lungVolume, millilitres, 1e-9);
  }
});

Deno.test("preprocess() gives the same slices for another voxel order", async () => {
  const { hu, shape: [slices, rows, columns], affine } = chest;
  const turned = {
    ...chest,
    hu: hu.slice().reverse(),
    affine: affine.map((value, i) => i % 4 === 3 ? value : -value).map((value, i) =>
      i === 3
        ? affine[0] * (columns - 1)
        : i === 7
        ? affine[5] * (rows - 1)
        : i === 11
        ? affine[10] * (slices - 1)
        : value
    ) as unknown as typeof affine,
    orientation: "RAI",
  };
  const [a, b] = [
    await preprocess(chest, { segmenter: thresholdLungs }),
    await preprocess(turned, { segmenter: thresholdLungs }),
  ];
  assertEquals(b.box, a.box);
  assert(b.slices.every((value, i) => value === a.slices[i]));
});

Deno.test("preprocess() says what it found where no slice passes", async () => {
  const nothing: LungSegmenter = { name: "nothing", segment: ({ hu }) => Promise.resolve(new Uint8Array(hu.length)) };
  const error = await assertRejects(
    () => preprocess(chest, { segmenter: nothing, where: "patient 7" }),
    NoLungError,
    "patient 7: no slice is more than 2 % lung",
  );
  assert(error instanceof InputError);
  assertEquals(error.areas.length, 40);
  assertEquals(error.lungVolume, 0);
});

Deno.test("preprocess() does not take a mask of another shape", async () => {
  const wrong: LungSegmenter = { name: "wrong", segment: () => Promise.resolve(new Uint8Array(7)) };
  await assertRejects(() => preprocess(chest, { segmenter: wrong }), Error, '"wrong" gave 7 voxels');
});

Deno.test("preprocess() keeps nothing of a scan that shows the lungs' ends only", async () => {
  const bases = crudeChest({ lung: 20, lungHu: -700 });
  const error = await assertRejects(
    () => preprocess(bases, { segmenter: thresholdLungs }),
    NoLungError,
    "at least 300 mL",
  );
  assertStringIncludes(error.message, "abdominal");
  assert(Math.max(...error.areas) > 0.02);
  const { kept } = await preprocess(bases, { segmenter: thresholdLungs, leastLungVolume: 0 });
  assert(kept.length > 0);
});

Deno.test("preprocessCached() returns the same numbers fresh and from the cache, near those of preprocess()", async () => {
  await inFolder(async (dir) => {
    await writeNifti(`${dir}/ct.nii.gz`, { data: chest.hu, shape: chest.shape, affine: chest.affine });
    const options = { segmenter: thresholdLungs };
    const fresh = await preprocessCached(`${dir}/ct.nii.gz`, `${dir}/cache`, options);
    const again = await preprocessCached(`${dir}/ct.nii.gz`, `${dir}/cache`, options);
    assertEquals([fresh.isFromCache, again.isFromCache], [false, true]);
    assertEquals({ ...again, isFromCache: false }, fresh);
    const exact = await preprocess(chest, options);
    assert(fresh.slices.every((value, i) => Math.abs(value - exact.slices[i]!) <= 2 ** -12));
    assertEquals([fresh.kept, fresh.box, fresh.areas], [exact.kept, exact.box, exact.areas]);
  });
});

Deno.test("preprocess() without clipping differs where HU are beyond the window, and there alone", async () => {
  const options = { segmenter: thresholdLungs };
  const [clipped, whole] = [await preprocess(chest, options), await preprocess(chest, { ...options, clip: false })];
  assertEquals(whole.slices.length, clipped.slices.length);
  whole.slices.forEach((value, i) => assertEquals(clipped.slices[i], Math.min(1, Math.max(0, value))));
  assert(whole.slices.some((value) => value < 0 || value > 1), "nothing lies beyond the window");
});

Deno.test("preprocessCached() computes anew for other settings, another segmenter or other bytes, not for another name", async () => {
  await inFolder(async (dir) => {
    const write = (name: string, data: typeof chest.hu) =>
      writeNifti(`${dir}/${name}.nii`, { data, shape: chest.shape, affine: chest.affine });
    await write("a", chest.hu);
    await write("b", chest.hu);
    await write("c", chest.hu.map((value, i) => i === 0 ? value + 1 : value));
    const run = (name: string, options = {}) =>
      preprocessCached(`${dir}/${name}.nii`, `${dir}/cache`, { segmenter: thresholdLungs, ...options });
    assert(!(await run("a")).isFromCache);
    assert((await run("b", { where: "patient 9" })).isFromCache);
    assert(!(await run("a", { size: 64 })).isFromCache);
    assert(!(await run("a", { segmenter: { ...thresholdLungs, name: "other" } })).isFromCache);
    assert(!(await run("c")).isFromCache);
    assert((await run("a", { spacing: [3, 1, 1] })).isFromCache, "a default that is spelt out is the same setting");
    assert((await run("a", { clip: true })).isFromCache, "clipping is the rule");
    assert(!(await run("a", { clip: false })).isFromCache);
    assert((await run("a", { clip: false })).isFromCache);
  });
});

Deno.test("preprocessCached() computes anew where the cache file is damaged, cut off or empty", async () => {
  await inFolder(async (dir) => {
    await writeNifti(`${dir}/ct.nii`, { data: chest.hu, shape: chest.shape, affine: chest.affine });
    const run = () => preprocessCached(`${dir}/ct.nii`, `${dir}/cache`, { segmenter: thresholdLungs, size: 32 });
    const fresh = await run();
    const file = `${dir}/cache/${fresh.key}.slices`;
    const good = await Deno.readFile(file);
    const flipped = good.slice();
    flipped[flipped.length - 100]! ^= 1;
    const header = good.slice();
    header[100]! ^= 1;
    for (const bad of [flipped, header, good.slice(0, -2), good.slice(0, 40), new Uint8Array()]) {
      await Deno.writeFile(file, bad);
      assertEquals(await run(), fresh);
      assertEquals(await Deno.readFile(file), good);
    }
  });
});

Deno.test("preprocessCached() leaves no file where the input is refused", async () => {
  await inFolder(async (dir) => {
    await assertRejects(
      () => preprocessCached(`${dir}/none.nii`, `${dir}/cache`, { segmenter: thresholdLungs }),
      InputError,
      "no such file",
    );
    assertEquals([...Deno.readDirSync(dir)], []);
  });
});
