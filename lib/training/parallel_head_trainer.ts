import { inSharedMemory, workerPool } from "@ctsurv/base/mod.ts";
import type { Engine } from "@ctsurv/engine/mod.ts";
import type { SurvivalHeadShape } from "@ctsurv/nn/mod.ts";
import type { HeadOrder } from "./_head_worker.ts";
import { type HeadTrainer, headTrainer, type HeadTrainerOptions, type TrainedHead } from "./head_trainer.ts";

/** Options of {@linkcode parallelHeadTrainer}: no `initialise`, since a function cannot be sent to a thread. */
export interface ParallelHeadTrainerOptions extends Omit<HeadTrainerOptions, "initialise"> {
  /** Heads trained at the same time, each on its own thread (200 MB). @default {the number of cores, at most 8} */
  readonly threads?: number;
}

/**
 * A `headTrainer` that trains several heads at the same time, for the folds of `crossValidate`. Every head is the same,
 * bit by bit, as if the heads were trained one after the other. With an engine other than ONNX Runtime on the CPU, they
 * are trained one after the other.
 */
export function parallelHeadTrainer(
  engine: Engine,
  shape: SurvivalHeadShape,
  { threads = Math.min(8, navigator.hardwareConcurrency), ...options }: ParallelHeadTrainerOptions,
): HeadTrainer {
  const here = headTrainer(engine, shape, options);
  if (threads <= 1 || !engine.isDivisible) return here;
  const pool = workerPool<HeadOrder, TrainedHead>(import.meta.resolve("./_head_worker.ts"), {
    threads,
    describe: ({ patients }) => `A head for ${patients.length} patients`,
  });
  const share = sharedCopies();
  return {
    ...here,
    concurrency: threads,
    train(given, onEpoch, of) {
      const patients = given.map(({ id, followUp, slices, features, clinical }) => ({
        id,
        followUp,
        slices,
        features: share(features),
        ...clinical && { clinical },
      }));
      const order = { shape, options, patients, ...of && { of } };
      return pool.run(order, (note) => onEpoch?.(...note as [epoch: number, loss: number]));
    },
    async dispose() {
      pool.close();
      await here.dispose();
    },
  };
}

/**
 * Copies of numbers in memory that threads share, one copy of each: all folds but one train on the same patient. Features
 * from the cache are there already.
 */
function sharedCopies(): (numbers: Float32Array) => Float32Array {
  const copies = new WeakMap<Float32Array, Float32Array>();
  return (numbers) => {
    const known = copies.get(numbers);
    if (known) return known;
    const copy = inSharedMemory(numbers);
    copies.set(numbers, copy);
    return copy;
  };
}
