/**
 * Small things that every other folder uses, without any knowledge of CT or survival.
 *
 * - Errors: {@linkcode InputError} for everything that the user can mend.
 * - Files (`files/`): {@linkcode checkOutputFile} checks before the work that a file can be written,
 *   {@linkcode writeAtomic} writes one that is never half there, {@linkcode readInput} and {@linkcode parseJsonFile} read
 *   what a user gave, {@linkcode writeChecked} and {@linkcode readChecked} keep a cache,
 *   {@linkcode keptValue} computes only what it does not hold, {@linkcode withFileLock} lets one process at a time work
 *   on a folder.
 * - Progress (`progress/`): {@linkcode terminalProgress} and {@linkcode notebookProgress}; {@linkcode openRunLog} for
 *   runs that others follow.
 * - Random numbers: {@linkcode createRandom}, the same on every machine.
 * - Threads: {@linkcode workerPool} and {@linkcode serveOrders}.
 * - Numbers, bytes and text: {@linkcode copyBytes}, {@linkcode inSharedMemory}, {@linkcode median}, {@linkcode quantile},
 *   {@linkcode formatP}, {@linkcode listWords}, {@linkcode quoteCsv}, {@linkcode sha256}.
 *
 * @module
 */
export { copyBytes, inSharedMemory } from "./bytes.ts";
export { DiskFullError, InputError, OutputError } from "./errors.ts";
export { type CacheEntry, entryPath, keptValue, readEntry, writeEntry } from "./files/cache_entry.ts";
export { checkOutputFile, checkOutputFolder, type CheckOutputOptions } from "./files/check_output.ts";
export { type CheckedContent, readChecked, writeChecked } from "./files/checked_file.ts";
export { folderBytes, freeDisk } from "./files/disk.ts";
export { fileExists, ignoreNotFound, mustExist } from "./files/exists.ts";
export { type FileLockOptions, withFileLock } from "./files/file_lock.ts";
export { type PackedValue, packValue, unpackValue } from "./files/packed_value.ts";
export { type JsonSchema, parseJsonFile, readInput, statInput } from "./files/read_input.ts";
export { isLackOfRoom, systemErrorMessage } from "./files/system_error.ts";
export { writeAtomic } from "./files/write_atomic.ts";
export { formatBytes, formatP, listWords, quoteCsv } from "./format.ts";
export { median, quantile, sizeOf } from "./math.ts";
export { memoise, type Memoised } from "./memoise.ts";
export { keepOutputsInPlace, type KernelInternals, kernelInternals } from "./progress/kernel_internals.ts";
export { type Display, notebookProgress } from "./progress/notebook_progress.ts";
export { formatSeconds, type Progress } from "./progress/progress.ts";
export {
  appendLog,
  loggedProgress,
  type LogKind,
  type LogLine,
  openRunLog,
  type ReadLog,
  readRunLogs,
  type RunLog,
} from "./progress/run_log.ts";
export { terminalProgress } from "./progress/terminal_progress.ts";
export { type Chunk, mixedBatches } from "./mixed_batches.ts";
export { createRandom, type Random } from "./random.ts";
export { checkResources, type CheckResourcesOptions, peakMemory, type Resources } from "./resources.ts";
export { sha256, sha256File } from "./sha256.ts";
export { serveOrders, type Work, type WorkerPool, workerPool, type WorkerPoolOptions } from "./workers.ts";
