import type { Random } from "@ctsurv/base/mod.ts";
import { type HostTensor, hostTensor } from "@ctsurv/engine/mod.ts";
import { dropoutSpec } from "@ctsurv/nn/mod.ts";
import type { BatchSizes, GradientBatch } from "./training_step.ts";

/**
 * A mask for inverted dropout (Srivastava et al. 2014). Each unit is left out (0) with the given probability, or else
 * scaled by `1 / (1 - probability)`. The expected sum of a layer's inputs is then the same as without dropout.
 *
 * @param shape [patients, width]
 */
export function dropoutMask(random: Random, shape: readonly [number, number], probability: number): HostTensor {
  const mask = new Float32Array(shape[0] * shape[1]);
  drawMask(mask, random, probability);
  return hostTensor(mask, shape);
}

/** Draws a new {@linkcode dropoutMask} in the place of an old one. */
export function drawMask(mask: HostTensor["data"], random: Random, probability: number): void {
  const keep = 1 - probability;
  const scale = 1 / keep;
  // A plain loop: Float32Array.from() with a function takes several times as long.
  for (let i = 0; i < mask.length; i++) mask[i] = random.uniform() < keep ? scale : 0;
}

/**
 * The rows to which the slices of a training batch are filled up, by an eighth at most. Few slices are filled up to a
 * multiple of 4: a step is short enough for empty rows to count, and a workshop's batches have few sizes. Many are filled
 * up to a multiple of 32, so that a few dozen sessions serve every batch.
 */
export function trainingRows(slices: number): number {
  const step = [4, 8, 16].find((step) => slices <= 8 * step) ?? 32;
  return Math.ceil(slices / step) * step;
}

/** The arrays of a batch of one size. Every batch of the size is written into them anew. */
export function batchMemory(
  { patients, slices, backboneFeatures, layers, width, timed = false, clinical = 0 }: BatchSizes,
  features: Float32Array,
): GradientBatch<HostTensor> {
  const zeros = (...shape: number[]) => hostTensor(new Float32Array(shape.reduce((size, dim) => size * dim)), shape);
  return {
    features: hostTensor(features.subarray(0, slices * backboneFeatures), [slices, backboneFeatures]),
    membership: zeros(patients, slices),
    bin: zeros(patients),
    event: zeros(patients),
    weight: zeros(patients),
    ...timed && { months: zeros(patients) },
    dropout: dropoutSpec(patients, { layers, width }).map(({ shape }) => zeros(...shape)),
    ...clinical > 0 && { clinical: zeros(patients, clinical) },
  };
}
