import { statfs } from "node:fs/promises";
import { dirname, join } from "node:path";

/**
 * Bytes of a file, or of all files in a folder. A link counts as itself, not as the file it leads to. 0 if there is
 * nothing at the path.
 *
 * @example
 * ```ts
 * import { folderBytes } from "@ctsurv/ctsurv/base";
 * import { assertEquals } from "@std/assert";
 *
 * const folder = await Deno.makeTempDir();
 * await Deno.writeFile(`${folder}/slice.bin`, new Uint8Array(64 * 64 * 2));
 * assertEquals(await folderBytes(folder), 8192);
 * ```
 */
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
 * Bytes that this user may still write in a folder. If the folder does not exist yet, the closest one above it is asked.
 * Infinity if none of them answers: an unknown size is no reason to refuse work.
 *
 * @param folder An absolute path.
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
