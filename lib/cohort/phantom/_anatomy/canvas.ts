import type { Random } from "@ctsurv/base/mod.ts";
import type { PhantomScanner } from "../phantoms.ts";

/** HU outside the scanner's circular field of view. */
const OUTSIDE = -1024;
const HIGHEST = 3071;

/**
 * Turns painted tissue into what a scanner delivers: blurred by the reconstruction kernel, with noise that is strongest
 * in the middle of the body and correlated from pixel to pixel, cut to the field of view and to 12 bits.
 */
export function addNoise(canvas: Canvas, scanner: PhantomScanner, random: Random): void {
  const { hu, slices, matrix } = canvas;
  const bank = createNoiseBank(random, 2 * matrix, scanner.blur);
  const amplitude = noiseMap(matrix, random.between(...scanner.noise));
  const rows = new Float32Array(matrix * matrix);
  const { blur, offset } = scanner;
  const centre = 1 - 2 * blur;
  for (let slice = 0; slice < slices; slice++) {
    const start = slice * matrix * matrix;
    for (let i = 1; i < rows.length - 1; i++) {
      rows[i] = centre * hu[start + i]! + blur * (hu[start + i - 1]! + hu[start + i + 1]!);
    }
    // A window of the bank at a place of its own: slices do not share noise.
    const shiftY = random.integer(0, matrix), shiftX = random.integer(0, matrix);
    for (let row = 0; row < matrix; row++) {
      const above = row > 0 ? -matrix : 0, below = row < matrix - 1 ? matrix : 0;
      const noiseAt = (row + shiftY) * 2 * matrix + shiftX;
      for (let column = 0, i = row * matrix; column < matrix; column++, i++) {
        const strength = amplitude[i]!;
        if (strength === 0) {
          hu[start + i] = OUTSIDE;
          continue;
        }
        const sharp = centre * rows[i]! + blur * (rows[i + above]! + rows[i + below]!);
        // Air is clipped at the scale's lower end by many scanners: half of its noise is lost.
        const value = Math.round(sharp + (sharp > -700 ? offset : 0) + strength * bank[noiseAt + column]!);
        hu[start + i] = value < OUTSIDE ? OUTSIDE : value > HIGHEST ? HIGHEST : value;
      }
    }
  }
}

/** Noise of unit variance, [size, size], correlated by the same kernel as the image. */
function createNoiseBank(random: Random, size: number, blur: number): Float32Array {
  const white = Float32Array.from({ length: size * size }, () => random.normal());
  const centre = 1 - 2 * blur;
  const unit = 1 / (centre ** 2 + 2 * blur ** 2);
  return white.map((_, i) => {
    const row = Math.floor(i / size), column = i % size;
    let sum = 0;
    for (let dy = -1; dy <= 1; dy++) {
      const line = ((row + dy + size) % size) * size;
      const weight = dy === 0 ? centre : blur;
      sum += weight *
        (centre * white[line + column]! +
          blur * (white[line + (column + 1) % size]! + white[line + (column + size - 1) % size]!));
    }
    return sum * unit;
  });
}

/** Standard deviation of the noise in every pixel of a slice; 0 outside the field of view. */
function noiseMap(matrix: number, atCentre: number): Float32Array {
  return Float32Array.from({ length: matrix * matrix }, (_, i) => {
    const half = (matrix - 1) / 2;
    const radius = Math.hypot(Math.floor(i / matrix) - half, i % matrix - half) / (matrix / 2);
    return radius > 1 ? 0 : atCentre * (0.45 + 0.55 * Math.exp(-3.5 * radius * radius));
  });
}

/** Tissue of a voxel in the truth masks. */
export const label = { other: 0, lung: 1, tumour: 2 } as const;

/** A volume being painted. Positions are mm in the patient's own frame: x to the left, y to the back, z to the head. */
export interface Canvas {
  /** HU, [slices, matrix, matrix]; slices from feet to head, rows from front to back, columns from right to left. */
  readonly hu: Int16Array;
  /** See {@linkcode label}, same shape. */
  readonly labels: Uint8Array;
  readonly slices: number;
  readonly matrix: number;
  /** mm, edge of a pixel. */
  readonly pixel: number;
  /** mm between slices. */
  readonly thickness: number;
  /** Position of voxel (0, 0, 0). */
  readonly origin: readonly [x: number, y: number, z: number];
}

export type Point = readonly [x: number, y: number, z: number];

/** Paints the voxels `start` to `end`, the end excluded: a piece of one row. */
export type Brush = (start: number, end: number) => void;

/** |(x - cx) / a|^power + |(y - cy) / b|^power <= 1: an ellipse at power 2, a box with round corners above. */
export interface Superellipse {
  readonly centre: readonly [x: number, y: number];
  readonly radii: readonly [a: number, b: number];
  readonly power?: number;
}

/** z of a slice, mm. */
export function sliceZ({ origin, thickness }: Canvas, slice: number): number {
  return origin[2] + slice * thickness;
}

/** Paints over everything. */
export function opaque({ hu, labels }: Canvas, value: number, as: number = label.other): Brush {
  return (start, end) => {
    hu.fill(value, start, end);
    labels.fill(as, start, end);
  };
}

/** Replaces lung by something else, and nothing but lung. */
export function replaceLung({ hu, labels }: Canvas, value: number): Brush {
  return (start, end) => {
    for (let i = start; i < end; i++) {
      if (labels[i] !== label.lung) continue;
      hu[i] = value;
      labels[i] = label.other;
    }
  };
}

/** Paints over everything but lung. */
export function spareLung({ hu, labels }: Canvas, value: number): Brush {
  return (start, end) => {
    for (let i = start; i < end; i++) if (labels[i] !== label.lung) hu[i] = value;
  };
}

/** Makes lung brighter, to `share` of the way from what it is to `value`, and never darker; it stays lung. */
export function brightenLung({ hu, labels }: Canvas, value: number, share = 1): Brush {
  return (start, end) => {
    for (let i = start; i < end; i++) {
      if (labels[i] !== label.lung) continue;
      const bright = -850 + share * (value + 850);
      if (bright > hu[i]!) hu[i] = bright;
    }
  };
}

/** Paints a superellipse in one slice, row by row. */
export function paintSlice(canvas: Canvas, slice: number, shape: Superellipse, brush: Brush): void {
  const { matrix, pixel, origin } = canvas;
  const { centre: [cx, cy], radii: [a, b], power = 2 } = shape;
  if (!(slice >= 0 && slice < canvas.slices && a > 0 && b > 0)) return;
  const first = Math.max(0, Math.ceil((cy - b - origin[1]) / pixel));
  const last = Math.min(matrix - 1, Math.floor((cy + b - origin[1]) / pixel));
  for (let row = first; row <= last; row++) {
    const v = Math.abs((origin[1] + row * pixel - cy) / b);
    const half = power === 2 ? a * Math.sqrt(1 - v * v) : a * (1 - v ** power) ** (1 / power);
    const start = Math.max(0, Math.ceil((cx - half - origin[0]) / pixel));
    const end = Math.min(matrix - 1, Math.floor((cx + half - origin[0]) / pixel)) + 1;
    const offset = (slice * matrix + row) * matrix;
    if (end > start) brush(offset + start, offset + end);
  }
}

/** Restricts a brush, in one slice, to a superellipse. */
export function clipTo(canvas: Canvas, slice: number, shape: Superellipse, brush: Brush): Brush {
  const { matrix } = canvas;
  const starts = new Int32Array(matrix), ends = new Int32Array(matrix);
  paintSlice(canvas, slice, shape, (start, end) => {
    const row = Math.floor(start / matrix) - slice * matrix;
    starts[row] = start;
    ends[row] = end;
  });
  return (start, end) => {
    const row = Math.floor(start / matrix) - slice * matrix;
    const from = Math.max(start, starts[row]!), to = Math.min(end, ends[row]!);
    if (to > from) brush(from, to);
  };
}

/** Paints an ellipsoid with its axes along the patient's. One thinner than a slice appears in the slice nearest to it. */
export function paintEllipsoid(canvas: Canvas, centre: Point, radii: Point, brush: Brush): void {
  const { thickness, origin } = canvas;
  const reach = Math.max(radii[2], thickness / 2);
  const first = Math.max(0, Math.ceil((centre[2] - reach - origin[2]) / thickness));
  const last = Math.min(canvas.slices - 1, Math.floor((centre[2] + reach - origin[2]) / thickness));
  for (let slice = first; slice <= last; slice++) {
    const w = (sliceZ(canvas, slice) - centre[2]) / reach;
    const shrink = radii[2] < thickness / 2 ? 1 : Math.sqrt(Math.max(0, 1 - w * w));
    const shape: Superellipse = { centre: [centre[0], centre[1]], radii: [radii[0] * shrink, radii[1] * shrink] };
    paintSlice(canvas, slice, shape, brush);
  }
}

/** Paints a tube through points, its radius running from the first to the last of `radii` in mm. */
export function paintTube(
  canvas: Canvas,
  points: readonly Point[],
  [from, to]: readonly [from: number, to: number],
  brush: Brush,
): void {
  const lengths = points.slice(1).map((point, i) => distance(point, points[i]!));
  const total = lengths.reduce((sum, length) => sum + length, 0);
  let walked = 0;
  lengths.forEach((length, i) => {
    const steps = Math.max(1, Math.ceil(length / Math.max(0.5 * Math.min(from, to), 0.5 * canvas.pixel)));
    for (let step = 0; step <= steps; step++) {
      const share = step / steps;
      const radius = from + (to - from) * (walked + share * length) / total;
      paintEllipsoid(canvas, mix(points[i]!, points[i + 1]!, share), [radius, radius, radius], brush);
    }
    walked += length;
  });
}

/** The point at `share` of the way from a to b. */
export function mix(a: Point, b: Point, share: number): Point {
  return [a[0] + share * (b[0] - a[0]), a[1] + share * (b[1] - a[1]), a[2] + share * (b[2] - a[2])];
}

export function distance(a: Point, b: Point): number {
  return Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);
}
