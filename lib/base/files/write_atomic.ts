import { dirname } from "node:path";
import { DiskFullError } from "../errors.ts";

/**
 * Writes a file under a temporary name beside it, and then renames it. A reader never sees half of the file, not even
 * after an interrupted run. Creates the folder if needed.
 *
 * @example
 * ```ts
 * import { writeAtomic } from "@ctsurv/ctsurv/base";
 * import { assertEquals } from "@std/assert";
 *
 * const folder = await Deno.makeTempDir();
 * await writeAtomic(`${folder}/results/table_1.csv`, "aggregation,ctd\n");
 * assertEquals(await Deno.readTextFile(`${folder}/results/table_1.csv`), "aggregation,ctd\n");
 * ```
 *
 * @throws {DiskFullError} If the disk is full. An earlier file of that name is then unchanged.
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

/** Full disk, exhausted quota or a limit on the size of a file. Deno has no class for them, and not all have a code. */
function isLackOfRoom(error: unknown): error is Error {
  return error instanceof Error &&
    ("code" in error && error.code === "ENOSPC" || /^(Disk quota exceeded|File too large)/.test(error.message));
}
