import { statfs } from "node:fs/promises";
import { dirname, join } from "node:path";

/** Bytes of a file, or of all files in a folder; links count as what they are, not what they lead to. 0 if absent. */
export async function folderBytes(path: string): Promise<number> {
  try {
    const { isDirectory, size } = await Deno.lstat(path);
    if (!isDirectory) return size;
    let total = 0;
    for await (const { name } of Deno.readDir(path)) total += await folderBytes(join(path, name));
    return total;
  } catch (error) {
    // Another run may have renamed a file in between.
    if (error instanceof Deno.errors.NotFound) return 0;
    throw error;
  }
}

/**
 * Bytes that this user may still write in a folder, or in the closest one above it that can be asked. Infinite where
 * none can: not to know is no reason to refuse.
 *
 * @param folder Absolute.
 */
export async function freeDisk(folder: string): Promise<number> {
  try {
    const { bavail, bsize } = await statfs(folder);
    return bavail * bsize;
  } catch {
    const parent = dirname(folder);
    return parent === folder ? Infinity : await freeDisk(parent);
  }
}
