import { createRandom } from "@ctsurv/common/mod.ts";

/**
 * Simple chest slices made from a seed: dark lungs with vessels and a nodule in bright tissue. Each has a brightness and
 * contrast of its own and noise: statistics of slices that are all alike would blow up whatever differs from them, and
 * real CT does.
 *
 * @returns [count, size, size] in [0, 1], as preprocessed CT.
 */
export function calibrationSlices(count: number, size: number, seed: number): Float32Array {
  const [lung, tissue] = [0.12, 0.74];
  const slices = new Float32Array(count * size * size);
  for (let n = 0; n < count; n++) {
    const random = createRandom(seed, "calibration", n);
    const slice = slices.subarray(n * size * size, (n + 1) * size * size).fill(tissue);
    const paint = (x: number, y: number, rx: number, ry: number, value: number) => {
      for (let row = Math.max(0, Math.ceil(y - ry)); row <= Math.min(size - 1, y + ry); row++) {
        const half = rx * Math.sqrt(Math.max(0, 1 - ((row - y) / ry) ** 2));
        const [from, to] = [Math.max(0, Math.ceil(x - half)), Math.min(size - 1, Math.floor(x + half))];
        if (to >= from) slice.fill(value, row * size + from, row * size + to + 1);
      }
    };
    // Lungs shrink towards the apex, the first slice being the lowest.
    const extent = (0.28 + 0.2 * Math.sin(Math.PI * (n + 1) / (count + 1))) * size;
    for (const side of [0.24, 0.76]) {
      paint(side * size, size / 2, 0.5 * extent * random.between(0.8, 1), extent * random.between(0.8, 1), lung);
    }
    const place = () => [random.between(0.1, 0.9) * size, random.between(0.2, 0.8) * size] as const;
    for (let vessel = 0; vessel < 25; vessel++) {
      const radius = random.between(0.004, 0.02) * size;
      paint(...place(), radius, radius, random.between(0.4, tissue));
    }
    const nodule = random.between(0.02, 0.15) * size;
    paint(...place(), nodule, nodule * random.between(0.7, 1), random.between(0.65, tissue));
    const [brightness, contrast] = [random.between(-0.2, 0.2), random.between(0.5, 1.3)];
    for (let i = 0; i < slice.length; i++) {
      slice[i] = Math.min(1, Math.max(0, brightness + contrast * slice[i]! + 0.04 * random.normal()));
    }
  }
  return slices;
}
