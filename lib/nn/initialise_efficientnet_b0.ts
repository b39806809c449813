import type { Random } from "@ctsurv/common/mod.ts";
import { orthogonal } from "./orthogonal.ts";
import type { Initialise } from "./seeded_parameters.ts";

/** Weight of the tap in the middle of a depthwise kernel; the rest is an even blur. */
const centre = 0.5;
/** What a residual block adds to its input, as a share of the input's scale. */
const residual = 0.3;

/**
 * Weights for an EfficientNet-B0 that will not be trained, chosen so that its pooled features still tell what is in an
 * image. Independent random weights do not: sixteen blocks deep, the features of two slices differ by little but chance.
 *
 * - Depthwise kernels are half identity and half blur, with a little noise: strides then average and do not skip (as in
 *   delta-orthogonal initialisation, Xiao et al. 2018, with Zhang's anti-aliasing, 2019).
 * - Pointwise convolutions are orthogonal: they mix channels and lose nothing.
 * - Norms have random offsets, so that each SiLU bends at another intensity; residual blocks add a third.
 * - The stem looks at brightness first and at edges a little.
 *
 * On 64 phantoms a ridge regression on the pooled features of a slice finds the tumour's area with a correlation of
 * about 0.7; with He's initialisation, 0.2.
 */
export const initialiseEfficientNetB0: Initialise = (random, shape, path) => {
  const [out, inChannels = 0, rows = 1, columns = 1] = shape as [number, number?, number?, number?];
  if (shape.length === 1) return initialiseVector(random, out, path);
  const taps = rows * columns;
  const draw = (next: (i: number) => number) =>
    Float32Array.from({ length: out * inChannels * taps }, (_, i) => next(i));
  if (/\.fc[12]\.weight$/.test(path)) return draw(() => 0.5 * random.normal() / Math.sqrt(inChannels));
  if (path.startsWith("classifier")) return draw(() => random.between(-1, 1) / Math.sqrt(out));
  if (inChannels === 3) {
    const brightness = Array.from({ length: out }, () => random.normal());
    return draw((i) =>
      (brightness[Math.floor(i / (3 * taps))]! + 0.1 * Math.sqrt(3 * taps) * random.normal()) / (3 * taps)
    );
  }
  if (taps > 1) {
    const middle = (taps - 1) / 2;
    return draw((i) => (i % taps === middle ? centre : 0) + (1 - centre) / taps + 0.05 * random.normal() / rows);
  }
  return orthogonal(random, out, inChannels);
};

function initialiseVector(random: Random, length: number, path: string): Float32Array {
  const isNorm = !/\.fc[12]\./.test(path) && !path.startsWith("classifier");
  if (!isNorm || path.endsWith("running_mean")) return new Float32Array(length);
  if (path.endsWith("bias")) return Float32Array.from({ length }, () => 0.5 * random.normal());
  // features.<stage>.<block>.block.3.1: the last norm of a block; every block but a stage's first is residual.
  const isResidual = /^features\.\d\.[1-9]\.block\.3\.1\.weight$/.test(path);
  return new Float32Array(length).fill(isResidual ? residual : 1);
}
