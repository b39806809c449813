import { assertEquals } from "@std/assert";
import { fillHoles, findComponents, type Shape } from "@ctsurv/imaging/mod.ts";
import { imagingFixture } from "../../support/imaging_fixture.ts";

for (const { shape, mask, labels, sizes, filled } of imagingFixture.components) {
  const voxels = Uint8Array.from(mask, Number);

  Deno.test(`findComponents() equals scipy.ndimage.label: ${shape.join("x")}`, () => {
    const found = findComponents(voxels, shape as unknown as Shape);
    assertEquals([...found.sizes], sizes);
    const painted = new Array(voxels.length).fill(0);
    found.starts.forEach((start, run) => painted.fill(found.labels[run]! + 1, start, found.ends[run]));
    assertEquals(painted, labels);
  });

  Deno.test(`fillHoles() equals scipy.ndimage.binary_fill_holes slice by slice: ${shape.join("x")}`, () => {
    const result = voxels.slice();
    fillHoles(result, shape as unknown as Shape);
    assertEquals(result.join(""), filled);
  });
}

Deno.test("findComponents() finds none in an empty mask and one in a full one", () => {
  assertEquals(findComponents(new Uint8Array(24), [2, 3, 4]).sizes.length, 0);
  assertEquals([...findComponents(new Uint8Array(24).fill(1), [2, 3, 4]).sizes], [24]);
});

Deno.test("findComponents() does not join the end of a row with the start of the next", () => {
  assertEquals([...findComponents(Uint8Array.from([0, 0, 1, 1, 0, 0]), [1, 2, 3]).sizes], [1, 1]);
});

Deno.test("findComponents() joins by edges and corners only if asked to, and never different values", () => {
  const diagonal = Uint8Array.from([1, 0, 0, 0, 0, 0, 0, 1, /* next slice */ 0, 0, 0, 1, 0, 0, 0, 0]);
  assertEquals([...findComponents(diagonal, [2, 2, 4]).sizes], [1, 1, 1]);
  assertEquals([...findComponents(diagonal, [2, 2, 4], "corners").sizes], [1, 2]);
  const values = Uint8Array.from([1, 1, 2, 2, 2, 2, 1, 1]);
  assertEquals([...findComponents(values, [1, 2, 4]).sizes], [2, 2, 2, 2]);
  assertEquals([...findComponents(values, [1, 2, 4], "corners").sizes], [4, 4]);
});
