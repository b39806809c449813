import type { Random } from "@ctsurv/common/mod.ts";
import { DRAWN_PIXEL, DRAWN_SIZE, type Pixel } from "./drawn_slice.ts";

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
