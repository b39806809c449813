import { assertEquals } from "@std/assert";
import { sha256 } from "@ctsurv/common/mod.ts";
import { r231Input } from "../../lib/segmentation/r231_input.ts";
import { assertSummary } from "../nn/assert_summary.ts";
import cases from "../fixtures/r231_slices.json" with { type: "json" };
import { summarise, type Summary } from "../support/golden.ts";
import { drawSlice } from "./r231_fixtures.ts";

for (const drawn of cases) {
  Deno.test(`r231Input() equals lungmask's preprocessing to the last bit: ${drawn.name}`, () => {
    assertInput(drawSlice(drawn), drawn.rows, drawn.columns, drawn);
  });
}

function assertInput(
  slice: Int16Array | Float32Array,
  rows: number,
  columns: number,
  expected: { readonly box: readonly number[]; readonly hu: Summary; readonly sha256: string },
) {
  const { image, box } = r231Input(slice, [rows, columns]);
  const [[top, bottom], [left, right]] = [box.rows, box.columns];
  assertEquals([top, left, bottom + 1, right + 1], expected.box);
  const hu = Float64Array.from(image, (value) => value * 1624 - 1024);
  assertSummary(summarise(hu, [1, 256, 256]), expected.hu, "HU", 2e-4);
  assertEquals(sha256(new Uint8Array(image.buffer as ArrayBuffer)), expected.sha256);
}
