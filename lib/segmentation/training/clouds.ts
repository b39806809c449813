import type { Random } from "@ctsurv/common/mod.ts";
import { DRAWN_PIXEL, DRAWN_SIZE } from "./drawn_slice.ts";

/**
 * Smooth noise of mean 0 over a drawn slice: normal deviates on a lattice, joined smoothly. Its standard deviation is 1
 * on the lattice and about 0.6 overall.
 *
 * @param cell Distance of the lattice points, mm.
 * @returns [256, 256]
 */
export function clouds(random: Random, cell: number): Float32Array {
  const step = DRAWN_PIXEL / cell;
  const points = Math.ceil(DRAWN_SIZE * step) + 2;
  const lattice = Float32Array.from({ length: points * points }, () => random.normal());
  const result = new Float32Array(DRAWN_SIZE * DRAWN_SIZE);
  const [low, share] = [new Int32Array(DRAWN_SIZE), new Float32Array(DRAWN_SIZE)];
  for (let k = 0; k < DRAWN_SIZE; k++) {
    const t = k * step - Math.floor(k * step);
    low[k] = Math.floor(k * step);
    share[k] = t * t * (3 - 2 * t);
  }
  for (let row = 0, i = 0; row < DRAWN_SIZE; row++) {
    const [above, v] = [low[row]! * points, share[row]!];
    for (let column = 0; column < DRAWN_SIZE; column++, i++) {
      const [a, u] = [above + low[column]!, share[column]!];
      const upper = lattice[a]! + u * (lattice[a + 1]! - lattice[a]!);
      const lower = lattice[a + points]! + u * (lattice[a + points + 1]! - lattice[a + points]!);
      result[i] = upper + v * (lower - upper);
    }
  }
  return result;
}
