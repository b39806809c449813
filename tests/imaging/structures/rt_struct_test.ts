import { assertEquals } from "@std/assert";
import { createRandom } from "@ctsurv/base/mod.ts";
import { type Contour, fillContours } from "@ctsurv/imaging/structures/_rt_struct.ts";

const [ROWS, COLUMNS] = [7, 9];

function fill(...contours: readonly (readonly number[])[]): Uint8Array {
  const mask = new Uint8Array(ROWS * COLUMNS);
  fillContours(mask, COLUMNS, contours.map((contour): Contour => Float64Array.from(contour)));
  return mask;
}

const rectangle = (x0: number, y0: number, x1: number, y1: number) => [x0, y0, x1, y0, x1, y1, x0, y1];
const show = (mask: Uint8Array) =>
  Array.from({ length: ROWS }, (_, row) => mask.subarray(row * COLUMNS, (row + 1) * COLUMNS).join(""));

Deno.test("fillContours() fills voxels whose centres are inside; edges on centres count left and above, not right and below", () => {
  const expected = ["000000000", "001110000", "001110000", "000000000", "000000000", "000000000", "000000000"];
  assertEquals(show(fill(rectangle(1.5, 0.5, 4.5, 2.5))), expected);
  assertEquals(show(fill(rectangle(2, 1, 5, 3))), expected);
});

Deno.test("fillContours() makes a hole of a contour within another, whichever comes first and turns which way", () => {
  const [outer, inner] = [rectangle(0.5, 0.5, 7.5, 5.5), rectangle(2.5, 1.5, 5.5, 4.5)];
  const turned = [2.5, 1.5, 2.5, 4.5, 5.5, 4.5, 5.5, 1.5];
  const expected = ["000000000", "011111110", "011000110", "011000110", "011000110", "011111110", "000000000"];
  assertEquals(show(fill(outer, inner)), expected);
  assertEquals(show(fill(turned, outer)), expected);
});

Deno.test("fillContours() leaves nothing of a keyhole's channel, even through voxel centres", () => {
  const keyhole = [
    0.5,
    0.5,
    7.5,
    0.5,
    7.5,
    5.5,
    0.5,
    5.5,
    0.5,
    3,
    2.5,
    3,
    2.5,
    4.5,
    5.5,
    4.5,
    5.5,
    1.5,
    2.5,
    1.5,
    2.5,
    3,
    0.5,
    3,
  ];
  assertEquals(show(fill(keyhole)), show(fill(rectangle(0.5, 0.5, 7.5, 5.5), rectangle(2.5, 1.5, 5.5, 4.5))));
});

Deno.test("fillContours() gives every voxel to one of the triangles that tile the slice, corners on centres or not", () => {
  for (let seed = 0; seed < 200; seed++) {
    const random = createRandom(seed, "tiles");
    const on = seed % 2 === 0;
    const [x, y] = on
      ? [random.integer(0, COLUMNS - 1), random.integer(0, ROWS - 1)]
      : [random.uniform() * COLUMNS, random.uniform() * ROWS];
    const corners = [[-1, -1], [COLUMNS, -1], [COLUMNS, ROWS], [-1, ROWS]] as const;
    const triangles = corners.map((corner, i) => fill([...corner, ...corners[(i + 1) % 4]!, x, y]));
    const times = triangles[0]!.map((_, i) => triangles.reduce((sum, triangle) => sum + triangle[i]!, 0));
    assertEquals([...times], Array(ROWS * COLUMNS).fill(1), `${x} ${y}`);
  }
});

Deno.test("fillContours() clips to the slice", () => {
  assertEquals([...fill(rectangle(-5, -5, 50, 50))], Array(ROWS * COLUMNS).fill(1));
});
