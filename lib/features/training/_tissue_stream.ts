import { createRandom, mixedBatches, workerPool } from "@ctsurv/base/mod.ts";
import type { TissueSlices } from "./_tissue_slices.ts";
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
  const draw = (chunk: number) => workers.run({ seed, chunk });
  // One phantom is always being drawn, and another one waits.
  const next = mixedBatches({ draw, waiting: poolCrops, ahead: 2, random });
  return { next, close: () => workers.close() };
}
