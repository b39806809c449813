import { assertEquals } from "@std/assert";
import { zoomSlice } from "@ctsurv/imaging/mod.ts";

// The numbers are those of scipy.ndimage.zoom, SciPy 1.17.1.

Deno.test("zoomSlice() keeps the corners' centres, and takes the later of two equally near pixels", () => {
  const slice = Uint8Array.from([1, 2, 3, 4, 5, 6]);
  assertEquals([...zoomSlice(slice, [2, 3], [3, 5], 0)], [1, 2, 2, 3, 3, 4, 5, 5, 6, 6, 4, 5, 5, 6, 6]);
});

Deno.test("zoomSlice() interpolates, and rounds whole numbers away from zero", () => {
  const whole = Int16Array.from([-3, 0, 2, 5]);
  assertEquals([...zoomSlice(whole, [2, 2], [3, 3], 1)], [-3, -2, 0, -1, 1, 3, 2, 4, 5]);
  const real = zoomSlice(Float32Array.from(whole), [2, 2], [3, 3], 1);
  assertEquals([...real], [-3, -1.5, 0, -0.5, 1, 2.5, 2, 3.5, 5]);
});

Deno.test("zoomSlice() leaves the last pixel 0 where rounding puts it beyond the old one, as SciPy does", () => {
  const lost = [...Array(200).keys()].filter((size) =>
    zoomSlice(new Uint8Array(100).fill(7), [1, 100], [1, size], 0)[size - 1] === 0
  );
  assertEquals(lost, [38, 46, 75, 78, 82, 91, 149, 155, 162, 163, 164, 181, 182, 184, 192, 194]);
});

Deno.test("zoomSlice() of a single pixel fills the slice", () => {
  assertEquals([...zoomSlice(Int16Array.of(9), [1, 1], [2, 3], 1)], [9, 9, 9, 9, 9, 9]);
});
