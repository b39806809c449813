import { dirname } from "node:path";

/** Options of {@linkcode withFileLock}. */
export interface FileLockOptions {
  /** Called about twice a second for as long as another process has the lock. */
  readonly onWait?: () => void | Promise<void>;
}

const POLL_MILLISECONDS = 400;

/**
 * Does work that only one process at a time may do, such as filling a folder. Others wait until it is done. The lock is
 * on a file that is made for it and removed afterwards. It ends with its process, however that ends. Where there are no
 * locks, or nothing can be written, the work is done without one.
 *
 * @example Two runs that would fill the same folder take turns
 * ```ts
 * import { withFileLock } from "@ctsurv/ctsurv/base";
 * import { assertEquals } from "@std/assert";
 *
 * const path = `${await Deno.makeTempDir()}/.lock`;
 * const steps: string[] = [];
 * const run = (name: string) =>
 *   withFileLock(path, async () => {
 *     steps.push(`${name} begins`);
 *     await new Promise((resolve) => setTimeout(resolve, 10));
 *     steps.push(`${name} ends`);
 *   });
 * await Promise.all([run("A"), run("B")]);
 * assertEquals(steps.map((step) => step.split(" ")[1]), ["begins", "ends", "begins", "ends"]);
 * ```
 *
 * @param path Of the lock's file. Its folder is created if needed.
 */
export async function withFileLock<T>(
  path: string,
  work: () => Promise<T>,
  { onWait }: FileLockOptions = {},
): Promise<T> {
  for (;;) {
    const file = await openLock(path);
    // Whatever the work writes there meets the same error, and says what it means.
    if (!file) return await work();
    try {
      while (!await isLocked(file)) {
        await onWait?.();
        await new Promise((resolve) => setTimeout(resolve, POLL_MILLISECONDS));
      }
      // Whoever had the lock may have removed the file that was waited for: then there is another one to lock.
      if (!await isAt(path, file)) continue;
      try {
        return await work();
      } finally {
        // Before the lock ends: afterwards the file may already be another's.
        await Deno.remove(path).catch(() => {});
      }
    } finally {
      file.close();
    }
  }
}

/** Undefined where nothing can be written. */
async function openLock(path: string): Promise<Deno.FsFile | undefined> {
  try {
    await Deno.mkdir(dirname(path), { recursive: true });
    return await Deno.open(path, { create: true, write: true });
  } catch {
    return undefined;
  }
}

/** Locks a file, unless another process has; also true where there are no locks. */
async function isLocked(file: Deno.FsFile): Promise<boolean> {
  try {
    return await file.tryLock(true);
  } catch {
    return true;
  }
}

/** Whether the open file is the one at the path; true where the system does not number files. */
async function isAt(path: string, file: Deno.FsFile): Promise<boolean> {
  const [here, there] = await Promise.all([file.stat(), Deno.stat(path).catch(() => undefined)]);
  return there !== undefined && here.ino === there.ino && here.dev === there.dev;
}
