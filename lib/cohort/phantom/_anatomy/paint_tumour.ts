import type { Random } from "@ctsurv/base/mod.ts";
import { drawLungPoint } from "../draw_patient.ts";
import type { PhantomTumour } from "../draw_tumour.ts";
import type { Anatomy } from "./anatomy.ts";
import { type Brush, type Canvas, label, mix, paintTube, type Point, sliceZ } from "./canvas.ts";

/** HU by which necrotic tissue is darker: 11 % of the window's grey values, so that it shows through the noise. */
const NECROSIS = 160;

/**
 * Paints the dominant tumour, and in some patients one or two small satellites of the same density, and marks both as
 * tumour. The tumour may lean on the chest wall, the mediastinum or the diaphragm and grow into it, but most of it lies in
 * the lung. What the tumour is like shows on its own slices and on no other.
 */
export function paintTumour(canvas: Canvas, anatomy: Anatomy, tumour: PhantomTumour, random: Random): void {
  const centre = placeTumour(canvas, tumour.radius, random);
  // The less tissue a voxel holds, the less blood it holds.
  const vital = tumour.density + 0.3 * (anatomy.blood - 42) * (1 + tumour.density / 1000);
  const amplitude = 0.05 + 0.2 * tumour.spiculation;
  const [surface, texture, patches] = [createNoise(random), createNoise(random), createNoise(random)];
  // Lumps change the volume, which is the mean of R^3 over the directions: keep the one that was drawn.
  const lumps = sphere(400).map(([x, y, z]) => (1 + amplitude * surface(x, y, z)) ** 3);
  const radius = tumour.radius / Math.cbrt(lumps.reduce((sum, cube) => sum + cube, 0) / lumps.length);
  const patchAt = ([x, y, z]: Point) => patches(2.5 * x, 2.5 * y, 2.5 * z);
  const necrotic = quantile(ball(600).map(patchAt), tumour.necrosis);
  paintBlob(canvas, centre, radius * (1 + 2.2 * amplitude), (dx, dy, dz) => {
    const distance = Math.hypot(dx, dy, dz) + 1e-9;
    const share = distance / (radius * (1 + amplitude * surface(dx / distance, dy / distance, dz / distance)));
    if (share > 1) return undefined;
    const at: Point = [dx / radius, dy / radius, dz / radius];
    return vital - (patchAt(at) < necrotic ? NECROSIS : 0) + 9 * texture(3 * at[0], 3 * at[1], 3 * at[2]);
  });
  paintSpicules(canvas, centre, tumour, random);

  const satellites = random.uniform() < 0.2 ? random.integer(1, 2) : 0;
  for (let i = 0; i < satellites; i++) {
    const place = drawLungPoint(canvas, random);
    const size = tumour.radius * random.between(0.15, 0.3);
    if (place) paintBlob(canvas, place, size, (dx, dy, dz) => Math.hypot(dx, dy, dz) <= size ? vital : undefined);
  }
}

/** Of some places in the lung, the first at which most of the tumour is in the lung, else the best. */
function placeTumour(canvas: Canvas, radius: number, random: Random): Point {
  let best: { readonly centre: Point; readonly inside: number } | undefined;
  // How much of it must be lung varies, so that some tumours lean on a wall and others lie free.
  const wanted = random.between(0.7, 1);
  for (let attempt = 0; attempt < 60; attempt++) {
    const centre = drawLungPoint(canvas, random);
    if (!centre) break;
    const inside = lungShare(canvas, centre, 0.85 * radius);
    if (!best || inside > best.inside) best = { centre, inside };
    if (inside >= wanted) break;
  }
  if (!best) throw new RangeError("The phantom has no lung to put a tumour into: its slices are too few or too coarse");
  return best.centre;
}

/** Share of points spread over a sphere that are in the lung. */
function lungShare(canvas: Canvas, [x, y, z]: Point, radius: number): number {
  const points = sphere(40).map(([dx, dy, dz]): Point => [x + radius * dx, y + radius * dy, z + radius * dz]);
  return points.filter((point) => canvas.labels[voxelAt(canvas, point)] === label.lung).length / points.length;
}

/** Points spread evenly over the unit sphere (a Fibonacci lattice). */
function sphere(points: number): Point[] {
  const goldenAngle = Math.PI * (3 - Math.sqrt(5));
  return Array.from({ length: points }, (_, i) => {
    const z = 1 - (2 * i + 1) / points, r = Math.sqrt(1 - z * z);
    return [r * Math.cos(i * goldenAngle), r * Math.sin(i * goldenAngle), z];
  });
}

/** Points spread evenly over the unit ball. */
function ball(points: number): Point[] {
  return sphere(points).map(([x, y, z], i) => {
    // Neighbours on the sphere lie at all depths: multiples of the golden ratio are spread evenly from 0 to 1.
    const r = Math.cbrt((i * 0.6180339887498949) % 1);
    return [r * x, r * y, r * z];
  });
}

/** The value below which a share of the values lies. */
function quantile(values: readonly number[], share: number): number {
  return values.toSorted((a, b) => a - b)[Math.floor(share * values.length)]!;
}

function voxelAt({ origin, pixel, thickness, matrix, slices }: Canvas, [x, y, z]: Point): number {
  const slice = Math.round((z - origin[2]) / thickness);
  if (slice < 0 || slice >= slices) return -1;
  return (slice * matrix + Math.round((y - origin[1]) / pixel)) * matrix + Math.round((x - origin[0]) / pixel);
}

/** Paints tumour where `at` gives HU; its arguments are mm from the centre. */
function paintBlob(
  canvas: Canvas,
  [x, y, z]: Point,
  reach: number,
  at: (dx: number, dy: number, dz: number) => number | undefined,
): void {
  const { matrix, slices, pixel, thickness, origin, hu, labels } = canvas;
  const range = (centre: number, start: number, step: number, count: number) =>
    [
      Math.max(0, Math.ceil((centre - reach - start) / step)),
      Math.min(count - 1, Math.floor((centre + reach - start) / step)),
    ] as const;
  const [firstRow, lastRow] = range(y, origin[1], pixel, matrix);
  const [firstColumn, lastColumn] = range(x, origin[0], pixel, matrix);
  const [firstSlice, lastSlice] = range(z, origin[2], thickness, slices);
  for (let slice = firstSlice; slice <= lastSlice; slice++) {
    for (let row = firstRow; row <= lastRow; row++) {
      for (let column = firstColumn; column <= lastColumn; column++) {
        const value = at(
          origin[0] + column * pixel - x,
          origin[1] + row * pixel - y,
          sliceZ(canvas, slice) - z,
        );
        if (value === undefined) continue;
        const voxel = (slice * matrix + row) * matrix + column;
        hu[voxel] = value;
        labels[voxel] = label.tumour;
      }
    }
  }
}

/**
 * Thin strands into the lung around; not counted as tumour, as radiologists contour. They keep to the tumour's own
 * slices.
 */
function paintSpicules(canvas: Canvas, centre: Point, { radius, spiculation }: PhantomTumour, random: Random): void {
  const count = Math.round(26 * spiculation);
  const { hu, labels } = canvas;
  const strand: Brush = (start, end) => {
    for (let i = start; i < end; i++) if (labels[i] === label.lung) hu[i] = Math.max(hu[i]!, -180);
  };
  for (let i = 0; i < count; i++) {
    const [x, y, z] = [random.normal(), random.normal(), random.normal()];
    const length = radius * random.between(1.25, 1.3 + 0.5 * spiculation) + 4 * spiculation;
    const scale = length / Math.hypot(x, y, z);
    const rise = Math.max(-0.75 * radius, Math.min(0.75 * radius, scale * z));
    const tip: Point = [centre[0] + scale * x, centre[1] + scale * y, centre[2] + rise];
    paintTube(canvas, [mix(centre, tip, 0.6), tip], [2.2, 0.6 * canvas.pixel], strand);
  }
}

/** Smooth noise of mean 0 and variance 1, within about 2 of 0: a sum of waves in random directions. */
function createNoise(random: Random): (x: number, y: number, z: number) => number {
  const waves = Array.from({ length: 10 }, () => {
    const [x, y, z] = [random.normal(), random.normal(), random.normal()];
    const scale = random.between(1.5, 4.5) / Math.hypot(x, y, z);
    return [x * scale, y * scale, z * scale, random.between(0, 2 * Math.PI)] as const;
  });
  const weight = Math.sqrt(2 / waves.length);
  return (x, y, z) => {
    let sum = 0;
    for (const [wx, wy, wz, phase] of waves) sum += Math.sin(wx * x + wy * y + wz * z + phase);
    return weight * sum;
  };
}
