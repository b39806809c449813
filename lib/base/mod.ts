/** What every other folder stands on: errors, random numbers, files, progress, workers, small arithmetic. */
export { DiskFullError, InputError } from "./errors.ts";
export { type CheckedContent, readChecked, writeChecked } from "./files/checked_file.ts";
export { folderBytes, freeDisk } from "./files/disk.ts";
export { fileExists, mustExist } from "./files/exists.ts";
export { listFiles } from "./files/list_files.ts";
export { parseJsonFile, readInput, statInput } from "./files/read_input.ts";
export { writeAtomic } from "./files/write_atomic.ts";
export { formatBytes, formatP } from "./format.ts";
export { median, quantile, sizeOf } from "./math.ts";
export { memoise } from "./memoise.ts";
export { keepOutputsInPlace, type KernelInternals, kernelInternals } from "./progress/kernel_internals.ts";
export { type Display, notebookProgress } from "./progress/notebook_progress.ts";
export { formatSeconds, type Progress } from "./progress/progress.ts";
export { terminalProgress } from "./progress/terminal_progress.ts";
export { createRandom, type Random } from "./random.ts";
export { checkResources, type CheckResourcesOptions, peakMemory, type Resources } from "./resources.ts";
export { sha256, sha256File } from "./sha256.ts";
export { serveOrders, type Work, type WorkerPool, workerPool, type WorkerPoolOptions } from "./workers.ts";
