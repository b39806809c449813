import { join } from "node:path";
import { readChecked, sha256, writeChecked } from "@ctsurv/common/mod.ts";
import type { Backbone } from "@ctsurv/nn/mod.ts";
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
  embedder: SliceEmbedder,
  { architecture, source }: Backbone,
  { slices, key }: SlicesToEmbed,
  { folder, precision = "float32" }: FeatureCacheOptions,
): Promise<Float32Array> {
  const identity = { format, backbone: architecture.name, weights: source.sha256, slices: key, precision };
  const described = JSON.stringify(identity);
  const path = join(folder, `${sha256(described)}.features`);
  const known = await readChecked<{ identity: typeof identity }>(path);
  if (known && JSON.stringify(known.header.identity) === described) return decode(known.payload, precision);
  const embedded = await embedder.embed(slices);
  const encoded = precision === "float16" ? Float16Array.from(embedded) : embedded;
  await writeChecked(
    path,
    { identity, shape: [embedded.length / architecture.features, architecture.features] },
    encoded,
  );
  return Float32Array.from(encoded);
}

function decode(payload: Uint8Array<ArrayBuffer>, precision: FeaturePrecision): Float32Array {
  return precision === "float16"
    ? Float32Array.from(new Float16Array(payload.buffer))
    : new Float32Array(payload.buffer);
}
