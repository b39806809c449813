import type { Random } from "@ctsurv/base/mod.ts";
import type { Initialise } from "./seeded_parameters.ts";

/** A random matrix [rows, columns], row by row. The vectors of its shorter side are orthonormal (modified Gram-Schmidt). */
export function orthogonal(random: Random, rows: number, columns: number): Float32Array {
  const [count, length] = rows < columns ? [rows, columns] : [columns, rows];
  const vectors: Float64Array[] = [];
  for (let n = 0; n < count; n++) {
    const vector = Float64Array.from({ length }, () => random.normal());
    for (const earlier of vectors) {
      let product = 0;
      for (let i = 0; i < length; i++) product += earlier[i]! * vector[i]!;
      for (let i = 0; i < length; i++) vector[i]! -= product * earlier[i]!;
    }
    const norm = Math.hypot(...vector);
    vectors.push(vector.map((x) => x / norm));
  }
  return rows < columns
    ? Float32Array.from({ length: rows * columns }, (_, i) => vectors[Math.floor(i / columns)]![i % columns]!)
    : Float32Array.from({ length: rows * columns }, (_, i) => vectors[i % columns]![Math.floor(i / columns)]!);
}

/** Weight of the tap in the middle of a depthwise kernel; the rest is an even blur. */
const CENTRE = 0.5;
/** The scale of what a residual block adds, as a share of the scale of its input. */
const RESIDUAL = 0.3;

/**
 * Weights for an EfficientNet-B0 that will not be trained, chosen so that its features still depend on the content of an
 * image. With independent random weights they do not: after sixteen blocks the features of two slices differ almost only
 * by chance.
 *
 * - Depthwise kernels are half identity and half blur, with a little noise. Strides then average instead of skipping, as
 *   in delta-orthogonal initialisation (Xiao et al. 2018) with anti-aliasing (Zhang 2019).
 * - Pointwise convolutions are orthogonal: they mix channels and lose nothing.
 * - Norms have random offsets, so that each SiLU bends at another intensity. Residual blocks add a third.
 * - The stem looks mostly at brightness, and a little at edges.
 *
 * On 64 phantoms a ridge regression on the features of a slice finds the area of the tumour with a correlation of about
 * 0.7; with He's initialisation it is 0.2.
 */
export const initialiseEfficientNetB0: Initialise = (random, shape, path) => {
  const [out, inChannels = 0, rows = 1, columns = 1] = shape as [number, number?, number?, number?];
  if (shape.length === 1) return efficientNetVector(random, out, path);
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
    return draw((i) => (i % taps === middle ? CENTRE : 0) + (1 - CENTRE) / taps + 0.05 * random.normal() / rows);
  }
  return orthogonal(random, out, inChannels);
};

function efficientNetVector(random: Random, length: number, path: string): Float32Array {
  const isNorm = !/\.fc[12]\./.test(path) && !path.startsWith("classifier");
  if (!isNorm || path.endsWith("running_mean")) return new Float32Array(length);
  if (path.endsWith("bias")) return Float32Array.from({ length }, () => 0.5 * random.normal());
  // features.<stage>.<block>.block.3.1: the last norm of a block. Every block except the first of a stage is residual.
  const isResidual = /^features\.\d\.[1-9]\.block\.3\.1\.weight$/.test(path);
  return new Float32Array(length).fill(isResidual ? RESIDUAL : 1);
}

/** Matrices with at most so many rows or columns are orthogonal. Larger ones of independent numbers are nearly so. */
const LARGEST_ORTHOGONAL = 256;

/** A random matrix [out, in], row by row, that keeps the scale of its input. */
function mixingMatrix(random: Random, out: number, inChannels: number): Float32Array {
  if (Math.min(out, inChannels) <= LARGEST_ORTHOGONAL) return orthogonal(random, out, inChannels);
  return uniformMatrix(random, out, inChannels, Math.sqrt(3 / inChannels));
}

/** A matrix [out, in] of independent numbers, uniform within `spread` of 0. */
function uniformMatrix(random: Random, out: number, inChannels: number, spread: number): Float32Array {
  const matrix = new Float32Array(out * inChannels);
  // A plain loop: VGG16's classifier has 120 million.
  for (let i = 0; i < matrix.length; i++) matrix[i] = random.between(-spread, spread);
  return matrix;
}

/**
 * A convolution [out, in, ...taps] that mixes channels by {@linkcode mixingMatrix}. Each position counts half, and the
 * mean of its neighbourhood the other half. Strides then average instead of skipping.
 */
function mixingConv(random: Random, shape: readonly number[]): Float32Array {
  const [out, inChannels, ...kernel] = shape as [number, number, ...number[]];
  const taps = kernel.reduce((product, size) => product * size, 1);
  const matrix = mixingMatrix(random, out, inChannels);
  if (taps === 1) return matrix;
  const middle = (taps - 1) / 2;
  const noise = 0.05 / Math.sqrt(taps * inChannels);
  const weights = uniformMatrix(random, out, inChannels * taps, noise);
  for (let i = 0; i < weights.length; i++) {
    const share = (i % taps === middle ? CENTRE : 0) + (1 - CENTRE) / taps;
    weights[i]! += share * matrix[Math.floor(i / taps)]!;
  }
  return weights;
}

/** A first convolution [out, 3, ...taps], which looks mostly at brightness, and a little at edges. */
function stemConv(random: Random, shape: readonly number[]): Float32Array {
  const [out, ...rest] = shape as [number, ...number[]];
  const taps = rest.reduce((product, size) => product * size, 1);
  const brightness = Float64Array.from({ length: out }, () => random.normal());
  return Float32Array.from(
    { length: out * taps },
    (_, i) => (brightness[Math.floor(i / taps)]! + 0.1 * Math.sqrt(taps) * random.normal()) / taps,
  );
}

/** The variance that ReLU leaves of a standard normal number. */
const KEPT_BY_RELU = 0.5 - 1 / (2 * Math.PI);

/**
 * Weights for AlexNet or VGG that will not be trained, for the same reasons as those of EfficientNet-B0. There are no
 * norms. Convolutions make up for the variance that ReLU takes. Calibration centres each channel and adds the offset that
 * is drawn here, in standard deviations, so that each ReLU bends at another intensity.
 *
 * Ridge regression (lambda 0.1) on the features of 288 slices of 96 phantoms (112 x 112 for VGG16) finds the square root
 * of the tumour's area, across patients, with a correlation of 0.63 (AlexNet) and 0.77 (VGG16). For EfficientNet-B0 it is
 * 0.50.
 */
export const initialisePlain: Initialise = (random, shape, path) => {
  const [out, inChannels] = shape as [number, number?];
  const isClassifier = path.startsWith("classifier");
  if (inChannels === undefined) {
    return Float32Array.from({ length: out }, () => isClassifier ? 0 : 0.5 * random.normal());
  }
  if (isClassifier) return uniformMatrix(random, out, inChannels, Math.sqrt(6 / inChannels));
  if (inChannels === 3) return stemConv(random, shape);
  return mixingConv(random, shape).map((weight) => weight / Math.sqrt(KEPT_BY_RELU));
};

/**
 * Weights for a ResNet, 2D or 3D, that will not be trained, for the same reasons as those of EfficientNet-B0. Kernels are
 * half identity and half blur, channels are mixed without loss, norms have random offsets, residual blocks add a third,
 * and the stem looks mostly at brightness.
 *
 * Ridge regression (lambda 0.1) on the features of 288 slices of 96 phantoms, 112 x 112, finds the square root of the
 * tumour's area, across patients, with a correlation of 0.64 (ResNet50) and 0.58 (ResNet3d-18, each slice four times).
 * For EfficientNet-B0 it is 0.50.
 */
export const initialiseResNet: Initialise = (random, shape, path) => {
  if (shape.length === 1) return resNetVector(random, shape[0]!, path);
  return shape[1] === 3 ? stemConv(random, shape) : mixingConv(random, shape);
};

function resNetVector(random: Random, length: number, path: string): Float32Array {
  if (path.endsWith("running_mean") || path === "fc.bias") return new Float32Array(length);
  if (path.endsWith("bias")) return Float32Array.from({ length }, () => 0.5 * random.normal());
  // layer4.2.bn3 and layer4.1.conv2.1: the last norm of a block. The first block of a layer is not residual.
  const isResidual = /^layer\d\.[1-9]\.(bn3|conv2\.1)\.weight$/.test(path);
  return new Float32Array(length).fill(isResidual ? RESIDUAL : 1);
}

/**
 * Weights for a vision transformer that will not be trained. Matrices keep the scale of their input, offsets have half
 * that scale, so that each GELU bends elsewhere, and the first convolution looks at brightness. Layer normalisation sets
 * all scales, so there is nothing to calibrate.
 *
 * Ridge regression (lambda 0.1) on the features of 288 slices of 96 phantoms finds the square root of the tumour's area,
 * across patients, with a correlation of 0.66. For EfficientNet-B0, with 112 x 112, it is 0.50.
 */
export const initialiseViT: Initialise = (random, shape, path) => {
  const size = shape.reduce((product, dim) => product * dim, 1);
  if (path === "conv_proj.weight") return stemConv(random, shape);
  if (shape.length === 2) return mixingMatrix(random, shape[0]!, shape[1]!);
  if (path.endsWith(".weight")) return new Float32Array(size).fill(1);
  return Float32Array.from({ length: size }, () => 0.5 * random.normal());
};
