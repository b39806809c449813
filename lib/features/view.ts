import { averageVolume } from "@ctsurv/imaging/mod.ts";
import type { BackboneArchitecture } from "@ctsurv/nn/mod.ts";
import type { KeyedSlices } from "./cached_features.ts";

/** A number of slices, or all that preprocessing kept. */
export type SliceCount = number | "all";

/** What a backbone sees of a patient's kept slices. */
export interface View {
  /** Slices one by one, evenly spaced, as they are; or one volume, averaged to so many slices. */
  readonly kind: BackboneArchitecture["input"];
  readonly slices: SliceCount;
  /** Rows and columns. */
  readonly size: number;
}

/** A patient's images, ready for an extractor. */
export interface ViewedSlices extends KeyedSlices {
  /** Embeddings that come of it: one for each slice, or one for the volume. */
  readonly count: number;
  /** Of the kept slices, the ones that are seen. */
  readonly seen: readonly number[];
}

/** How much of a patient is shown to backbones, see `Profile` of the study. */
export interface ViewSizes {
  /** Of a patient's kept slices, for 2D backbones. */
  readonly slices: SliceCount;
  /** The volume for 3D backbones: `slices` of `size` x `size`. */
  readonly volume: { readonly slices: SliceCount; readonly size: number };
}

/** What a backbone sees: every 2D backbone the same slices, at its own size. */
export function viewFor(
  { input, size }: Pick<BackboneArchitecture, "input" | "size">,
  { slices, volume }: ViewSizes,
): View {
  return input === "volume" ? { kind: input, ...volume } : { kind: input, slices, size };
}

/**
 * A view of a patient. Of more slices than are asked for it takes the one in the middle of each of as many equal parts;
 * it makes no slices where there are fewer. A volume has exactly as many as asked for.
 *
 * @param patient Preprocessed slices [kept, size, size].
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
