import type { Tumour } from "@ctsurv/cohort/mod.ts";
import { DEFAULT_SETTINGS, resampleMask } from "@ctsurv/imaging/mod.ts";

/** Ranges of slices that hold tumour, first and last included, counted among the kept slices. */
export type TumourExtent = readonly (readonly [first: number, last: number])[];

/**
 * Where a patient's tumour is along the slices that preprocessing kept: for scoring attention.
 *
 * @param facts What preprocessing found: `areas` of all resampled slices, and which were `kept`.
 */
export function tumourSlices(
  { mask, shape, spacing }: Tumour,
  { areas, kept }: { readonly areas: ArrayLike<number>; readonly kept: readonly number[] },
): TumourExtent {
  const plane = shape[1] * shape[2];
  const holds = Uint8Array.from(
    { length: shape[0] },
    (_, slice) => mask.subarray(slice * plane, (slice + 1) * plane).includes(1) ? 1 : 0,
  );
  const resampled = resampleMask(
    holds,
    { shape: [shape[0], 1, 1], spacing: [spacing[0], 1, 1] },
    { shape: [areas.length, 1, 1], spacing: [DEFAULT_SETTINGS.spacing[0], 1, 1] },
  );
  const ranges: [number, number][] = [];
  kept.forEach((slice, i) => {
    if (!resampled[slice]) return;
    const open = ranges.at(-1);
    if (open && open[1] === i - 1) open[1] = i;
    else ranges.push([i, i]);
  });
  return ranges;
}
