import { assertEquals } from "@std/assert";
import { createRandom } from "@ctsurv/base/mod.ts";
import { readSegmentation, readVolume } from "@ctsurv/imaging/mod.ts";
import { type Contour, fillContours } from "@ctsurv/imaging/structures/_rt_struct.ts";
import { ctSlice, type DicomAttributes, dicomBytes, writeSlices } from "../../support/dicom_bytes.ts";
import { inFolder } from "../../support/in_folder.ts";

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

/** An RTSTRUCT with a frame of contours in the first slice of {@linkcode ctSlice}s, given in voxels. */
function frameOf(type: string): DicomAttributes {
  const contour = (x0: number, y0: number, x1: number, y1: number): DicomAttributes => {
    const points = [[x0, y0], [x1, y0], [x1, y1], [x0, y1]] as const;
    return {
      "30060042": ["CS", type],
      "30060046": ["IS", "4"],
      "30060050": ["DS", points.map(([x, y]) => `${-10 + 0.7 * x}\\${-20 + 0.8 * y}\\0`).join("\\")],
    };
  };
  return {
    "00080060": ["CS", "RTSTRUCT"],
    "30060020": ["SQ", [{ "30060022": ["IS", "1"], "30060026": ["LO", "GTV-1"] }]],
    "30060039": ["SQ", [{
      "30060040": ["SQ", [contour(-0.5, -0.5, 4.4, 3.4), contour(0.5, 0.5, 2.5, 2.5)]],
      "30060084": ["IS", "1"],
    }]],
  };
}

for (const type of ["CLOSED_PLANAR", "CLOSEDPLANAR_XOR"]) {
  Deno.test(`readSegmentation() draws contours of type ${type}, one within another as a hole`, () =>
    inFolder(async (dir) => {
      await writeSlices(`${dir}/ct`, [0, 3].map((z) => ctSlice(z)));
      await Deno.writeFile(`${dir}/drawn.dcm`, dicomBytes(frameOf(type)));
      const { mask } = await readSegmentation(`${dir}/drawn.dcm`, await readVolume(`${dir}/ct`));
      const rows = Array.from({ length: 4 }, (_, row) => mask.subarray(5 * row, 5 * row + 5).join(""));
      assertEquals([rows, mask.lastIndexOf(1)], [["11111", "10011", "10011", "11111"], 19]);
    }));
}
