import { assertAlmostEquals, assertEquals } from "@std/assert";
import { tumourSize } from "@ctsurv/cohort/mod.ts";
import { readCsv } from "@ctsurv/cohort/table/mod.ts";
import { readTumour } from "@ctsurv/cohort/read_tumour.ts";
import fixture from "../fixtures/tumour_size.json" with { type: "json" };
import { sharedData } from "../support/shared_data.ts";

type Triple = [number, number, number];

fixture.forEach(({ shape, spacing, mask, volume, diameter }, k) => {
  Deno.test(`tumourSize() is voxels and marching cubes of blob ${k + 1}`, () => {
    const size = tumourSize({ shape: shape as Triple, spacing: spacing as Triple, mask: Uint8Array.from(mask) });
    assertAlmostEquals(size.volume, volume, 1e-9);
    // scikit-image gives its vertices in single precision.
    assertAlmostEquals(size.diameter, diameter, 1e-5);
  });
});

Deno.test("tumourSize() of a tumour at the edge of the scan, of one voxel, and of none", () => {
  const grid = { shape: [1, 2, 3] as Triple, spacing: [3, 1, 2] as Triple };
  assertEquals(tumourSize({ ...grid, mask: new Uint8Array(6) }), { volume: 0, diameter: 0 });
  assertEquals(tumourSize({ ...grid, mask: Uint8Array.of(1, 0, 0, 0, 0, 0) }), { volume: 0.006, diameter: 3 });
  const all = tumourSize({ ...grid, mask: new Uint8Array(6).fill(1) });
  assertAlmostEquals(all.volume, 0.036, 1e-12);
  assertAlmostEquals(all.diameter, Math.hypot(6, 1), 1e-12);
});

Deno.test("tumourSize() of LUNG1-003's RTSTRUCT is the published volume", async () => {
  const scan = sharedData("lung1/NSCLC-Radiomics/LUNG1-003");
  const path = sharedData("lung1/rtstruct/LUNG1-003.rtstruct.dcm");
  const reference = sharedData("lung1-tables/lung1_reference.csv");
  if (!scan || !path || !reference) return;
  const tumour = await readTumour({ dir: scan }, {
    id: "LUNG1-003",
    image: scan,
    segmentations: [{ kind: "RTSTRUCT", path }],
  });
  const { header, rows } = await readCsv(reference);
  const row = rows.find(({ cells }) => cells[0] === "LUNG1-003")!;
  const published = Number(row.cells[header.indexOf("gtv_cm3")]);
  const { volume, diameter } = tumourSize(tumour!);
  assertAlmostEquals(volume / published, 1, 0.02);
  // No body has a smaller diameter than the ball of its volume.
  assertEquals(diameter > 2 * Math.cbrt(3 * volume * 1000 / (4 * Math.PI)), true);
});
