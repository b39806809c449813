import { statfs } from "node:fs/promises";
import { dirname } from "node:path";

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
