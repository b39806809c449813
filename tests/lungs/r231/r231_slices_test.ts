import { assertEquals } from "@std/assert";
import real from "../../fixtures/r231_real.json" with { type: "json" };
import drawn from "../../fixtures/r231_slices.json" with { type: "json" };
import { sha256 } from "@ctsurv/base/mod.ts";
import { type Box, canonicalOrientation, readVolume } from "@ctsurv/imaging/mod.ts";
import { r231Inputs } from "@ctsurv/lungs/mod.ts";
import { r231Input } from "@ctsurv/lungs/r231/r231_slices.ts";
import { assertSummary } from "../../nn/backbones/assert_summary.ts";
import { summarise } from "../../support/golden.ts";
import { sharedData } from "../../support/shared_data.ts";
import { drawSlice } from "./r231_fixtures.ts";

for (const { box, ...golden } of drawn) {
  Deno.test(`r231Input() equals lungmask's preprocessing to the last bit: ${golden.name}`, () => {
    const result = r231Input(drawSlice(golden), [golden.rows, golden.columns]);
    assertEquals(asRegion(result.box), box);
    const hu = Float64Array.from(result.image, (value) => value * 1624 - 1024);
    assertSummary(summarise(hu, [1, 256, 256]), golden.hu, "HU", 2e-4);
    assertEquals(checksum(result.image), golden.sha256);
  });
}

for (const { path, boxes, sha256: expected } of real) {
  Deno.test(`r231Inputs() equals lungmask's preprocessing to the last bit: ${path}`, async () => {
    const scan = sharedData(path);
    if (!scan) return;
    const { images, boxes: found } = r231Inputs(canonicalOrientation((await readVolume(scan)).volume));
    assertEquals(found.map(asRegion), boxes);
    assertEquals(checksum(images), expected);
  });
}

/** [min_row, min_column, max_row, max_column], ends past the last, as scikit-image has it. */
function asRegion({ rows, columns }: Box): number[] {
  return [rows[0], columns[0], rows[1] + 1, columns[1] + 1];
}

function checksum({ buffer }: Float32Array): string {
  return sha256(new Uint8Array(buffer as ArrayBuffer));
}
