import { type CacheEntry, InputError, readEntry, writeEntry } from "@ctsurv/base/mod.ts";
import type { Backbone } from "@ctsurv/nn/mod.ts";
import type { Readout, SliceFeatureExtractor } from "./feature_extractor.ts";
import type { IntensityScaling } from "./intensities.ts";

/** Numbers as bytes, with their shape. */
export interface CachedNumbers {
  readonly shape: readonly number[];
  readonly bytes: ArrayBufferView<ArrayBuffer>;
}

/** Numbers of an earlier run; undefined if there are none, or they are damaged or belong to another entry. */
export async function readNumbers(entry: CacheEntry): Promise<CachedNumbers | undefined> {
  const known = await readEntry<{ readonly shape: readonly number[] }>(entry);
  return known && { shape: known.header.shape, bytes: known.payload };
}

/** Writes numbers for {@linkcode readNumbers}. */
export async function writeNumbers(entry: CacheEntry, { shape, bytes }: CachedNumbers): Promise<void> {
  await writeEntry(entry, { shape }, bytes);
}

/** The precision in which features are kept on disk. */
export type FeaturePrecision = "float16" | "float32";

/** A patient's slices, and a key that identifies them in caches. */
export interface KeyedSlices {
  /** [count, size, size], in [0, 1]. */
  readonly slices: Float32Array;
  /** Changes whenever the slices do: the key of `preprocessCached`. */
  readonly key: string;
}

/** Options of {@linkcode cachedFeatures}. */
export interface FeatureCacheOptions {
  /** Folder of the files. */
  readonly folder: string;
  /** @default {"float32"} */
  readonly precision?: FeaturePrecision;
  /** Where the extractor takes the features. @default {"features"} */
  readonly at?: Readout;
  /** How the extractor scales the slices. @default {as the backbone expects} */
  readonly intensities?: IntensityScaling;
}

/**
 * Changes whenever the same slices and weights would give other numbers, or the file another layout. That large volumes
 * now go through ResNet3D-18 in pieces did not change it: the numbers are those of the whole volume but for rounding.
 */
const FORMAT = "ctsurv features 1";

/**
 * Features of a patient's slices by a frozen backbone, [slices, features], computed once. The cache is keyed by the
 * slices, the weights, the precision, the place in the network and the scaling of intensities. Computed features are
 * rounded to that precision as well, so they are the same numbers as those read from the file.
 *
 * @throws {InputError} If a feature is not finite, or beyond float16 where that is the precision.
 */
export async function cachedFeatures(
  extractor: Pick<SliceFeatureExtractor, "extract">,
  { architecture, source }: Backbone,
  { slices, key }: KeyedSlices,
  { folder, precision = "float32", at = "features", intensities }: FeatureCacheOptions,
): Promise<Float32Array> {
  const identity = {
    format: FORMAT,
    backbone: architecture.name,
    weights: source.sha256,
    slices: key,
    precision,
    // What is as it always was is not named, so that files of earlier versions are found.
    ...at !== "features" && { at },
    ...intensities && { intensities },
  };
  const entry = { folder, extension: ".features", identity };
  const known = await readNumbers(entry);
  const features = known && decode(known.bytes, precision);
  // Earlier versions kept what was not finite as well; the extractor refuses it.
  if (features?.every(Number.isFinite)) return features;
  const extracted = await extractor.extract(slices);
  const encoded = precision === "float16" ? Float16Array.from(extracted) : extracted;
  if (!encoded.every(Number.isFinite)) {
    throw new InputError(`${architecture.title}: a feature is beyond float16, 65504. Keep features as float32`);
  }
  const width = at === "features" ? architecture.features : architecture.penultimateFeatures;
  const shape = [extracted.length / width, width];
  await writeNumbers(entry, { shape, bytes: encoded as ArrayBufferView<ArrayBuffer> });
  return Float32Array.from(encoded);
}

function decode({ buffer }: ArrayBufferView<ArrayBuffer>, precision: FeaturePrecision): Float32Array {
  return precision === "float16" ? Float32Array.from(new Float16Array(buffer)) : new Float32Array(buffer);
}
