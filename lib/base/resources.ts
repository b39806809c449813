import { resolve } from "node:path";
import process from "node:process";
import { InputError } from "./errors.ts";
import { freeDisk } from "./files/disk.ts";
import { formatBytes } from "./format.ts";

/** Bytes of disk and of memory. */
export interface Resources {
  readonly disk: number;
  readonly memory: number;
}

export interface CheckResourcesOptions {
  /** Where the disk is needed; need not exist yet. */
  readonly folder: string;
  /** What the work takes beyond what is there already. */
  readonly needs: Resources;
  /** What there is. @default {what this machine has free at `folder`} */
  readonly free?: Resources;
}

/**
 * Asks before long work whether it can end well. Disk that is lacking is an error. Memory that is lacking is only warned
 * of, as systems differ in what they can give: the warning is returned.
 *
 * @param work What is about to begin, such as "The profile workshop".
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

/** Bytes that the machine, or the container's limit, still leaves this process. */
function freeMemory(): number {
  const limit = process.constrainedMemory();
  return Math.min(Deno.systemMemoryInfo().available, limit > 0 ? limit - Deno.memoryUsage().rss : Infinity);
}

/**
 * Bytes that a process held at most (resident set), as Linux keeps it (a child's `maxRSS` begins with its parent's); null
 * elsewhere, or where the process is gone.
 *
 * @param pid @default {this process}
 */
export async function peakMemory(pid: number | "self" = "self"): Promise<number | null> {
  try {
    const [, kilobytes] = /^VmHWM:\s+(\d+) kB$/m.exec(await Deno.readTextFile(`/proc/${pid}/status`)) ?? [];
    return kilobytes === undefined ? null : 1024 * Number(kilobytes);
  } catch {
    return null;
  }
}
