import { workerPool } from "@ctsurv/base/mod.ts";
import {
  type CachedSlices,
  type LungSegmenter,
  preprocessCached,
  type PreprocessSettings,
} from "@ctsurv/imaging/mod.ts";
import type { SlicesOrder } from "./_slices_worker.ts";

/** A patient's scan. */
export interface ScanToPreprocess {
  /** The patient's name. */
  readonly id: string;
  /** Path of a NIfTI file or of a folder of DICOM files. */
  readonly image: string;
  /** SeriesInstanceUID to read in that folder. @default {the only one} */
  readonly series?: string;
}

/** Options of {@linkcode sliceQueue}. */
export interface SliceQueueOptions {
  /** Finds the lungs in a scan. */
  readonly segmenter: LungSegmenter;
  /** The folder of slices in the cache, see `preprocessCached`. */
  readonly folder: string;
  /** How scans become slices. @default {the paper's settings, see `defaultSettings`} */
  readonly settings?: PreprocessSettings;
  /** Scans that are preprocessed at the same time, one on each thread. @default {the number of cores, at most 4} */
  readonly threads?: number;
}

/** The slices of some patients, one patient after the other. */
export interface SliceQueue {
  /**
   * The slices of the next patient. After an error, the queue continues with the patient after that.
   *
   * @throws {InputError} If the scan cannot be used, see `preprocessCached`.
   * @throws {RangeError} If there are no more patients.
   */
  next(): Promise<CachedSlices>;
  /** Ends the threads. */
  close(): void;
}

/**
 * `preprocessCached` for patients in order. If `createLungSegmenter` made the segmenter, patients who are not in the
 * cache are preprocessed ahead, several at a time. The slices are the same as without threads.
 */
export function sliceQueue(
  scans: readonly ScanToPreprocess[],
  { segmenter, folder, settings, threads = Math.min(4, navigator.hardwareConcurrency) }: SliceQueueOptions,
): SliceQueue {
  const { recipe } = segmenter;
  const pool = recipe === undefined || threads <= 1
    ? undefined
    : workerPool<SlicesOrder, void>(import.meta.resolve("./_slices_worker.ts"), {
      threads,
      describe: ({ where }) => where,
    });
  let isClosed = false;
  const prepare = ({ id, image, series }: ScanToPreprocess) => {
    const reading = { where: id, ...series !== undefined && { series } };
    const onMiss = pool &&
      (() =>
        pool.run({ image, folder, recipe: recipe!, ...settings && { settings }, ...reading }).catch((error) => {
          if (isClosed) throw error;
          // What a thread could not do is tried again here, and then tells its error as if there were no threads.
        }));
    return preprocessCached(image, folder, { ...settings, segmenter, ...reading, ...onMiss && { onMiss } });
  };
  const next = ahead(scans, prepare, pool ? threads : 1);
  return {
    next,
    close() {
      isClosed = true;
      pool?.close();
    },
  };
}

/** Does `task` for one item after the other; up to `depth` items are begun before their results are asked for. */
function ahead<Item, Result>(
  items: readonly Item[],
  task: (item: Item) => Promise<Result>,
  depth: number,
): () => Promise<Result> {
  const begun: Promise<Result>[] = [];
  let at = 0;
  const begin = () => {
    if (at >= items.length) return;
    const result = task(items[at++]!);
    // Its error is for whoever takes the result; where nobody does any more, it is not unhandled.
    result.catch(() => {});
    begun.push(result);
  };
  for (let i = 0; i < depth; i++) begin();
  return async () => {
    const next = begun.shift();
    if (!next) throw new RangeError(`There were only ${items.length} patients`);
    try {
      return await next;
    } finally {
      begin();
    }
  };
}
