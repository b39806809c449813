import { assertAlmostEquals, assertEquals } from "@std/assert";
import { createRandom } from "@ctsurv/base/mod.ts";
import { averageVolume } from "@ctsurv/imaging/mod.ts";

Deno.test("averageVolume() gives each voxel the mean of what it covers, in parts where it cuts a voxel", () => {
  assertEquals([...averageVolume(Float32Array.of(1, 3, 5, 7), [1, 2, 2], [1, 1, 1])], [4]);
  assertEquals([...averageVolume(Float32Array.of(0, 3, 6), [3, 1, 1], [2, 1, 1])], [1, 5]);
  assertEquals([...averageVolume(Float32Array.of(2, 8), [1, 1, 2], [1, 1, 3])], [2, 5, 8]);
});

Deno.test("averageVolume() keeps a volume of that size, a constant, and the mean", () => {
  const random = createRandom(1, "volume");
  const volume = Float32Array.from({ length: 7 * 6 * 5 }, () => random.uniform());
  assertEquals(averageVolume(volume, [7, 6, 5], [7, 6, 5]), volume);
  const mean = (values: Float32Array) => values.reduce((sum, value) => sum + value, 0) / values.length;
  for (const to of [[3, 2, 2], [16, 4, 3], [1, 1, 1], [9, 6, 5]] as const) {
    const averaged = averageVolume(volume, [7, 6, 5], to);
    assertEquals(averaged.length, to[0] * to[1] * to[2]);
    assertAlmostEquals(mean(averaged), mean(volume), 1e-6);
  }
});
