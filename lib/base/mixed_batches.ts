import type { Random } from "./random.ts";

/** Examples that were drawn together: the numbers of each lie one after the other. */
export interface Chunk {
  /** What a network is given, [count, ...]. */
  readonly input: Float32Array;
  /** What it should say, [count, ...]. */
  readonly truth: Float32Array;
  /** How many examples. */
  readonly count: number;
}

/**
 * Batches of examples out of chunks that are drawn while a network trains. Many examples wait at a time, so that a batch
 * mixes those of several chunks. Each example comes once. What is given depends on `random` and the chunks alone.
 *
 * @example
 * ```ts
 * import { createRandom, mixedBatches } from "@ctsurv/ctsurv/base";
 * import { assertEquals } from "@std/assert";
 *
 * const draw = (chunk: number) =>
 *   Promise.resolve({ input: Float32Array.of(chunk, chunk), truth: Float32Array.of(0, 1), count: 2 });
 * const next = mixedBatches({ draw, waiting: 4, ahead: 1, random: createRandom(1, "batches") });
 * assertEquals((await next(3)).count, 3);
 * ```
 *
 * @param options.draw Draws the chunk of a number, from 0.
 * @param options.waiting Examples that wait at a time, at least a batch.
 * @param options.ahead Chunks that are drawn ahead.
 */
export function mixedBatches({ draw, waiting, ahead, random }: {
  readonly draw: (chunk: number) => Promise<Chunk>;
  readonly waiting: number;
  readonly ahead: number;
  readonly random: Random;
}): (batch: number) => Promise<Chunk> {
  const pool: { readonly chunk: Chunk; readonly index: number }[] = [];
  let ordered = 0;
  const order = () => {
    const drawn = draw(ordered++);
    // Whoever takes the examples gets its error. If nobody does any more, it must not count as unhandled.
    drawn.catch(() => {});
    return drawn;
  };
  const coming = Array.from({ length: ahead }, order);

  return async (batch) => {
    while (pool.length < waiting) {
      const chunk = await coming.shift()!;
      coming.push(order());
      for (let index = 0; index < chunk.count; index++) pool.push({ chunk, index });
    }
    const taken = Array.from({ length: batch }, () => {
      const at = random.integer(0, pool.length - 1);
      const one = pool[at]!;
      pool[at] = pool.at(-1)!;
      pool.pop();
      return one;
    });
    const gather = (of: "input" | "truth") => {
      const size = taken[0]!.chunk[of].length / taken[0]!.chunk.count;
      const numbers = new Float32Array(batch * size);
      taken.forEach(({ chunk, index }, k) =>
        numbers.set(chunk[of].subarray(index * size, (index + 1) * size), k * size)
      );
      return numbers;
    };
    return { input: gather("input"), truth: gather("truth"), count: batch };
  };
}
