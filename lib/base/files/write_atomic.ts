import { dirname } from "node:path";
import { DiskFullError } from "../errors.ts";

/**
 * Writes a file by way of a temporary name beside it and a rename, so that a reader, or a run that was interrupted,
 * never sees half of it. Creates the folder if needed.
 *
 * @throws {DiskFullError} If the disk is full; what was there before is unchanged.
 */
export async function writeAtomic(path: string, content: Uint8Array | string): Promise<void> {
  await Deno.mkdir(dirname(path), { recursive: true });
  const temporary = `${path}.${crypto.randomUUID().slice(0, 8)}.partial`;
  try {
    if (typeof content === "string") await Deno.writeTextFile(temporary, content);
    else await Deno.writeFile(temporary, content);
    await Deno.rename(temporary, path);
  } catch (error) {
    await Deno.remove(temporary).catch(() => {});
    throw isLackOfRoom(error)
      ? new DiskFullError(
        `${path} cannot be written: ${error.message}. Free some space ("deno task clean --dry-run" shows what ctsurv ` +
          "can remove) and start again. Finished work is kept",
        { cause: error },
      )
      : error;
  }
}

/** Full disk, exhausted quota or a limit on a file's size. They have no class of their own; not all have a code. */
function isLackOfRoom(error: unknown): error is Error {
  return error instanceof Error &&
    ("code" in error && error.code === "ENOSPC" || /^(Disk quota exceeded|File too large)/.test(error.message));
}
