import { assertEquals } from "@std/assert";
import { tumourSlices } from "@ctsurv/report/mod.ts";

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
