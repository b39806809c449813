import type { Affine, Shape, Spacing, Volume } from "@ctsurv/imaging/mod.ts";
import { createVolume } from "@ctsurv/imaging/volume/volume.ts";

/** A volume in "LPS" order with its first voxel at the origin. */
export function testVolume(hu: Volume["hu"], shape: Shape, [slice, row, column]: Spacing): Volume {
  const affine: Affine = [column, 0, 0, 0, 0, row, 0, 0, 0, 0, slice, 0, 0, 0, 0, 1];
  return createVolume("test", hu, shape, affine);
}

/** What {@linkcode crudeChest} is to hold, all in mm, centred in the slice. */
export interface CrudeChest {
  readonly shape?: Shape;
  readonly spacing?: Spacing;
  /** Radius of each lung. */
  readonly lung?: number;
  /** HU of the lungs. */
  readonly lungHu?: number;
}

/**
 * An elliptic body of water with two cylindrical lungs in its middle half, a ball of soft tissue in the left one, a
 * trachea above them, and a hollow couch below the body. A picture of the anatomy, no more: enough to say what has to be
 * found.
 */
export function crudeChest(options: CrudeChest = {}): Volume {
  const { shape = [24, 90, 110], spacing = [5, 3, 3], lung = 50, lungHu = -800 } = options;
  const [slices, rows, columns] = shape;
  const hu = new Int16Array(slices * rows * columns).fill(-1000);
  for (let slice = 0; slice < slices; slice++) {
    const hasLungs = slice >= slices / 4 && slice < 3 * slices / 4;
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++) {
        const x = (column - columns / 2 + 0.5) * spacing[2];
        const y = (row - rows / 2 + 0.5) * spacing[1];
        const i = (slice * rows + row) * columns + column;
        if (Math.hypot(x / 145, y / 100) < 1) hu[i] = 40;
        if (hasLungs && Math.hypot(Math.abs(x) - 65, y) < lung) hu[i] = lungHu;
        if (hasLungs && Math.hypot(x - 65, y, (slice - slices / 2) * spacing[0]) < 15) hu[i] = 40;
        if (slice >= slices / 2 && Math.hypot(x, y) < 9) hu[i] = -1000;
        // A shell 3 mm thick around foam, against the back.
        if (Math.abs(x) < 120 && y > 100 && y < 125) hu[i] = y < 103 || y > 122 || Math.abs(x) > 117 ? -100 : -950;
      }
    }
  }
  return testVolume(hu, shape, spacing);
}
