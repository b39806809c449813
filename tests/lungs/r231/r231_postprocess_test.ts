import { assert, assertEquals } from "@std/assert";
import cases from "../../fixtures/r231_masks.json" with { type: "json" };
import type { Shape } from "@ctsurv/imaging/mod.ts";
import { r231Postprocess } from "@ctsurv/lungs/mod.ts";
import { cpuSeconds } from "../../support/cpu_seconds.ts";
import { inflate } from "./r231_fixtures.ts";

for (const { name, shape, classes, expected } of cases) {
  Deno.test(`r231Postprocess() equals lungmask's postprocessing: ${name}`, () => {
    const before = inflate(classes);
    const result = r231Postprocess(before, shape as unknown as Shape);
    assertEquals(result, inflate(expected));
    assertEquals(before, inflate(classes), "the input is left as it was");
  });
}

Deno.test("the volumes of r231_masks.json are changed by lungmask, most of them", () => {
  const changed = cases.filter(({ classes, expected }) => classes !== expected);
  assert(changed.length > 40, `${changed.length} of ${cases.length}`);
});

Deno.test("r231Postprocess() takes a volume of 134 slices with 5000 crumbs in a few seconds at most", () => {
  const shape: Shape = [134, 256, 256];
  const classes = new Uint8Array(134 * 256 * 256);
  for (let i = 0; i < classes.length; i++) {
    const [y, x] = [Math.floor(i / 256) % 256, i % 256];
    if (Math.hypot(y - 128, x - 70) < 50) classes[i] = 1;
    if (Math.hypot(y - 128, x - 190) < 50) classes[i] = 2;
  }
  for (let i = 0; i < 5000; i++) classes.fill(i % 3, i * 1753, i * 1753 + 5);
  const start = cpuSeconds();
  const result = r231Postprocess(classes, shape);
  const seconds = cpuSeconds() - start;
  assert(seconds < 5, `${seconds} s`);
  assertEquals([result[128 * 256 + 70], result[128 * 256 + 190]], [1, 2]);
});
