import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { cropBox, resizeSlice, selectSlices, windowHu } from "@ctsurv/imaging/mod.ts";
import { imagingFixture } from "../../support/imaging_fixture.ts";

/** Slices of 10 x 10 with so many voxels of lung each. */
function lungs(...counts: number[]): Uint8Array {
  return Uint8Array.from({ length: 100 * counts.length }, (_, i) => i % 100 < counts[Math.floor(i / 100)]! ? 1 : 0);
}

Deno.test("selectSlices() keeps from the first to the last slice above 2 %, small ones between included", () => {
  const { kept, areas } = selectSlices(lungs(0, 2, 3, 1, 50, 3, 2), [7, 10, 10]);
  assertEquals(kept, [2, 3, 4, 5]);
  assertEquals([...areas], [0, 0.02, 0.03, 0.01, 0.5, 0.03, 0.02]);
});

Deno.test("selectSlices() drops interior slices on request", () => {
  assertEquals(selectSlices(lungs(0, 2, 3, 1, 50, 3, 2), [7, 10, 10], { interior: "drop" }).kept, [2, 4, 5]);
});

Deno.test("selectSlices() keeps none where none passes, and all where the border ones do", () => {
  assertEquals(selectSlices(lungs(2, 2), [2, 10, 10]).kept, []);
  assertEquals(selectSlices(lungs(3, 0, 3), [3, 10, 10]).kept, [0, 1, 2]);
  assertEquals(selectSlices(lungs(3, 9), [2, 10, 10], { threshold: 0.05 }).kept, [1]);
});

Deno.test("cropBox() holds the lungs of all kept slices and of no other, both ends included", () => {
  const mask = new Uint8Array(3 * 6 * 8);
  const set = (slice: number, row: number, column: number) => mask[(slice * 6 + row) * 8 + column] = 1;
  set(0, 0, 0); // not kept
  set(1, 2, 5);
  set(2, 4, 3);
  assertEquals(cropBox(mask, [3, 6, 8], [1, 2]), { rows: [2, 4], columns: [3, 5] });
  assertThrows(() => cropBox(new Uint8Array(8), [1, 2, 4], [0]), RangeError);
});

for (const { shape, size, image, expected } of imagingFixture.resize) {
  const [rows, columns] = shape as [number, number];
  Deno.test(`resizeSlice() equals the half-pixel bilinear formula: ${rows} x ${columns} to ${size}`, () => {
    const whole = { rows: [0, rows - 1], columns: [0, columns - 1] } as const;
    const result = resizeSlice(Int16Array.from(image), columns, whole, size);
    result.forEach((value, i) => assertAlmostEquals(value, expected[i]!, 1e-3));
  });

  Deno.test(`resizeSlice() sees nothing outside of its box: ${rows} x ${columns} to ${size}`, () => {
    const wide = new Int16Array((rows + 2) * (columns + 3)).fill(30000);
    image.forEach((value, i) => wide[(Math.floor(i / columns) + 1) * (columns + 3) + (i % columns) + 2] = value);
    const inner = { rows: [1, rows], columns: [2, columns + 1] } as const;
    const result = resizeSlice(wide, columns + 3, inner, size);
    result.forEach((value, i) => assertAlmostEquals(value, expected[i]!, 1e-3));
  });
}

Deno.test("windowHu() maps the window to [0, 1] and clips beyond", () => {
  assertEquals([...windowHu(Float32Array.of(-2048, -1000, -300, 400, 3071), [-1000, 400])], [0, 0, 0.5, 1, 1]);
});

Deno.test("windowHu() without clipping maps beyond [0, 1] along the same line", () => {
  assertEquals([...windowHu(Float32Array.of(-2400, -1000, -300, 400, 3200), [-1000, 400], false)], [-1, 0, 0.5, 1, 3]);
});
