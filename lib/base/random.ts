import { uniformFloat64 } from "pure-rand/distribution/uniformFloat64";
import { uniformInt } from "pure-rand/distribution/uniformInt";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";

/** A seeded stream of random numbers. Every call advances it. */
export interface Random {
  /** Uniform on [0, 1). */
  uniform(): number;
  /** Uniform on [low, high). */
  between(low: number, high: number): number;
  /** Uniform whole number in [low, high], both included. */
  integer(low: number, high: number): number;
  /** Standard normal (Box-Muller). */
  normal(): number;
  /** Shuffles in place (Fisher-Yates) and returns its argument. */
  shuffle<T extends unknown[] | Int32Array>(values: T): T;
}

/**
 * A random stream (xoroshiro128+) that is the same on every machine. Streams with different `names` under one seed are
 * independent. Drawing more numbers for one purpose or patient therefore does not change those of another.
 *
 * @example The size of a tumour, and an order of patients
 * ```ts
 * import { createRandom } from "@ctsurv/ctsurv/base";
 * import { assertEquals } from "@std/assert";
 *
 * const radius = createRandom(42, "phantom", 7).between(6, 40); // mm
 * assertEquals(createRandom(42, "phantom", 7).between(6, 40), radius);
 * assertEquals(createRandom(42, "phantom", 8).between(6, 40) === radius, false);
 *
 * const order = createRandom(42, "folds").shuffle([1, 2, 3, 4, 5]);
 * assertEquals(order.toSorted(), [1, 2, 3, 4, 5]);
 * ```
 *
 * @param names Name the purpose of the stream, such as `"phantom", 7`.
 */
export function createRandom(seed: number, ...names: readonly (string | number)[]): Random {
  const generator = xoroshiro128plus(fnv1a(`${seed}/${names.join("/")}`));
  let spare: number | undefined;
  const uniform = () => uniformFloat64(generator);
  const integer = (low: number, high: number) => uniformInt(generator, low, high);
  return {
    uniform,
    integer,
    between: (low, high) => low + (high - low) * uniform(),
    normal() {
      if (spare !== undefined) {
        const value = spare;
        spare = undefined;
        return value;
      }
      // 1 - u keeps the logarithm's argument above zero.
      const radius = Math.sqrt(-2 * Math.log(1 - uniform()));
      const angle = 2 * Math.PI * uniform();
      spare = radius * Math.sin(angle);
      return radius * Math.cos(angle);
    },
    shuffle(values) {
      for (let i = values.length - 1; i > 0; i--) {
        const j = integer(0, i);
        [values[i], values[j]] = [values[j], values[i]];
      }
      return values;
    },
  };
}

/** FNV-1a, 32 bit: turns the readable name of a stream into a seed of the generator. */
function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash | 0;
}
