import { join } from "node:path";

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
