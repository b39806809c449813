import { clouds } from "./_brushes.ts";
import { type Augmentation, DRAWN_PIXEL, DRAWN_SIZE, drawPixel } from "./_drawn_slice.ts";

/** What scanner, reconstruction and file leave on the image. The truth stays as it is. */

/** Soft kernels blur, sharp ones overshoot at edges. */
export const kernel: Augmentation = ({ hu }, random) => {
  const sharpness = random.between(-1, 1.2);
  const blurred = boxBlur(boxBlur(hu, random.integer(1, 2)), 1);
  for (let i = 0; i < hu.length; i++) {
    hu[i] = sharpness < 0 ? hu[i]! - sharpness * (blurred[i]! - hu[i]!) : hu[i]! + sharpness * (hu[i]! - blurred[i]!);
  }
};

/** The mean over (2 radius + 1)^2 pixels, less at the border. */
function boxBlur(values: Float32Array, radius: number): Float32Array {
  return blurLines(blurLines(values, radius, 1, DRAWN_SIZE), radius, DRAWN_SIZE, 1);
}

function blurLines(values: Float32Array, radius: number, step: number, lineStep: number): Float32Array {
  const result = new Float32Array(values.length);
  for (let line = 0; line < DRAWN_SIZE; line++) {
    const start = line * lineStep;
    let [sum, count] = [0, 0];
    for (let k = -radius; k < DRAWN_SIZE; k++) {
      if (k + radius < DRAWN_SIZE) {
        sum += values[start + (k + radius) * step]!;
        count++;
      }
      if (k - radius - 1 >= 0) {
        sum -= values[start + (k - radius - 1) * step]!;
        count--;
      }
      if (k >= 0) result[start + k * step] = sum / count;
    }
  }
  return result;
}

/** Noise, white or correlated, up to that of a low-dose scan with a sharp kernel. */
export const noise: Augmentation = ({ hu }, random) => {
  const strength = Math.min(120, 8 * Math.exp(0.9 * Math.abs(random.normal())));
  const bank = Float32Array.from({ length: 4096 }, () => random.normal());
  const white = new Float32Array(hu.length);
  for (let row = 0; row < DRAWN_SIZE; row++) {
    // Lines of a bank at places of their own: a normal deviate for every pixel would take most of the time.
    const from = random.integer(0, bank.length - DRAWN_SIZE);
    white.set(bank.subarray(from, from + DRAWN_SIZE), row * DRAWN_SIZE);
  }
  const isCorrelated = random.uniform() < 0.6;
  const values = isCorrelated ? boxBlur(white, 1) : white;
  const scale = strength * (isCorrelated ? 2 : 1);
  for (let i = 0; i < hu.length; i++) hu[i]! += scale * values[i]!;
};

const STREAK_ANGLES = 1024;

/** Dark and bright streaks that leave metal or dense contrast, or cross between the shoulders. */
export const streaks: Augmentation = ({ hu }, random) => {
  const source = drawPixel(random, (i) => hu[i]! > 0);
  if (!source) return;
  const amplitude = random.between(30, 300);
  const rays = Array.from({ length: 6 }, () => [random.integer(3, 30), random.between(0, 2 * Math.PI)] as const);
  const wave = Float32Array.from({ length: STREAK_ANGLES }, (_, k) => {
    const angle = 2 * Math.PI * k / STREAK_ANGLES;
    return rays.reduce((sum, [turns, phase]) => sum + Math.cos(turns * angle + phase), 0) / 2;
  });
  const reach = random.between(30, 200) / DRAWN_PIXEL;
  for (let i = 0; i < hu.length; i++) {
    const [dx, dy] = [i % DRAWN_SIZE - source.column, Math.floor(i / DRAWN_SIZE) - source.row];
    const distance = Math.hypot(dx, dy);
    if (distance > 3 * reach || hu[i]! < -990) continue;
    const angle = Math.round((Math.atan2(dy, dx) / Math.PI + 1) * STREAK_ANGLES / 2) % STREAK_ANGLES;
    hu[i]! += amplitude * wave[angle]! * Math.exp(-distance / reach);
  }
};

/** Cupping, beam hardening and scatter: values drift slowly across the slice. */
export const drift: Augmentation = ({ hu }, random) => {
  const field = clouds(random, 150);
  const amplitude = random.between(0, 40);
  for (let i = 0; i < hu.length; i++) hu[i]! += amplitude * field[i]!;
};

/** Another calibration: water, air and the scale between them are off, and soft tissue is stretched or squeezed. */
export const calibration: Augmentation = ({ hu }, random) => {
  const [offset, gain] = [20 * random.normal(), Math.exp(0.05 * random.normal())];
  const gamma = Math.exp(0.12 * random.normal());
  for (let i = 0; i < hu.length; i++) {
    const share = Math.max(0, (hu[i]! + 1000) / 1000);
    hu[i] = 1000 * gain * share ** gamma - 1000 + offset;
  }
};

/** Contrast medium or denser bone: tissue above 30 HU is brighter or darker. */
export const contrast: Augmentation = ({ hu }, random) => {
  const gain = random.between(0.3, 3);
  for (let i = 0; i < hu.length; i++) if (hu[i]! > 30) hu[i] = 30 + gain * (hu[i]! - 30);
};

/** Thick slices: edges that run along the slice are blurred, more in some places than in others. */
export const partialVolume: Augmentation = ({ hu }, random) => {
  const blurred = boxBlur(hu, random.integer(1, 3));
  const where = clouds(random, 60);
  for (let i = 0; i < hu.length; i++) if (where[i]! > 0) hu[i]! += Math.min(1, where[i]!) * (blurred[i]! - hu[i]!);
};

/** Only a circle or a square was reconstructed, which may cut the body off. Beyond it there is no lung to be found. */
export const fieldOfView: Augmentation = ({ hu, lung }, random) => {
  const isCircle = random.uniform() < 0.75;
  const radius = random.between(120, 260) / DRAWN_PIXEL;
  const [x, y] = [0, 0].map(() => DRAWN_SIZE / 2 + random.between(-25, 25) / DRAWN_PIXEL) as [number, number];
  const outside = [-1000, -1024, -2000, -2048, -3024][random.integer(0, 4)]!;
  for (let i = 0; i < hu.length; i++) {
    const [dx, dy] = [i % DRAWN_SIZE - x, Math.floor(i / DRAWN_SIZE) - y];
    if ((isCircle ? Math.hypot(dx, dy) : Math.max(Math.abs(dx), Math.abs(dy))) <= radius) continue;
    hu[i] = outside;
    lung[i] = 0;
  }
};
