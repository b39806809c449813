import { basename, dirname, join } from "node:path";
import { DiskFullError, OutputError } from "../errors.ts";
import { isLackOfRoom, systemErrorMessage } from "./system_error.ts";

/**
 * Writes a file under a temporary name beside it, and then renames it. A reader never sees half of the file, not even
 * after an interrupted run. Creates the folder if needed. A device such as `/dev/null` or `/dev/stdout` is written to and
 * never replaced.
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
 * @throws {OutputError} If the file cannot be written for another reason, such as a folder or a pipe of that name. If
 *   only the new name cannot be given, the file is kept under its temporary one, which the message has.
 */
export async function writeAtomic(path: string, content: Uint8Array | string): Promise<void> {
  if (await outputKind(path) === "device") return await writing(path, () => write(path, content));
  const temporary = temporaryName(path);
  await writing(path, async () => {
    await Deno.mkdir(dirname(path), { recursive: true });
    try {
      await write(temporary, content);
    } catch (error) {
      await Deno.remove(temporary).catch(() => {});
      throw error;
    }
  });
  try {
    await Deno.rename(temporary, path);
  } catch (error) {
    const reason = systemErrorMessage(error) ?? `${path}: ${(error as Error).message}`;
    throw new OutputError(`${reason}. What was to be written there is in ${temporary}: rename it`, { cause: error });
  }
}

async function write(path: string, content: Uint8Array | string): Promise<void> {
  if (typeof content === "string") await Deno.writeTextFile(path, content);
  else await Deno.writeFile(path, content);
}

/** A name of a file takes at most 255 bytes. */
function temporaryName(path: string): string {
  const name = basename(path);
  const start = new TextEncoder().encode(name).length > 230 ? name.slice(0, 50) : name;
  return join(dirname(path), `${start}.${crypto.randomUUID().slice(0, 8)}.partial`);
}

/**
 * What is at a path to which a file is to be written.
 *
 * @throws {OutputError} If it is a folder, a named pipe or a disk, which are not to be replaced by a file.
 */
export async function outputKind(path: string): Promise<"file" | "device" | undefined> {
  let info: Deno.FileInfo;
  try {
    info = await Deno.stat(path);
  } catch (error) {
    // A dangling link, or one that leads in a circle, is replaced.
    if (error instanceof Deno.errors.NotFound || (await Deno.lstat(path).catch(() => undefined))?.isSymlink) return;
    throw outputError(path, error);
  }
  if (info.isFile) return "file";
  if (info.isDirectory) throw new OutputError(`${path} is a folder; give the name of a file in it`);
  // What a shell gives as /dev/stdout or >(…) has somebody who reads it.
  if (info.isCharDevice || /^\/(dev|proc)\//.test(path) && !info.isBlockDevice) return "device";
  throw new OutputError(`${path} is a named pipe, a socket or a disk; give the name of a file`);
}

async function writing(path: string, write: () => Promise<void>): Promise<void> {
  try {
    await write();
  } catch (error) {
    throw outputError(path, error);
  }
}

/** What to tell of a failure to write a file: an {@linkcode OutputError}, unless the program is at fault. */
export function outputError(path: string, error: unknown): unknown {
  const reason = systemErrorMessage(error);
  if (reason === undefined) return error;
  if (isLackOfRoom(error)) {
    return new DiskFullError(
      `${path} cannot be written: ${
        (error as Error).message
      }. Free some space ("deno task clean --dry-run" shows what ` +
        "ctsurv can remove) and start again. Finished work is kept",
      { cause: error },
    );
  }
  return new OutputError(`${path} cannot be written: ${reason}`, { cause: error });
}
