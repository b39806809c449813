import { sizeOf } from "@ctsurv/base/mod.ts";

/** Feature maps of some slices. */
export interface FeatureMaps {
  /** [slices, rows, columns, channels] */
  readonly data: Float32Array;
  /** Of `data`. */
  readonly shape: readonly [slices: number, rows: number, columns: number, channels: number];
}

/** One number for each place of each slice: what it adds to the risk. */
export interface SaliencyMaps {
  /** [slices, rows, columns], in log odds: above 0 where the place raises the risk. */
  readonly data: Float32Array;
  /** Of `data`: a cell of 7 x 7 is 32 x 32 pixels of a slice of 224 x 224. */
  readonly shape: readonly [slices: number, rows: number, columns: number];
}

/**
 * Grad-CAM (Selvaraju et al. 2017) of the risk by the last feature maps of the backbone, slice by slice, before its ReLU.
 *
 * The chain from a place p of channel k of slice i to the risk R is
 *
 *     A_ik(p)  map    ->  f_ik = mean over p of A_ik(p)   feature (the global average pooling of the backbone)
 *     f_i      slice  ->  s_i = W f_i + b                 embedding
 *     s        slices ->  a = softmax(score(s)), z = sum_i a_i s_i   attention and patient vector
 *     z        patient -> logits -> R                     DeepHit and log odds of death
 *
 * Grad-CAM averages the derivative over the P places of a map, takes it as the weight of the map, and sums the maps:
 *
 *     w_ik = mean over p of dR/dA_ik(p),   L_i(p) = sum_k w_ik A_ik(p),   Grad-CAM = ReLU(L)
 *
 * Behind a global average pooling dR/dA_ik(p) = dR/df_ik / P is the same at every place, so w_ik is exact and no gradient has
 * to go through the backbone. Summed over the places, L_i gives sum_k f_ik dR/df_ik: what slice i adds to the risk, to first
 * order. So the values are log odds, of one scale for all slices and patients.
 *
 * @example
 * ```ts
 * import { gradCam, positivePart } from "@ctsurv/ctsurv/analysis";
 * import { assertEquals } from "@std/assert";
 *
 * // One slice of 1 x 2 places with two channels; the second channel lowers the risk.
 * const maps = { data: Float32Array.of(1, 0, 2, 4), shape: [1, 1, 2, 2] } as const;
 * const signed = gradCam(maps, Float32Array.of(1, -2));
 * assertEquals([...signed.data], [1, -6]);
 * assertEquals([...positivePart(signed).data], [1, 0]);
 * ```
 *
 * @param weights [slices, channels], w above.
 * @returns The signed maps L.
 * @throws {TypeError} If the weights are not as many as slices and channels.
 */
export function gradCam({ data, shape }: FeatureMaps, weights: Float32Array): SaliencyMaps {
  const [slices, rows, columns, channels] = shape;
  if (weights.length !== slices * channels || data.length !== sizeOf(shape)) {
    throw new TypeError(`${weights.length} weights and ${data.length} values are not those of maps [${shape}]`);
  }
  const places = rows * columns;
  const signed = new Float32Array(slices * places);
  for (let i = 0; i < signed.length; i++) {
    const slice = Math.floor(i / places);
    let sum = 0;
    for (let k = 0; k < channels; k++) sum += weights[slice * channels + k]! * data[i * channels + k]!;
    signed[i] = sum;
  }
  return { data: signed, shape: [slices, rows, columns] };
}

/** Grad-CAM's ReLU: places that lower the risk become 0. */
export function positivePart({ data, shape }: SaliencyMaps): SaliencyMaps {
  return { data: data.map((value) => Math.max(0, value)), shape };
}
