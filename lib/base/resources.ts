import { resolve } from "node:path";
import process from "node:process";
import { InputError } from "./errors.ts";
import { freeDisk } from "./files/disk.ts";
import { formatBytes } from "./format.ts";

/** An amount of disk and of memory. */
export interface Resources {
  /** Bytes. */
  readonly disk: number;
  /** Bytes. */
  readonly memory: number;
}

/** Options of {@linkcode checkResources}. */
export interface CheckResourcesOptions {
  /** Where the work writes. The folder need not exist yet. */
  readonly folder: string;
  /** What the work takes in addition to what is in use already. */
  readonly needs: Resources;
  /** What is free. @default {what this machine has free at `folder`} */
  readonly free?: Resources;
}

/**
 * Checks before long work whether disk and memory suffice. Too little disk is an error. Too little memory gives only a
 * warning, because systems differ in how they count it.
 *
 * @example
 * ```ts
 * import { checkResources } from "@ctsurv/ctsurv/base";
 * import { assertEquals } from "@std/assert";
 *
 * const needs = { disk: 2e9, memory: 1e9 };
 * const warning = await checkResources("Training", { folder: "outputs", needs, free: { disk: 5e9, memory: 8e8 } });
 * assertEquals(warning?.startsWith("Warning: training needs about 1.0 GB of memory, but only 800 MB are free"), true);
 * ```
 *
 * @param work What is about to begin, such as "The profile workshop".
 * @returns The warning; undefined if there is enough memory.
 * @throws {InputError} If the disk is too full.
 */
export async function checkResources(
  work: string,
  { folder, needs, free }: CheckResourcesOptions,
): Promise<string | undefined> {
  const { disk, memory } = free ?? { disk: await freeDisk(resolve(folder)), memory: freeMemory() };
  if (disk < needs.disk) {
    throw new InputError(
      `${work} needs about ${formatBytes(needs.disk)} in ${folder}, but the disk has only ${formatBytes(disk)} free. ` +
        'Free some space ("deno task clean --dry-run" shows what ctsurv can remove), or use another disk',
    );
  }
  if (memory >= needs.memory) return undefined;
  return `Warning: ${work[0]!.toLowerCase()}${work.slice(1)} needs about ${
    formatBytes(needs.memory)
  } of memory, but only ${
    formatBytes(memory)
  } are free. It may become slow, or the system may end it. Close other programs`;
}

/** Bytes of memory that the machine, or the limit of the container, still leaves this process. */
function freeMemory(): number {
  const limit = process.constrainedMemory();
  return Math.min(Deno.systemMemoryInfo().available, limit > 0 ? limit - Deno.memoryUsage().rss : Infinity);
}

/**
 * The largest resident set of a process so far, in bytes, from `/proc` of Linux. (`maxRSS` would not do: for a child it
 * starts at its parent's.) Null on other systems, or if the process has ended.
 *
 * @param pid This process by default.
 */
export async function peakMemory(pid: number | "self" = "self"): Promise<number | null> {
  try {
    const [, kilobytes] = /^VmHWM:\s+(\d+) kB$/m.exec(await Deno.readTextFile(`/proc/${pid}/status`)) ?? [];
    return kilobytes === undefined ? null : 1024 * Number(kilobytes);
  } catch {
    return null;
  }
}
