import { assertAlmostEquals, assertEquals } from "@std/assert";
import { tumourOnSlices, tumourSlices } from "@ctsurv/analysis/mod.ts";
import { preprocess, resizeSlice, thresholdLungs } from "@ctsurv/imaging/mod.ts";
import { crudeChest } from "../support/test_volume.ts";

Deno.test("tumourOnSlices() puts each voxel where preprocessing puts it", async () => {
  const chest = crudeChest();
  const { shape, spacing, hu } = chest;
  const prepared = await preprocess(chest, { segmenter: thresholdLungs });
  const { resampled, kept, box, size } = prepared;
  // Everything brighter than air stands for a tumour: the slices themselves then say where it is.
  const mask = Uint8Array.from(hu, (value) => value > -300 ? 1 : 0);
  const found = tumourOnSlices({ mask, shape, spacing, source: "phantom" }, prepared);
  assertEquals(found.length, kept.length * size ** 2);
  const [, rows, columns] = resampled.shape;
  let same = 0;
  kept.forEach((slice, i) => {
    const plane = resampled.hu.subarray(slice * rows * columns, (slice + 1) * rows * columns);
    resizeSlice(plane, columns, box, size).forEach((value, pixel) => {
      if ((value > -300 ? 1 : 0) === found[i * size * size + pixel]) same++;
    });
  });
  // Interpolation moves an edge by less than a voxel of the scan, here 3 mm.
  assertAlmostEquals(same / found.length, 1, 0.04);
});

Deno.test("tumourOnSlices() follows the slices that are asked for, and is 0 beyond the scan", () => {
  // 4 slices of 6 mm, 4 x 4 pixels of 2 mm; tumour in one voxel of slice 1.
  const mask = new Uint8Array(64);
  mask[16 + 1 * 4 + 2] = 1;
  const tumour = { mask, shape: [4, 4, 4], spacing: [6, 2, 2], source: "phantom" } as const;
  const box = { rows: [0, 7], columns: [0, 7] } as const;
  // Slice 2 of 3 mm lies in slice 1 of 6 mm; 4 pixels of 2 mm across the box of 8 mm.
  const there = [...tumourOnSlices(tumour, { kept: [1, 2, 9], box, size: 4 })];
  assertEquals(there.indexOf(1), 16 + 1 * 4 + 2);
  assertEquals(there.reduce((sum, value) => sum + value, 0), 1);
  // The upper left quarter of the plane, a pixel to the mm.
  const near = tumourOnSlices(tumour, { kept: [3], box: { rows: [0, 3], columns: [4, 7] }, size: 4 });
  assertEquals([...near], [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 0, 0, 1, 1, 0, 0]);
  assertEquals(tumourSlices(tumour, { areas: new Float64Array(8), kept: [1, 2, 7] }), [[1, 1]]);
});

Deno.test("tumourOnSlices() takes the voxel at a pixel's centre, not at its corner", () => {
  // 7 rows and 9 columns of 1 mm become 5 pixels either way: centres at 2.7, 4.1, 5.5, 6.9 and 8.3 mm from the front,
  // and at 1.9, 3.7, 5.5, 7.3 and 9.1 mm from the side.
  const box = { rows: [2, 8], columns: [1, 9] } as const;
  const [shape, kept, size] = [[8, 10, 11] as const, [0, 1, 2], 5];
  const found = (isTumour: (slice: number, row: number, column: number) => boolean) => {
    const mask = Uint8Array.from(
      { length: 8 * 10 * 11 },
      (_, i) => isTumour(Math.floor(i / 110), Math.floor(i / 11) % 10, i % 11) ? 1 : 0,
    );
    return tumourOnSlices({ mask, shape, spacing: [2, 1, 1], source: "phantom" }, { kept, box, size });
  };
  /** Of every pixel, the voxel that it takes along one axis. */
  const voxels = (length: number, of: (slice: number, row: number, column: number) => number) => {
    const taken = new Array<number>(kept.length * size * size).fill(-1);
    for (let voxel = 0; voxel < length; voxel++) {
      found((...at) => of(...at) === voxel).forEach((value, pixel) => value && (taken[pixel] = voxel));
    }
    return taken;
  };
  const pixels = Array.from({ length: kept.length * 25 }, (_, pixel) => pixel);
  assertEquals(voxels(10, (_, row) => row), pixels.map((pixel) => [2, 4, 5, 6, 8][Math.floor(pixel / 5) % 5]!));
  assertEquals(voxels(11, (_, __, column) => column), pixels.map((pixel) => [1, 3, 5, 7, 9][pixel % 5]!));
  // Slices of 3 mm have their middles at 1.5, 4.5 and 7.5 mm, those of the scan are 2 mm thick.
  assertEquals(voxels(8, (slice) => slice), pixels.map((pixel) => [0, 2, 3][Math.floor(pixel / 25)]!));
  // The slices themselves say the same: of a plane whose values are its columns, each pixel shows where it looks.
  const plane = Float32Array.from({ length: 110 }, (_, i) => i % 11);
  const shown = [...resizeSlice(plane, 11, box, size)].map(Math.round);
  assertEquals(voxels(11, (_, __, column) => column).slice(0, 25), shown);
});

Deno.test("tumourSlices() counts the slices with tumour among the kept slices of 3 mm", () => {
  const mask = new Uint8Array(48);
  for (const slice of [2, 3, 8]) mask[slice * 4 + 1] = 1;
  const tumour = { mask, shape: [12, 2, 2], spacing: [6, 1, 1], source: "phantom" } as const;
  const areas = new Float64Array(24);
  const kept = Array.from({ length: 20 }, (_, i) => i + 3);
  // Slices 4 to 7 and 16 to 17 of the 24, less the three that were not kept.
  assertEquals(tumourSlices(tumour, { areas, kept }), [[1, 4], [13, 14]]);
  assertEquals(tumourSlices(tumour, { areas, kept: [6, 7, 8] }), [[0, 1]]);
  assertEquals(tumourSlices(tumour, { areas, kept: [10] }), []);
});
