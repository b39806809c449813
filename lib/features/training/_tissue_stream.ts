import { createRandom, workerPool } from "@ctsurv/base/mod.ts";
import { CELLS, SLICE_SIZE, TISSUES, type TissueSlices } from "./_tissue_slices.ts";
import type { TissueOrder } from "./_tissue_worker.ts";

/** Batches of crops, drawn on a thread of their own while the network trains. */
export interface TissueStream {
  /** The next batch, each crop once in a training. */
  next(batch: number): Promise<TissueSlices>;
  /** Ends the thread. */
  close(): void;
}

/** Crops that wait at a time, so that a batch mixes the patients of this many crops. 200 kB each. */
const POOL_CROPS = 512;

/** Starts a stream. Its crops depend on the seed alone. */
export function tissueStream(seed: number, poolCrops = POOL_CROPS): TissueStream {
  const workers = workerPool<TissueOrder, TissueSlices>(import.meta.resolve("./_tissue_worker.ts"), {
    threads: 1,
    describe: ({ chunk }) => `Phantom ${chunk + 1}`,
  });
  const random = createRandom(seed, "tissue batches");
  const pool: { readonly chunk: TissueSlices; readonly index: number }[] = [];
  let ordered = 0;
  const order = () => {
    const drawn = workers.run({ seed, chunk: ordered++ });
    // Whoever takes the crops gets its error. If nobody does any more, it must not count as unhandled.
    drawn.catch(() => {});
    return drawn;
  };
  // One phantom is always being drawn, and another one waits.
  const coming = [order(), order()];

  return {
    async next(batch) {
      while (pool.length < poolCrops) {
        const chunk = await coming.shift()!;
        coming.push(order());
        for (let index = 0; index < chunk.count; index++) pool.push({ chunk, index });
      }
      const [pixels, numbers] = [SLICE_SIZE ** 2, CELLS ** 2 * TISSUES.length];
      const [input, truth] = [new Float32Array(batch * pixels), new Float32Array(batch * numbers)];
      for (let k = 0; k < batch; k++) {
        const at = random.integer(0, pool.length - 1);
        const { chunk, index } = pool[at]!;
        pool[at] = pool.at(-1)!;
        pool.pop();
        input.set(chunk.input.subarray(index * pixels, (index + 1) * pixels), k * pixels);
        truth.set(chunk.truth.subarray(index * numbers, (index + 1) * numbers), k * numbers);
      }
      return { input, truth, count: batch };
    },
    close: () => workers.close(),
  };
}
