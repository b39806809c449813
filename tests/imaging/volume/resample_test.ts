import { assert, assertAlmostEquals, assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { InputError } from "@ctsurv/base/mod.ts";
import { resample, resampleMask, type Shape, type Spacing } from "@ctsurv/imaging/mod.ts";
import { imagingFixture } from "../../support/imaging_fixture.ts";
import { testVolume } from "../../support/test_volume.ts";

for (const { shape, spacing, to, interpolation, hu, newShape, expected } of imagingFixture.resample) {
  Deno.test(`resample() equals SciPy: ${interpolation}, ${shape.join("x")} from ${spacing} to ${to} mm`, () => {
    const volume = testVolume(Int16Array.from(hu), shape as unknown as Shape, spacing as unknown as Spacing);
    const result = resample(volume, {
      spacing: to as unknown as Spacing,
      interpolation: interpolation as "bspline" | "linear",
    });
    assertEquals([...result.shape], newShape);
    assertEquals([...result.spacing], to);
    result.hu.forEach((value, i) => assertAlmostEquals(value, expected[i]!, 1e-3));
  });
}

Deno.test("resample() makes 500 voxels of 1 mm out of 512 of 0.9765625, none of them outside", () => {
  const volume = testVolume(new Int16Array(512 * 512).fill(7), [1, 512, 512], [3, 0.9765625, 0.9765625]);
  const { shape, hu, affine } = resample(volume);
  assertEquals(shape, [1, 500, 500]);
  assert(hu.every((value) => Math.abs(value - 7) < 1e-4));
  assertAlmostEquals(affine[3], 0.5 - 0.9765625 / 2, 1e-12);
});

Deno.test("resample() fills what reaches past the last voxel's edge: 512 of 0.977 mm", () => {
  const volume = testVolume(new Int16Array(2 * 512).fill(7), [1, 2, 512], [3, 1, 0.977]);
  const { shape, hu } = resample(volume, { outside: -1024 });
  assertEquals(shape, [1, 2, 501]);
  assertEquals(hu[500], -1024);
  assertAlmostEquals(hu[499]!, 7, 1e-4);
});

Deno.test("resample() leaves a volume alone that has the spacing, and slices that have theirs", () => {
  const hu = Int16Array.from({ length: 60 }, (_, i) => i * i);
  const volume = testVolume(hu, [3, 4, 5], [3, 1, 1]);
  assertStrictEquals(resample(volume), volume);
  // In-plane only: slice 1 does not depend on its neighbours.
  const before = resample(testVolume(hu, [3, 4, 5], [3, 2, 2]));
  const other = Int16Array.from(hu, (value, i) => Math.floor(i / 20) === 1 ? value : 0);
  const after = resample(testVolume(other, [3, 4, 5], [3, 2, 2]));
  assertEquals(after.hu.slice(80, 160), before.hu.slice(80, 160));
});

Deno.test("resample() keeps the patient's left edge where it was", () => {
  const volume = testVolume(new Int16Array(100), [1, 10, 10], [3, 0.6, 0.8]);
  const { affine } = resample(volume);
  // Outer edge of the first voxel: its centre less half a voxel.
  assertAlmostEquals(affine[3] - affine[0] / 2, -0.4, 1e-12);
  assertAlmostEquals(affine[7] - affine[5] / 2, -0.3, 1e-12);
});

Deno.test("resample() refuses a spacing that would fill the memory", () => {
  const volume = testVolume(new Int16Array(1000), [10, 10, 10], [100, 100, 100]);
  assertThrows(() => resample(volume, { spacing: [1, 1, 0.1] }), InputError, "1000 x 1000 x 1000 mm");
  assertThrows(() => resample(volume, { spacing: [3, 1, 0] }), RangeError);
});

Deno.test("resampleMask() takes the nearest voxel, and nothing outside", () => {
  const from = { shape: [1, 2, 5], spacing: [3, 1, 0.9] } as const;
  const to = { shape: [1, 3, 3], spacing: [3, 0.8, 2] } as const;
  // Old columns under new centres (1, 3, 5) / 0.9: 1, 3, outside; old rows under 0.4, 1.2, 2.0: 0, 1, outside.
  const mask = Uint8Array.of(0, 1, 0, 0, 0, 0, 0, 0, 1, 0);
  assertEquals([...resampleMask(mask, from, to)], [1, 0, 0, 0, 1, 0, 0, 0, 0]);
});
