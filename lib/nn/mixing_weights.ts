import type { Random } from "@ctsurv/common/mod.ts";
import { orthogonal } from "./orthogonal.ts";

/** Up to so many rows or columns matrices are orthogonal; larger ones of independent numbers are nearly so. */
const largestOrthogonal = 256;

/** Share of the tap in the middle of a kernel; the rest is an even blur. */
const centre = 0.5;

/** A random matrix [out, in] that keeps the scale of what it mixes, row by row. */
export function mixingMatrix(random: Random, out: number, inChannels: number): Float32Array {
  if (Math.min(out, inChannels) <= largestOrthogonal) return orthogonal(random, out, inChannels);
  const spread = Math.sqrt(3 / inChannels);
  return Float32Array.from({ length: out * inChannels }, () => random.between(-spread, spread));
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
  return Float32Array.from({ length: out * inChannels * taps }, (_, i) => {
    const share = (i % taps === middle ? centre : 0) + (1 - centre) / taps;
    return share * matrix[Math.floor(i / taps)]! + noise * random.between(-1, 1);
  });
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
