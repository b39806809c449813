import { join } from "node:path";
import { readChecked, sha256, writeChecked } from "@ctsurv/base/mod.ts";
import type { Backbone } from "@ctsurv/nn/mod.ts";
import type { SliceFeatureExtractor } from "./feature_extractor.ts";

/** Where numbers are kept, and everything they depend on. */
export interface NumbersEntry {
  readonly folder: string;
  /** Of the file's name, with its dot. */
  readonly extension: string;
  /** Anything JSON can hold. */
  readonly identity: object;
}

/** Numbers as their bytes. */
export interface CachedNumbers {
  readonly shape: readonly number[];
  readonly bytes: ArrayBufferView<ArrayBuffer>;
}

/** The file of an entry. */
export function numbersPath({ folder, extension, identity }: NumbersEntry): string {
  return join(folder, `${sha256(JSON.stringify(identity))}${extension}`);
}

/** Numbers of an earlier run; undefined if there are none, or they are damaged or something else's. */
export async function readNumbers(entry: NumbersEntry): Promise<CachedNumbers | undefined> {
  const known = await readChecked<{ identity: object; shape: readonly number[] }>(numbersPath(entry));
  if (!known || JSON.stringify(known.header.identity) !== JSON.stringify(entry.identity)) return undefined;
  return { shape: known.header.shape, bytes: known.payload };
}

/** Keeps numbers for {@linkcode readNumbers}. */
export async function writeNumbers(entry: NumbersEntry, { shape, bytes }: CachedNumbers): Promise<void> {
  await writeChecked(numbersPath(entry), { identity: entry.identity, shape }, bytes);
}

/** How features are kept on disk. */
export type FeaturePrecision = "float16" | "float32";

/** A patient's slices, and what identifies them. */
export interface KeyedSlices {
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
const FORMAT = "ctsurv features 1";

/**
 * Features of a patient's slices by a frozen backbone, [slices, features], computed once: the cache is keyed by the
 * slices, the weights and the precision. They went through that precision also the first time, so that they are the
 * same numbers whether computed or read.
 */
export async function cachedFeatures(
  extractor: Pick<SliceFeatureExtractor, "extract">,
  { architecture, source }: Backbone,
  { slices, key }: KeyedSlices,
  { folder, precision = "float32" }: FeatureCacheOptions,
): Promise<Float32Array> {
  const identity = { format: FORMAT, backbone: architecture.name, weights: source.sha256, slices: key, precision };
  const entry = { folder, extension: ".features", identity };
  const known = await readNumbers(entry);
  if (known) return decode(known.bytes, precision);
  const extracted = await extractor.extract(slices);
  const encoded = precision === "float16" ? Float16Array.from(extracted) : extracted;
  const shape = [extracted.length / architecture.features, architecture.features];
  await writeNumbers(entry, { shape, bytes: encoded as ArrayBufferView<ArrayBuffer> });
  return Float32Array.from(encoded);
}

function decode({ buffer }: ArrayBufferView<ArrayBuffer>, precision: FeaturePrecision): Float32Array {
  return precision === "float16" ? Float32Array.from(new Float16Array(buffer)) : new Float32Array(buffer);
}
