import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { warmUpAndCosine } from "@ctsurv/engine/mod.ts";

Deno.test("warmUpAndCosine() rises to 1, then falls to nearly 0", () => {
  const shares = Array.from({ length: 200 }, (_, i) => warmUpAndCosine(i + 1, 200));
  assertEquals(shares.indexOf(Math.max(...shares)), 9);
  assertAlmostEquals(shares[0]!, 0.1);
  assert(shares.at(-1)! < 0.001);
  assert(shares.slice(10).every((share, i) => share < shares[i + 9]!));
  assertEquals(warmUpAndCosine(1, 1), 1);
});
