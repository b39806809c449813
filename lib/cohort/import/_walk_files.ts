import { join, relative, sep } from "node:path";
import { InputError } from "@ctsurv/base/mod.ts";

/** What lies under a folder. Paths are relative to it, sorted, and written with slashes on every system. */
export interface WalkedFiles {
  readonly files: readonly string[];
  /** Folders that may not be opened, links that lead nowhere, and things that are not files. */
  readonly unreadable: readonly string[];
}

/**
 * Lists every file under a folder. Links are followed, except back up to a folder on the way.
 *
 * @param without Absolute paths that are passed over, with all that is in them.
 * @throws {InputError} If there is no such folder, or it may not be read.
 */
export async function walkFiles(root: string, without: readonly string[] = []): Promise<WalkedFiles> {
  const files: string[] = [];
  const unreadable: string[] = [];
  await mustBeFolder(root);
  const shorten = (path: string) => relative(root, path).replaceAll(sep, "/");
  const visit = async (folder: string, above: readonly string[]): Promise<void> => {
    const entries = await readFolder(folder);
    if (!entries) unreadable.push(shorten(folder));
    for (const entry of entries ?? []) {
      const path = join(folder, entry.name);
      if (without.includes(path)) continue;
      const target = entry.isSymlink ? await Deno.stat(path).catch(() => undefined) : entry;
      if (target?.isFile) files.push(shorten(path));
      else if (target?.isDirectory) {
        const real = await Deno.realPath(path);
        if (!above.includes(real)) await visit(path, [...above, real]);
      } else unreadable.push(shorten(path));
    }
  };
  await visit(root, [await Deno.realPath(root)]);
  return { files: files.sort(), unreadable: unreadable.sort() };
}

async function mustBeFolder(root: string): Promise<void> {
  const info = await Deno.stat(root).catch((error) => {
    if (error instanceof Deno.errors.NotFound) throw new InputError(`${root}: there is no such folder of images`);
    throw error;
  });
  if (!info.isDirectory) throw new InputError(`${root} is a file; give the folder that holds the images`);
}

async function readFolder(path: string): Promise<Deno.DirEntry[] | undefined> {
  try {
    return await Array.fromAsync(Deno.readDir(path));
  } catch (error) {
    if (error instanceof Deno.errors.PermissionDenied) return undefined;
    throw error;
  }
}
