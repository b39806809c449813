import type { Random } from "@ctsurv/common/mod.ts";
import { clouds } from "./clouds.ts";
import { DRAWN_PIXEL, DRAWN_SIZE, type DrawnSlice, emptySlice } from "./drawn_slice.ts";

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
