import { assertAlmostEquals, assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { InputError } from "@ctsurv/base/mod.ts";
import { type Affine, canonicalOrientation, type Shape, type Volume } from "@ctsurv/imaging/mod.ts";
import { createVolume } from "@ctsurv/imaging/volume/volume.ts";

const SHAPE: Shape = [2, 3, 4];

/** A volume whose HU say where each voxel lies: 100 x + 10 y + z for voxel centres in mm. */
function locating(affine: Affine): Volume {
  const [slices, rows, columns] = SHAPE;
  const hu = new Int16Array(slices * rows * columns);
  for (let i = 0; i < hu.length; i++) hu[i] = meaning(affine, SHAPE, i);
  return createVolume("test", hu, SHAPE, affine);
}

function meaning(affine: Affine, [, rows, columns]: Shape, i: number): number {
  const index = [i % columns, Math.floor(i / columns) % rows, Math.floor(i / columns / rows), 1];
  const at = (axis: number) => index.reduce((sum, value, k) => sum + value * affine[4 * axis + k]!, 0);
  return Math.round(100 * at(0) + 10 * at(1) + at(2));
}

const affines: Readonly<Record<string, Affine>> = {
  LPS: [1, 0, 0, 5, 0, 1, 0, 6, 0, 0, 3, 7, 0, 0, 0, 1],
  RAS: [-1, 0, 0, 5, 0, -1, 0, 6, 0, 0, 3, 7, 0, 0, 0, 1],
  LAI: [1, 0, 0, 5, 0, -1, 0, 6, 0, 0, -3, 7, 0, 0, 0, 1],
  LIP: [1, 0, 0, 5, 0, 0, 2, 6, 0, -3, 0, 7, 0, 0, 0, 1],
  PSR: [0, 0, -2, 5, 1, 0, 0, 6, 0, 3, 0, 7, 0, 0, 0, 1],
};

for (const [orientation, affine] of Object.entries(affines)) {
  Deno.test(`canonicalOrientation() moves every voxel of ${orientation} along with its place in the patient`, () => {
    const volume = locating(affine);
    assertEquals(volume.orientation, orientation);
    const turned = canonicalOrientation(volume);
    assertEquals(turned.orientation, "LPS");
    turned.hu.forEach((value, i) => assertEquals(value, meaning(turned.affine, turned.shape, i)));
    assertEquals([...turned.hu].sort(), [...volume.hu].sort());
  });
}

Deno.test("canonicalOrientation() gives back a volume that is LPS already", () => {
  const volume = locating(affines.LPS!);
  assertStrictEquals(canonicalOrientation(volume), volume);
});

Deno.test("canonicalOrientation() accepts 9 degrees of obliqueness and refuses 11", () => {
  const turnedBy = (degrees: number): Affine => {
    const [c, s] = [Math.cos(degrees * Math.PI / 180), Math.sin(degrees * Math.PI / 180)];
    return [-c, s, 0, 0, -s, -c, 0, 0, 0, 0, 3, 0, 0, 0, 0, 1];
  };
  const accepted = canonicalOrientation(locating(turnedBy(9)));
  assertEquals(accepted.orientation, "LPS");
  assertAlmostEquals(accepted.affine[0], Math.cos(9 * Math.PI / 180), 1e-12);
  assertThrows(
    () => canonicalOrientation(locating(turnedBy(11)), "p.nii"),
    InputError,
    "p.nii: the grid is turned by 11.0",
  );
});
