import { averageVolume } from "@ctsurv/imaging/mod.ts";
import type { BackboneArchitecture } from "@ctsurv/nn/mod.ts";
import type { KeyedSlices } from "./cached_features.ts";

/** A number of slices, or all slices that preprocessing kept. */
export type SliceCount = number | "all";

/** The part of a patient's kept slices that a backbone sees. */
export interface View {
  /** `"slice"`: evenly spaced slices, unchanged, one by one. `"volume"`: one volume, averaged to so many slices. */
  readonly kind: BackboneArchitecture["input"];
  /** Slices that are chosen, or slices of the volume. */
  readonly slices: SliceCount;
  /** Rows and columns in pixels. */
  readonly size: number;
}

/** A patient's images, ready for an extractor. */
export interface ViewedSlices extends KeyedSlices {
  /** Rows of features that the view gives: one for each slice, or one for the volume. */
  readonly count: number;
  /** Indices of the seen slices among the kept ones, ascending. */
  readonly seen: readonly number[];
}

/** How much of a patient backbones see, see `Profile` of the study. */
export interface ViewSizes {
  /** Number of a patient's kept slices, for 2D backbones. */
  readonly slices: SliceCount;
  /** The volume for 3D backbones: `slices` of `size` x `size` pixels. */
  readonly volume: { readonly slices: SliceCount; readonly size: number };
}

/**
 * The view of a backbone. Every 2D backbone sees the same slices, at its own size.
 *
 * @example
 * ```ts
 * import { viewFor } from "@ctsurv/ctsurv/features";
 * import { assertEquals } from "@std/assert";
 *
 * const sizes = { slices: 5, volume: { slices: 16, size: 112 } };
 * assertEquals(viewFor({ input: "slice", size: 224 }, sizes), { kind: "slice", slices: 5, size: 224 });
 * assertEquals(viewFor({ input: "volume", size: 224 }, sizes), { kind: "volume", slices: 16, size: 112 });
 * ```
 */
export function viewFor(
  { input, size }: Pick<BackboneArchitecture, "input" | "size">,
  { slices, volume }: ViewSizes,
): View {
  return input === "volume" ? { kind: input, ...volume } : { kind: input, slices, size };
}

/**
 * A view of a patient. If there are more slices than asked for, it cuts them into as many equal parts and takes the
 * middle slice of each. If there are fewer, it takes all and makes no new ones. A volume always has as many slices as
 * asked for.
 *
 * @example
 * ```ts
 * import { takeView } from "@ctsurv/ctsurv/features";
 * import { assertEquals } from "@std/assert";
 *
 * const patient = { slices: new Float32Array(60 * 2 * 2), key: "LUNG1-001", size: 2 }; // 60 slices of 2 x 2 pixels
 * const { seen, count } = takeView(patient, { kind: "slice", slices: 6, size: 2 });
 * assertEquals(seen, [5, 15, 25, 35, 45, 55]);
 * assertEquals(count, 6);
 * ```
 *
 * @param patient Preprocessed slices [kept, size, size] with their size in pixels.
 */
export function takeView(
  { slices, key, size: full }: KeyedSlices & { readonly size: number },
  { kind, slices: asked, size }: View,
): ViewedSlices {
  const pixels = full ** 2;
  const kept = slices.length / pixels;
  const depth = asked === "all" ? kept : asked;
  const all = Array.from({ length: kept }, (_, slice) => slice);
  if (kind === "volume") {
    return {
      slices: averageVolume(slices, [kept, full, full], [depth, size, size]),
      key: `${key} as ${depth} x ${size} x ${size}`,
      count: 1,
      seen: all,
    };
  }
  if (depth >= kept) return { slices, key, count: kept, seen: all };
  const seen = Array.from({ length: depth }, (_, i) => Math.floor((i + 0.5) * kept / depth));
  const chosen = new Float32Array(depth * pixels);
  seen.forEach((slice, i) => chosen.set(slices.subarray(slice * pixels, (slice + 1) * pixels), i * pixels));
  return { slices: chosen, key: `${key} slices ${seen.join()}`, count: depth, seen };
}
