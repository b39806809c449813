import { assertEquals } from "@std/assert";
import { fillEnclosed, type FillEnclosedOptions, type Shape } from "@ctsurv/imaging/mod.ts";

function filled(text: string, shape: Shape, options?: FillEnclosedOptions): string {
  const mask = Uint8Array.from(text.replaceAll(" ", ""), Number);
  fillEnclosed(mask, shape, options);
  return mask.join("");
}

const ring = "00000 01110 01010 01110 00000";

Deno.test("fillEnclosed() fills a hole in a single slice, which would be open in a volume's first slice", () => {
  assertEquals(filled(ring, [1, 5, 5]), "0000001110011100111000000");
  assertEquals(filled(ring + ring, [2, 5, 5]), (ring + ring).replaceAll(" ", ""));
  const lid = "00000 01110 01110 01110 00000";
  assertEquals(filled(lid + ring + lid, [3, 5, 5]), (lid + lid + lid).replaceAll(" ", ""));
});

Deno.test("fillEnclosed() lets background out through corners only if it hangs together by them", () => {
  const leaky = "1111 1001 1011 1101 1110";
  assertEquals(filled(leaky, [1, 5, 4]), "11111111111111111110");
  assertEquals(filled("1110 1101 1011 1111", [1, 4, 4], { connectivity: "corners" }), "1110110110111111");
  assertEquals(filled("1110 1101 1011 1111", [1, 4, 4]), "1110111111111111");
});

Deno.test("fillEnclosed() leaves holes of as many voxels as `below`", () => {
  assertEquals(filled("1111 1001 1111", [1, 3, 4], { below: 2 }), "111110011111");
  assertEquals(filled("1111 1001 1111", [1, 3, 4], { below: 3 }), "111111111111");
});
