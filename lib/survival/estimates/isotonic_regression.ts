import { firstIndex } from "../follow_up/predictions.ts";

/** A rising line through points that need not rise. */
export interface IsotonicRegression {
  /** Where the line was fitted, increasing. */
  readonly x: Float64Array;
  /** [x]: the fitted values, which never fall. */
  readonly y: Float64Array;
  /** The value at any place: linear between the places of `x`, constant before and after. */
  at(place: number): number;
}

/**
 * Isotonic regression: of all values that never fall with x, those nearest to y,
 *
 *     minimise sum of weight (y - fitted)^2, fitted(x1) <= fitted(x2) where x1 <= x2
 *
 * It is found by pooling neighbours that fall (the pool adjacent violators algorithm; Barlow et al. 1972). Points of one
 * x are one point with their weighted mean, and points of weight 0 are left out. Between the points the line is
 * straight. This is scikit-learn's `IsotonicRegression(out_of_bounds="clip")`.
 *
 * @example
 * ```ts
 * import { isotonicRegression } from "@ctsurv/ctsurv/survival";
 * import { assertEquals } from "@std/assert";
 *
 * const { y, at } = isotonicRegression([1, 2, 3, 4], [0, 1, 0, 1])!;
 * assertEquals([...y], [0, .5, .5, 1]);
 * assertEquals([at(0), at(1.5), at(9)], [0, .25, 1]);
 * ```
 *
 * @param x [points]
 * @param y [points]
 * @param weights [points], not below 0. @default {1 for each}
 * @returns Null if no point has a weight.
 */
export function isotonicRegression(
  x: ArrayLike<number>,
  y: ArrayLike<number>,
  weights?: ArrayLike<number>,
): IsotonicRegression | null {
  const order = Array.from(x, (_, i) => i).filter((i) => (weights?.[i] ?? 1) > 0).sort((a, b) => x[a]! - x[b]!);
  if (order.length === 0) return null;
  const points: Block[] = [];
  for (const i of order) {
    const point = { x: x[i]!, y: y[i]!, weight: weights?.[i] ?? 1, points: 1 };
    const before = points.at(-1);
    if (before?.x === point.x) points[points.length - 1] = { ...merge(before, point), points: 1 };
    else points.push(point);
  }
  const blocks: Block[] = [];
  for (const point of points) {
    let block = point;
    while (blocks.length > 0 && blocks.at(-1)!.y >= block.y) block = merge(blocks.pop()!, block);
    blocks.push(block);
  }
  const places = Float64Array.from(points, (point) => point.x);
  const fitted = Float64Array.from(blocks.flatMap(({ y, points }) => Array<number>(points).fill(y)));
  return { x: places, y: fitted, at: (place) => interpolate(places, fitted, place) };
}

/** Neighbouring points that have one value. */
interface Block {
  readonly x: number;
  readonly y: number;
  readonly weight: number;
  readonly points: number;
}

function merge(a: Block, b: Block): Block {
  const weight = a.weight + b.weight;
  return { x: a.x, y: (a.weight * a.y + b.weight * b.y) / weight, weight, points: a.points + b.points };
}

function interpolate(x: Float64Array, y: Float64Array, place: number): number {
  const next = firstIndex(x.length, (k) => x[k]! >= place);
  if (next === x.length) return y[next - 1]!;
  if (next === 0 || x[next] === place) return y[next]!;
  const share = (place - x[next - 1]!) / (x[next]! - x[next - 1]!);
  return y[next - 1]! + share * (y[next]! - y[next - 1]!);
}
