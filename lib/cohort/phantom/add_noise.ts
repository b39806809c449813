import type { Random } from "@ctsurv/common/mod.ts";
import type { Canvas } from "./canvas.ts";
import type { PhantomScanner } from "./phantom_spec.ts";

/** HU outside the scanner's circular field of view. */
const OUTSIDE = -1024;
const HIGHEST = 3071;

/**
 * Turns painted tissue into what a scanner delivers: blurred by the reconstruction kernel, with noise that is strongest
 * in the middle of the body and correlated from pixel to pixel, cut to the field of view and to 12 bits.
 */
export function addNoise(canvas: Canvas, scanner: PhantomScanner, random: Random): void {
  const { hu, slices, matrix } = canvas;
  const bank = createNoiseBank(random, 2 * matrix, scanner.blur);
  const amplitude = noiseMap(matrix, random.between(...scanner.noise));
  const rows = new Float32Array(matrix * matrix);
  const { blur, offset } = scanner;
  const centre = 1 - 2 * blur;
  for (let slice = 0; slice < slices; slice++) {
    const start = slice * matrix * matrix;
    for (let i = 1; i < rows.length - 1; i++) {
      rows[i] = centre * hu[start + i]! + blur * (hu[start + i - 1]! + hu[start + i + 1]!);
    }
    // A window of the bank at a place of its own: slices do not share noise.
    const shiftY = random.integer(0, matrix), shiftX = random.integer(0, matrix);
    for (let row = 0; row < matrix; row++) {
      const above = row > 0 ? -matrix : 0, below = row < matrix - 1 ? matrix : 0;
      const noiseAt = (row + shiftY) * 2 * matrix + shiftX;
      for (let column = 0, i = row * matrix; column < matrix; column++, i++) {
        const strength = amplitude[i]!;
        if (strength === 0) {
          hu[start + i] = OUTSIDE;
          continue;
        }
        const sharp = centre * rows[i]! + blur * (rows[i + above]! + rows[i + below]!);
        // Air is clipped at the scale's lower end by many scanners: half of its noise is lost.
        const value = Math.round(sharp + (sharp > -700 ? offset : 0) + strength * bank[noiseAt + column]!);
        hu[start + i] = value < OUTSIDE ? OUTSIDE : value > HIGHEST ? HIGHEST : value;
      }
    }
  }
}

/** Noise of unit variance, [size, size], correlated by the same kernel as the image. */
function createNoiseBank(random: Random, size: number, blur: number): Float32Array {
  const white = Float32Array.from({ length: size * size }, () => random.normal());
  const centre = 1 - 2 * blur;
  const unit = 1 / (centre ** 2 + 2 * blur ** 2);
  return white.map((_, i) => {
    const row = Math.floor(i / size), column = i % size;
    let sum = 0;
    for (let dy = -1; dy <= 1; dy++) {
      const line = ((row + dy + size) % size) * size;
      const weight = dy === 0 ? centre : blur;
      sum += weight *
        (centre * white[line + column]! +
          blur * (white[line + (column + 1) % size]! + white[line + (column + size - 1) % size]!));
    }
    return sum * unit;
  });
}

/** Standard deviation of the noise in every pixel of a slice; 0 outside the field of view. */
function noiseMap(matrix: number, atCentre: number): Float32Array {
  return Float32Array.from({ length: matrix * matrix }, (_, i) => {
    const half = (matrix - 1) / 2;
    const radius = Math.hypot(Math.floor(i / matrix) - half, i % matrix - half) / (matrix / 2);
    return radius > 1 ? 0 : atCentre * (0.45 + 0.55 * Math.exp(-3.5 * radius * radius));
  });
}
