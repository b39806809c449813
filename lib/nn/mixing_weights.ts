import type { Random } from "@ctsurv/common/mod.ts";
import { orthogonal } from "./orthogonal.ts";

/** Up to so many rows or columns matrices are orthogonal; larger ones of independent numbers are nearly so. */
const largestOrthogonal = 256;

/** Share of the tap in the middle of a kernel; the rest is an even blur. */
const centre = 0.5;

/** A random matrix [out, in] that keeps the scale of what it mixes, row by row. */
export function mixingMatrix(random: Random, out: number, inChannels: number): Float32Array {
  if (Math.min(out, inChannels) <= largestOrthogonal) return orthogonal(random, out, inChannels);
  return uniformMatrix(random, out, inChannels, Math.sqrt(3 / inChannels));
}

/** Independent numbers within `spread`, [out, in]. */
export function uniformMatrix(random: Random, out: number, inChannels: number, spread: number): Float32Array {
  const matrix = new Float32Array(out * inChannels);
  // A plain loop: VGG16's classifier has 120 million.
  for (let i = 0; i < matrix.length; i++) matrix[i] = random.between(-spread, spread);
  return matrix;
}

/**
 * A convolution [out, in, ...taps] that mixes channels by {@linkcode mixingMatrix}, at every position half of itself and
 * half of the mean of its neighbourhood: strides then average and do not skip.
 */
export function mixingConv(random: Random, shape: readonly number[]): Float32Array {
  const [out, inChannels, ...kernel] = shape as [number, number, ...number[]];
  const taps = kernel.reduce((product, size) => product * size, 1);
  const matrix = mixingMatrix(random, out, inChannels);
  if (taps === 1) return matrix;
  const middle = (taps - 1) / 2;
  const noise = 0.05 / Math.sqrt(taps * inChannels);
  const weights = uniformMatrix(random, out, inChannels * taps, noise);
  for (let i = 0; i < weights.length; i++) {
    const share = (i % taps === middle ? centre : 0) + (1 - centre) / taps;
    weights[i]! += share * matrix[Math.floor(i / taps)]!;
  }
  return weights;
}

/** A first convolution [out, 3, ...taps], which looks at brightness first and at edges a little. */
export function stemConv(random: Random, shape: readonly number[]): Float32Array {
  const [out, ...rest] = shape as [number, ...number[]];
  const taps = rest.reduce((product, size) => product * size, 1);
  const brightness = Float64Array.from({ length: out }, () => random.normal());
  return Float32Array.from(
    { length: out * taps },
    (_, i) => (brightness[Math.floor(i / taps)]! + 0.1 * Math.sqrt(taps) * random.normal()) / taps,
  );
}
