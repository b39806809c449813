/** What every other folder may use: errors for users, safe file writes, seeded random numbers, hashes. */
export { DiskFullError } from "./disk_full_error.ts";
export { InputError } from "./input_error.ts";
export { createRandom, type Random } from "./random.ts";
export { sha256 } from "./sha256.ts";
export { writeAtomic } from "./write_atomic.ts";
export { type Display, notebookProgress } from "./notebook_progress.ts";
export { formatSeconds, type Progress } from "./progress.ts";
export { terminalProgress } from "./terminal_progress.ts";
export { type CheckedContent, readChecked, writeChecked } from "./checked_file.ts";
export { checkResources, type CheckResourcesOptions, type Resources } from "./check_resources.ts";
export { freeDisk } from "./free_disk.ts";
export { peakMemory } from "./peak_memory.ts";
export { folderBytes } from "./folder_bytes.ts";
export { formatBytes } from "./format_bytes.ts";
export { keepOutputsInPlace } from "./keep_outputs_in_place.ts";
export type { KernelInternals } from "./kernel_internals.ts";
export { serveOrders, type Work } from "./serve_orders.ts";
export { type WorkerPool, workerPool, type WorkerPoolOptions } from "./worker_pool.ts";
