import { assertEquals } from "@std/assert";
import { keepLungs, type Volume } from "@ctsurv/imaging/mod.ts";

/** Two regions side by side, 10 mm of tissue between them; [slices, 100, 210] of 1 mm, slices of 3 mm. */
function twoRegions(slices: number, hu: { readonly left: number; readonly right: number; readonly width: number }) {
  const volume: Volume = {
    hu: new Int16Array(slices * 21_000).fill(40),
    shape: [slices, 100, 210],
    spacing: [3, 1, 1],
    affine: [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 3, 0, 0, 0, 0, 1],
    orientation: "LPS",
  };
  for (let line = 0; line < slices * 100; line++) {
    volume.hu.fill(hu.left, 210 * line, 210 * line + 100);
    volume.hu.fill(hu.right, 210 * line + 110, 210 * line + 110 + hu.width);
  }
  const mask = Uint8Array.from(volume.hu, (value) => value < -400 ? 1 : 0);
  keepLungs(mask, volume);
  return { left: mask[0], right: mask[110] };
}

Deno.test("a lung as empty as gas is a lung in five slices too, and a piece of bowel is gas in them", () => {
  // 150 mL each in 15 mm.
  assertEquals(twoRegions(5, { left: -850, right: -980, width: 100 }), { left: 1, right: 1 });
  assertEquals(twoRegions(5, { left: -980, right: -980, width: 100 }), { left: 1, right: 1 });
  // 75 mL in 15 mm: gas.
  assertEquals(twoRegions(5, { left: -850, right: -980, width: 50 }), { left: 1, right: 0 });
});

Deno.test("from 150 mm on, a region as empty as gas needs 1000 mL to be a lung", () => {
  assertEquals(twoRegions(50, { left: -850, right: -980, width: 66 }), { left: 1, right: 0 });
  assertEquals(twoRegions(50, { left: -850, right: -980, width: 67 }), { left: 1, right: 1 });
  assertEquals(twoRegions(100, { left: -850, right: -980, width: 33 }), { left: 1, right: 0 });
});
