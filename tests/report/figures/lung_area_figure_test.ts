import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { lungAreaFigure } from "@ctsurv/report/mod.ts";

Deno.test("lungAreaFigure() says in words what it shows, and is the same each time", () => {
  const draw = () =>
    lungAreaFigure([0, 0.03, 0.101, 0.05, 0.01], { patient: "P1", threshold: 0.02, first: 1, last: 3 });
  assertEquals(draw().description, "5 slices, at most 10.1 % lung; 3 kept, 1 to 3");
  assertEquals(draw().svg, draw().svg);
  assertStringIncludes(draw().svg, ">2 %<");
  assert(!/NaN|undefined|null/.test(draw().svg));
});
