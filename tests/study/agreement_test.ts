import { assertEquals, assertThrows } from "@std/assert";
import { agreement } from "@ctsurv/study/mod.ts";

Deno.test("agreement() says within what two lists of numbers agree", () => {
  assertEquals(agreement("z", [1, 2], Float32Array.of(1, 2)), "z: within 0.00001 of the library's");
  assertEquals(agreement("z", [1, 2.0009], [1, 2], { tolerance: 1e-3 }), "z: within 0.001 of the library's");
});

Deno.test("agreement() fails where numbers differ, are not numbers, or are not as many", () => {
  assertThrows(() => agreement("z", [1, 2.1], [1, 2]), Error, "from the library's");
  assertThrows(() => agreement("z", [1, NaN], [1, 2]), Error, "from the library's");
  assertThrows(() => agreement("z", [1], [1, 2]), Error, "1 numbers, but the library's are 2");
});
