import { basename } from "node:path";
import { entryPath, InputError } from "@ctsurv/base/mod.ts";
import type { BackboneArchitecture } from "@ctsurv/nn/mod.ts";
import { type KeyedSlices, readNumbers, writeNumbers } from "./cached_features.ts";
import type { ActivationExtractor, Activations } from "./activation_extractor.ts";

/**
 * Activations at a cut as float16, the precision in which fine-tuning reads them.
 *
 * @example
 * ```ts
 * import { halfActivations } from "@ctsurv/ctsurv/features";
 * import { assertEquals, assertThrows } from "@std/assert";
 *
 * const network = { title: "ResNet50" };
 * assertEquals([...halfActivations(Float32Array.of(1, 2049), network)], [1, 2048]); // 11 bits
 * assertThrows(() => halfActivations(Float32Array.of(70_000), network));
 * ```
 *
 * @throws {InputError} If one is beyond float16, 65504.
 */
export function halfActivations(
  data: Float32Array,
  { title }: Pick<BackboneArchitecture, "title">,
): Float16Array<ArrayBuffer> {
  const half = Float16Array.from(data);
  if (half.every(Number.isFinite)) return half;
  throw new InputError(
    `${title}: an activation is beyond float16, in which the final block takes them. Train only the final layer`,
  );
}

/** Activations of a patient on disk, at the cut before a backbone's final block. */
export interface StoredActivations extends Omit<Activations, "data"> {
  /** Changes whenever the activations do. */
  readonly key: string;
  /**
   * Reads the activations, [count, ...shape].
   *
   * @throws {InputError} If the file has disappeared or is damaged.
   */
  load(): Promise<Float16Array<ArrayBuffer>>;
}

/** Changes whenever the same slices and weights would give other numbers, or the file another layout. */
const FORMAT = "ctsurv activations 1";

/**
 * The input of a backbone's final block for a patient's slices, computed once and kept as float16. That is half the
 * size of float32, and its rounding of 2^-11 is far below the differences between slices. The file is keyed by the
 * slices, the weights and the cut.
 *
 * @throws {InputError} If an activation is beyond float16, 65504.
 */
export async function cachedActivations(
  extractor: ActivationExtractor,
  { slices, key: slicesKey }: KeyedSlices,
  folder: string,
): Promise<StoredActivations> {
  const { architecture, source } = extractor.backbone;
  const identity = {
    format: FORMAT,
    backbone: architecture.name,
    weights: source.sha256,
    cut: architecture.finalBlock,
    slices: slicesKey,
  };
  const entry = { folder, extension: ".activations", identity };
  const load = async () => {
    const found = await readNumbers(entry);
    if (!found) throw new InputError(`${entryPath(entry)} is missing or damaged. Run again to recompute it`);
    return new Float16Array(found.bytes.buffer);
  };
  const key = basename(entryPath(entry), entry.extension);
  const known = await readNumbers(entry);
  if (known) return { ...described(known.shape), key, load };
  const { count, shape, data } = await extractor.extract(slices);
  const bytes = halfActivations(data, architecture);
  await writeNumbers(entry, { shape: [count, ...shape], bytes });
  return { count, shape, key, load };
}

function described([count, ...shape]: readonly number[]): Omit<Activations, "data"> {
  return { count: count!, shape };
}
