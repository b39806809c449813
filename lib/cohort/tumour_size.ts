import type { TumourMask } from "./read_tumour.ts";

/** How large a tumour is. */
export interface TumourSize {
  /** Volume of its voxels in mL, which are cm3. */
  readonly volume: number;
  /** The largest distance of two points on its surface in mm, in any direction. */
  readonly diameter: number;
}

/**
 * Measures a tumour. The surface lies halfway between a voxel of the tumour and its neighbour outside, as in the mesh of
 * PyRadiomics, so that the diameter is its `shape_Maximum3DDiameter`, and the volume its `shape_VoxelVolume`.
 *
 * @example
 * ```ts
 * import { tumourSize } from "@ctsurv/ctsurv/cohort";
 * import { assertEquals } from "@std/assert";
 *
 * // Four voxels of 2 x 1 x 1 mm in a row.
 * const { volume, diameter } = tumourSize({ mask: Uint8Array.of(0, 1, 1, 1, 1, 0), shape: [1, 1, 6], spacing: [1, 1, 2] });
 * assertEquals([volume, diameter], [.008, 8]);
 * ```
 *
 * @param tumour Its voxels; 0 mL and 0 mm if there are none.
 */
export function tumourSize(
  { mask, shape: [slices, rows, columns], spacing }: Pick<TumourMask, "mask" | "shape" | "spacing">,
): TumourSize {
  const [dz, dy, dx] = spacing;
  const inside = (z: number, y: number, x: number) =>
    z >= 0 && z < slices && y >= 0 && y < rows && x >= 0 && x < columns && mask[(z * rows + y) * columns + x] === 1;
  /** Ends of the surface's points on each line along x: two points that are farthest apart are among them. */
  const lines = new Map<number, { readonly y: number; readonly z: number; low: number; high: number }>();
  const meet = (z: number, y: number, x: number) => {
    // Coordinates are multiples of a half.
    const key = (2 * z + 1) * (2 * rows + 2) + 2 * y + 1;
    const line = lines.get(key) ?? { y: y * dy, z: z * dz, low: Infinity, high: -Infinity };
    line.low = Math.min(line.low, x * dx);
    line.high = Math.max(line.high, x * dx);
    lines.set(key, line);
  };
  let voxels = 0;
  for (let z = 0; z < slices; z++) {
    for (let y = 0; y < rows; y++) {
      for (let x = 0, at = (z * rows + y) * columns; x < columns; x++, at++) {
        if (mask[at] !== 1) continue;
        voxels++;
        for (const half of [-0.5, 0.5]) {
          if (!inside(z + 2 * half, y, x)) meet(z + half, y, x);
          if (!inside(z, y + 2 * half, x)) meet(z, y + half, x);
          if (!inside(z, y, x + 2 * half)) meet(z, y, x + half);
        }
      }
    }
  }
  const ends = [...lines.values()];
  let farthest = 0;
  for (let i = 0; i < ends.length; i++) {
    const one = ends[i]!;
    for (let j = 0; j <= i; j++) {
      const other = ends[j]!;
      const across = Math.max(one.high - other.low, other.high - one.low);
      farthest = Math.max(farthest, across ** 2 + (one.y - other.y) ** 2 + (one.z - other.z) ** 2);
    }
  }
  return { volume: voxels * dx * dy * dz / 1000, diameter: Math.sqrt(farthest) };
}
