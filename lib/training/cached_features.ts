import type { Backbone } from "@ctsurv/nn/mod.ts";
import { readNumbers, writeNumbers } from "./cached_numbers.ts";
import type { SliceEmbedder } from "./slice_embedder.ts";

/** How features are kept on disk. */
export type FeaturePrecision = "float16" | "float32";

/** A patient's slices, and what identifies them. */
export interface SlicesToEmbed {
  /** [count, size, size] in [0, 1] */
  readonly slices: Float32Array;
  /** Changes whenever the slices do: the key of `preprocessCached`. */
  readonly key: string;
}

/** Options of {@linkcode cachedFeatures}. */
export interface FeatureCacheOptions {
  readonly folder: string;
  /** @default {"float32"} */
  readonly precision?: FeaturePrecision;
}

/** Raised whenever the same slices and weights would give other numbers, or the file another layout. */
const format = "ctsurv features 1";

/**
 * Features of a patient's slices by a frozen backbone, [slices, features], computed once: the cache is keyed by the
 * slices, the weights and the precision. They went through that precision also the first time, so that they are the
 * same numbers whether computed or read.
 */
export async function cachedFeatures(
  embedder: Pick<SliceEmbedder, "embed">,
  { architecture, source }: Backbone,
  { slices, key }: SlicesToEmbed,
  { folder, precision = "float32" }: FeatureCacheOptions,
): Promise<Float32Array> {
  const identity = { format, backbone: architecture.name, weights: source.sha256, slices: key, precision };
  const entry = { folder, extension: ".features", identity };
  const known = await readNumbers(entry);
  if (known) return decode(known.bytes, precision);
  const embedded = await embedder.embed(slices);
  const encoded = precision === "float16" ? Float16Array.from(embedded) : embedded;
  const shape = [embedded.length / architecture.features, architecture.features];
  await writeNumbers(entry, { shape, bytes: encoded as ArrayBufferView<ArrayBuffer> });
  return Float32Array.from(encoded);
}

function decode({ buffer }: ArrayBufferView<ArrayBuffer>, precision: FeaturePrecision): Float32Array {
  return precision === "float16" ? Float32Array.from(new Float16Array(buffer)) : new Float32Array(buffer);
}
