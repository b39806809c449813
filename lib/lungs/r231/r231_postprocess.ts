import { type Components, eraseComponents, fillEnclosed, findComponents, type Shape } from "@ctsurv/imaging/mod.ts";

/** Regions of fewer voxels are not merged. */
const LEAST_VOXELS = 3;

/**
 * Gives small regions to the neighbour with which they share most voxels, by the rules of the first half of lungmask
 * 0.2.22's `utils.postprocessing`. Voxels that share a face, an edge or a corner belong together. From the smallest on,
 * every region smaller than the largest of its class (as grown so far) takes over a neighbouring region's class. A
 * region that is not merged keeps its class only if, in order of size, it was larger than all of its class before it;
 * otherwise it becomes background.
 *
 * @param classes Class of every voxel, 0 the background; [slices, rows, columns].
 */
function r231MergeRegions(classes: Uint8Array, shape: Shape): Uint8Array {
  const components = findComponents(classes, shape, "corners");
  const { sizes, starts, ends, labels } = components;
  const runs = runsByRegion(components);
  const classOf = Uint8Array.from(runs, ([first]) => classes[starts[first!]!]!);
  // Array.prototype.sort is stable, as Python's: of equal sizes the one that begins first comes first.
  const bySize = [...sizes.keys()].sort((a, b) => sizes[a]! - sizes[b]!);
  const largest = new Float64Array(256);
  const becomes = new Uint8Array(sizes.length);
  for (const region of bySize) {
    const own = classOf[region]!;
    if (sizes[region]! <= largest[own]!) continue;
    largest[own] = sizes[region]!;
    becomes[region] = own;
  }

  const grown = sizes.slice();
  const regions = new RegionMap(components, classes.length);
  for (const region of bySize) {
    if (grown[region]! >= largest[classOf[region]!]! || grown[region]! < LEAST_VOXELS) continue;
    const target = largestContact(region, runs[region]!, components, regions, shape);
    if (target === undefined) continue;
    regions.merge(region, target);
    runs[target]!.push(...runs[region]!);
    const own = classOf[target]!;
    if (grown[target] === largest[own]) largest[own]! += grown[region]!;
    grown[target]! += grown[region]!;
  }

  const merged = new Uint8Array(classes.length);
  starts.forEach((start, run) => merged.fill(becomes[regions.current(labels[run]!)]!, start, ends[run]));
  return merged;
}

function runsByRegion({ sizes, labels }: Components): number[][] {
  const runs: number[][] = Array.from(sizes, () => []);
  labels.forEach((label, run) => runs[label]!.push(run));
  return runs;
}

/** Which region every voxel belongs to, while regions are merged. */
class RegionMap {
  /** First region of every voxel, counted from 1; 0 in the background. */
  readonly #first: Int32Array;
  readonly #parents: Int32Array;

  constructor({ sizes, starts, ends, labels }: Components, voxels: number) {
    this.#first = new Int32Array(voxels);
    starts.forEach((start, run) => this.#first.fill(labels[run]! + 1, start, ends[run]));
    this.#parents = Int32Array.from(sizes, (_, region) => region);
  }

  current(region: number): number {
    const parents = this.#parents;
    while (parents[region] !== region) region = parents[region] = parents[parents[region]!]!;
    return region;
  }

  /** -1 in the background. */
  at(voxel: number): number {
    const first = this.#first[voxel]!;
    return first === 0 ? -1 : this.current(first - 1);
  }

  merge(region: number, target: number): void {
    this.#parents[region] = target;
  }
}

/** The region with most voxels face to face with this one; of equals, the one that begins first. */
function largestContact(
  region: number,
  runs: readonly number[],
  { starts, ends }: Components,
  regions: RegionMap,
  [slices, rows, columns]: Shape,
): number | undefined {
  const seen = new Set<number>();
  const contacts = new Map<number, number>();
  const visit = (from: number, to: number) => {
    for (let voxel = from; voxel < to; voxel++) {
      const other = regions.at(voxel);
      if (other < 0 || other === region || seen.has(voxel)) continue;
      seen.add(voxel);
      contacts.set(other, (contacts.get(other) ?? 0) + 1);
    }
  };
  for (const run of runs) {
    const [start, end] = [starts[run]!, ends[run]!];
    const line = Math.floor(start / columns);
    const [slice, row] = [Math.floor(line / rows), line % rows];
    if (start % columns > 0) visit(start - 1, start);
    if (end % columns > 0) visit(end, end + 1);
    if (row > 0) visit(start - columns, end - columns);
    if (row < rows - 1) visit(start + columns, end + columns);
    if (slice > 0) visit(start - rows * columns, end - rows * columns);
    if (slice < slices - 1) visit(start + rows * columns, end + rows * columns);
  }
  let best: number | undefined;
  for (const [other, count] of contacts) {
    const most = best === undefined ? 0 : contacts.get(best)!;
    if (count > most || (count === most && other < best!)) best = other;
  }
  return best;
}

/** In a single slice, holes are filled only if they have fewer pixels than this. */
const HOLE_PIXELS = 64;

/**
 * Cleans up the classes of a volume as lungmask 0.2.22 does (`utils.postprocessing`). Small regions go to their
 * neighbours. Of each class the largest region is kept (of equals, the last) and its holes are filled; in a single
 * slice only those of fewer than 64. A later class overwrites an earlier one.
 *
 * Two things are left to chance in lungmask, and are not repeated. NumPy's sort does not say which of more than 16
 * regions of equal size comes last. And fill_voids 2.1.2 fills some background that does reach the border, but only at
 * an edge where two faces of the volume meet: it takes the end of one line of voxels and the start of the next for
 * neighbours.
 *
 * @param classes Class of every voxel, 0 the background; [slices, rows, columns].
 * @returns Classes of the same shape.
 *
 * @example
 * ```ts
 * import { r231Postprocess } from "@ctsurv/ctsurv/lungs";
 * import { assertEquals } from "@std/assert";
 *
 * const classes = Uint8Array.of(
 *   ...[0, 0, 0, 0, 0, 0, 0],
 *   ...[0, 1, 1, 1, 0, 2, 0],
 *   ...[0, 1, 0, 1, 0, 2, 0], // a hole in lung 1
 *   ...[0, 1, 1, 1, 0, 0, 0],
 *   ...[0, 0, 0, 0, 0, 0, 1], // a stray pixel of lung 1
 * );
 * const clean = r231Postprocess(classes, [1, 5, 7]);
 * assertEquals([...clean.subarray(14, 21)], [0, 1, 1, 1, 0, 2, 0]);
 * assertEquals([...clean.subarray(28, 35)], [0, 0, 0, 0, 0, 0, 0]);
 * ```
 */
export function r231Postprocess(classes: Uint8Array, shape: Shape): Uint8Array {
  const merged = r231MergeRegions(classes, shape);
  const last = merged.reduce((most, value) => Math.max(most, value), 0);
  const result = new Uint8Array(classes.length);
  for (let label = 1; label <= last; label++) {
    const mask = merged.map((value) => value === label ? 1 : 0);
    keepLargest(mask, shape);
    fillEnclosed(mask, shape, shape[0] === 1 ? { below: HOLE_PIXELS } : {});
    mask.forEach((isInside, i) => {
      if (isInside) result[i] = label;
    });
  }
  return result;
}

function keepLargest(mask: Uint8Array, shape: Shape): void {
  const regions = findComponents(mask, shape, "corners");
  const largest = regions.sizes.reduce((best, size, label) => size >= regions.sizes[best]! ? label : best, 0);
  eraseComponents(mask, regions, (label) => label !== largest);
}
