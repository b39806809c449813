import { assertEquals } from "@std/assert";
import { dice } from "@ctsurv/imaging/mod.ts";

Deno.test("dice() of masks: twice the overlap over the sum, 1 for two empty ones", () => {
  assertEquals(dice(Uint8Array.of(1, 1, 0, 0), Uint8Array.of(1, 0, 1, 0)), 0.5);
  assertEquals(dice(Uint8Array.of(0, 0), Uint8Array.of(0, 0)), 1);
  assertEquals(dice(Uint8Array.of(1, 0), Uint8Array.of(0, 0)), 0);
});
