import { createRandom, mixedBatches, workerPool } from "@ctsurv/base/mod.ts";
import { type HostTensor, hostTensor } from "@ctsurv/engine/mod.ts";
import { GRID_SIZE } from "../unet/_unet_grid.ts";
import type { SliceOrder } from "./_slice_worker.ts";
import type { TrainingSlices } from "./_training_slices.ts";
import type { SliceBatch } from "./_unet_training_step.ts";

/** Batches of training slices, drawn on threads of their own while the network trains. */
export interface SliceStream {
  /** The next batch, each slice once in a training. */
  next(batch: number): Promise<TrainingSlices>;
  /** Ends the threads. */
  close(): void;
}

/** Slices that wait at a time, so that a batch mixes this many slices' patients. 130 kB each. */
const POOL_SLICES = 960;

/** Starts a stream. Its slices depend on the seed alone, not on the number of threads. */
export function sliceStream(seed: number, threads = 1): SliceStream {
  const workers = workerPool<SliceOrder, TrainingSlices>(import.meta.resolve("./_slice_worker.ts"), {
    threads,
    describe: ({ chunk }) => `Slices ${chunk}`,
  });
  const random = createRandom(seed, "batches");
  const draw = (chunk: number) => workers.run({ seed, chunk });
  // One chunk is always being drawn by each thread; they are taken in order.
  const next = mixedBatches({ draw, waiting: POOL_SLICES, ahead: threads, random });
  return { next, close: () => workers.close() };
}

/** Slices as inputs of a training step. */
export function toBatch({ input, truth, count }: TrainingSlices): SliceBatch<HostTensor> {
  return {
    input: hostTensor(input, [count, GRID_SIZE, GRID_SIZE, 1]),
    truth: hostTensor(truth, [count, GRID_SIZE, GRID_SIZE]),
  };
}
