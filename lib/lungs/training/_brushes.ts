import type { Random } from "@ctsurv/base/mod.ts";
import { DRAWN_PIXEL, DRAWN_SIZE, type DrawnSlice, emptySlice, type Pixel } from "./_drawn_slice.ts";

/**
 * Smooth noise of mean 0 over a drawn slice: normal deviates on a lattice, joined smoothly. Its standard deviation is 1
 * on the lattice and about 0.6 overall.
 *
 * @param cell Distance of the lattice points, mm.
 * @returns [256, 256]
 */
export function clouds(random: Random, cell: number): Float32Array {
  const step = DRAWN_PIXEL / cell;
  const points = Math.ceil(DRAWN_SIZE * step) + 2;
  const lattice = Float32Array.from({ length: points * points }, () => random.normal());
  const result = new Float32Array(DRAWN_SIZE * DRAWN_SIZE);
  const [low, share] = [new Int32Array(DRAWN_SIZE), new Float32Array(DRAWN_SIZE)];
  for (let k = 0; k < DRAWN_SIZE; k++) {
    const t = k * step - Math.floor(k * step);
    low[k] = Math.floor(k * step);
    share[k] = t * t * (3 - 2 * t);
  }
  for (let row = 0, i = 0; row < DRAWN_SIZE; row++) {
    const [above, v] = [low[row]! * points, share[row]!];
    for (let column = 0; column < DRAWN_SIZE; column++, i++) {
      const [a, u] = [above + low[column]!, share[column]!];
      const upper = lattice[a]! + u * (lattice[a + 1]! - lattice[a]!);
      const lower = lattice[a + points]! + u * (lattice[a + points + 1]! - lattice[a + points]!);
      result[i] = upper + v * (lower - upper);
    }
  }
  return result;
}

/** A region with a wavy outline. */
export interface Blob {
  /** In pixels; may lie outside of the slice. */
  readonly centre: Pixel;
  /** Half axes before waves and rotation, mm. */
  readonly radii: readonly [across: number, along: number];
  /** How far the outline departs from an ellipse, as a share of the radius. Default 0. */
  readonly waves?: number;
  /** Radians. Default: drawn at random if there are waves, else 0. */
  readonly rotation?: number;
  /** Width of the edge, mm. Default 1.5, a pixel. */
  readonly edge?: number;
}

/** Called for every pixel that a region touches, with the share of the pixel inside. */
export type BlobBrush = (i: number, share: number) => void;

const ANGLES = 128;

/** Paints a blob. */
export function paintBlob(random: Random, blob: Blob, brush: BlobBrush): void {
  const { centre, waves = 0, edge = DRAWN_PIXEL } = blob;
  const [a, b] = blob.radii.map((mm) => mm / DRAWN_PIXEL) as [number, number];
  if (!(a > 0 && b > 0)) return;
  const rotation = blob.rotation ?? (waves > 0 ? random.between(0, Math.PI) : 0);
  const outline = waves > 0 ? wavyOutline(random, waves) : undefined;
  const [cos, sin] = [Math.cos(rotation), Math.sin(rotation)];
  const reach = Math.ceil(Math.max(a, b) * (1 + 2.5 * waves) + edge / DRAWN_PIXEL);
  // The edge's width as a share of the radius, along the shorter axis.
  const softness = edge / DRAWN_PIXEL / Math.min(a, b);
  const [first, last] = [Math.max(0, Math.ceil(centre.row - reach)), Math.min(DRAWN_SIZE - 1, centre.row + reach)];
  for (let row = first; row <= last; row++) {
    const dy = row - centre.row;
    const from = Math.max(0, Math.ceil(centre.column - reach));
    const to = Math.min(DRAWN_SIZE - 1, centre.column + reach);
    for (let column = from; column <= to; column++) {
      const dx = column - centre.column;
      const [u, v] = [(cos * dx + sin * dy) / a, (cos * dy - sin * dx) / b];
      const limit = outline ? outline[Math.floor((Math.atan2(v, u) / Math.PI + 1) * ANGLES / 2) % ANGLES]! : 1;
      const share = 0.5 + (limit - Math.sqrt(u * u + v * v)) / softness;
      if (share > 0) brush(row * DRAWN_SIZE + column, Math.min(1, share));
    }
  }
}

/** Relative radius by angle: waves of two to six turns. */
function wavyOutline(random: Random, waves: number): Float32Array {
  const terms = [2, 3, 4, 5, 6].map((turns) => ({
    turns,
    weight: waves * random.normal() / Math.sqrt(turns),
    phase: random.between(0, 2 * Math.PI),
  }));
  return Float32Array.from({ length: ANGLES }, (_, k) => {
    const angle = 2 * Math.PI * k / ANGLES;
    const sum = terms.reduce((total, { turns, weight, phase }) => total + weight * Math.cos(turns * angle + phase), 1);
    return Math.min(1 + 2.5 * waves, Math.max(0.15, sum));
  });
}

/** A slice of a scan, on its own grid. */
export interface SourceSlice {
  readonly hu: Float32Array;
  readonly lung: Float32Array;
  /** Rows and columns. */
  readonly matrix: number;
  /** mm, edge of a pixel. */
  readonly pixel: number;
}

/** How patients and their positions differ; lengths in mm, angles in radians. */
export interface Warp {
  /** Size relative to the source, along columns and rows. */
  readonly zoom: readonly [x: number, y: number];
  readonly rotation: number;
  readonly shift: readonly [x: number, y: number];
  readonly flip: readonly [leftRight: boolean, frontBack: boolean];
  /** Displacements, [256, 256] each; undefined for none. */
  readonly elastic?: readonly [x: Float32Array, y: Float32Array];
}

/** Draws a warp: sizes of 60 to 150 %, rotations to 20 degrees, some patients prone, bent like rubber. */
export function drawWarp(random: Random): Warp {
  const size = clamp(Math.exp(0.17 * random.normal()), 0.6, 1.5);
  const aspect = clamp(Math.exp(0.08 * random.normal()), 0.8, 1.25);
  const [wide, fine] = [random.between(0, 13), random.between(0, 3.5)];
  const bend = () => {
    const field = clouds(random, random.between(50, 120));
    const quick = clouds(random, random.between(18, 40));
    for (let i = 0; i < field.length; i++) field[i] = wide * field[i]! + fine * quick[i]!;
    return field;
  };
  return {
    zoom: [clamp(size * aspect, 0.6, 1.5), clamp(size / aspect, 0.6, 1.5)],
    rotation: clamp(7 * random.normal(), -20, 20) * Math.PI / 180,
    shift: [clamp(14 * random.normal(), -50, 50), clamp(14 * random.normal(), -50, 50)],
    flip: [random.uniform() < 0.5, random.uniform() < 0.15],
    ...(random.uniform() < 0.9 ? { elastic: [bend(), bend()] as const } : {}),
  };
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value));
}

/** Draws a slice as the warp has it, image and truth from the same places; air outside of the source. */
export function warpSlice(source: SourceSlice, { zoom, rotation, shift, flip, elastic }: Warp): DrawnSlice {
  const { matrix, pixel } = source;
  const slice = emptySlice();
  const [bendX, bendY] = elastic ?? [new Float32Array(slice.hu.length), new Float32Array(slice.hu.length)];
  const [cos, sin] = [Math.cos(rotation), Math.sin(rotation)];
  const [scaleX, scaleY] = [(flip[0] ? -1 : 1) / (zoom[0] * pixel), (flip[1] ? -1 : 1) / (zoom[1] * pixel)];
  const middle = (DRAWN_SIZE - 1) / 2;
  const end = matrix - 1;
  for (let row = 0, i = 0; row < DRAWN_SIZE; row++) {
    for (let column = 0; column < DRAWN_SIZE; column++, i++) {
      const dx = (column - middle) * DRAWN_PIXEL - shift[0] + bendX[i]!;
      const dy = (row - middle) * DRAWN_PIXEL - shift[1] + bendY[i]!;
      const x = (cos * dx + sin * dy) * scaleX + end / 2;
      const y = (cos * dy - sin * dx) * scaleY + end / 2;
      if (!(x >= 0 && y >= 0 && x < end && y < end)) continue;
      const left = Math.floor(x);
      const top = Math.floor(y);
      const a = top * matrix + left;
      slice.hu[i] = bilinear(source.hu, a, a + matrix, x - left, y - top);
      slice.lung[i] = bilinear(source.lung, a, a + matrix, x - left, y - top);
    }
  }
  return slice;
}

function bilinear(values: Float32Array, above: number, below: number, u: number, v: number): number {
  const upper = values[above]! + u * (values[above + 1]! - values[above]!);
  const lower = values[below]! + u * (values[below + 1]! - values[below]!);
  return upper + v * (lower - upper);
}
