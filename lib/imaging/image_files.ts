import { basename, join } from "node:path";
import { statInput } from "@ctsurv/base/mod.ts";

/** A path in a folder that is no file to read. */
export interface PassedOver {
  /** Its path, as those of the files. */
  readonly path: string;
  /** Why, such as "a link that leads nowhere". */
  readonly reason: string;
}

/** The files that may be images. */
export interface ImageFiles {
  /** Paths of files, sorted. */
  readonly files: readonly string[];
  /** What is there beside them, sorted by path. */
  readonly passedOver: readonly PassedOver[];
}

/** Options of {@linkcode listImageFiles}. */
export interface ListImageFilesOptions {
  /** Absolute paths that are passed over without a word, with all that is in them. */
  readonly without?: readonly string[];
}

/**
 * Every file in a folder and in the folders below it; for the path of a file, that alone. Links are followed, except
 * those that lead back to a folder on the way down. What macOS adds to archives, files named `._…` and folders named
 * `__MACOSX`, is left out: it is never an image. Pipes, links that lead nowhere and folders that may not be opened are
 * passed over, so that one of them beside the slices does not stop a scan from being read.
 *
 * @throws {InputError} If there is nothing at the path, or if it is neither a file nor a folder.
 *
 * @example
 * ```ts
 * import { listImageFiles } from "@ctsurv/ctsurv/imaging";
 * import { assertEquals } from "@std/assert";
 *
 * const scan = await Deno.makeTempDir();
 * for (const name of ["2.dcm", "1.dcm", "._1.dcm"]) await Deno.writeTextFile(`${scan}/${name}`, "");
 * await Deno.symlink("nowhere", `${scan}/3.dcm`);
 *
 * assertEquals(await listImageFiles(scan), {
 *   files: [`${scan}/1.dcm`, `${scan}/2.dcm`],
 *   passedOver: [{ path: `${scan}/3.dcm`, reason: "a link that leads nowhere" }],
 * });
 * await Deno.remove(scan, { recursive: true });
 * ```
 */
export async function listImageFiles(path: string, { without = [] }: ListImageFilesOptions = {}): Promise<ImageFiles> {
  if (await statInput(path) === "file") return { files: [path], passedOver: [] };
  const files: string[] = [];
  const passedOver: PassedOver[] = [];
  const visit = async (folder: string, above: readonly string[]): Promise<void> => {
    const entries = await readFolder(folder);
    if (!entries) passedOver.push({ path: folder, reason: "a folder that may not be opened" });
    for (const entry of entries ?? []) {
      const path = join(folder, entry.name);
      if (isOfMacOs(entry.name) || without.includes(path)) continue;
      const target = entry.isSymlink ? await Deno.stat(path).catch(() => undefined) : entry;
      if (target?.isFile) files.push(path);
      else if (target?.isDirectory) {
        const real = await Deno.realPath(path);
        if (!above.includes(real) && !without.includes(real)) await visit(path, [...above, real]);
      } else passedOver.push({ path, reason: target ? "a pipe, socket or device" : "a link that leads nowhere" });
    }
  };
  await visit(path, [await Deno.realPath(path)]);
  return { files: files.sort(), passedOver: passedOver.sort((a, b) => a.path < b.path ? -1 : 1) };
}

/** Whether a name is that of a file or folder which macOS adds: attributes (AppleDouble), never an image. */
export function isOfMacOs(path: string): boolean {
  const name = basename(path);
  return name.startsWith("._") || name === "__MACOSX";
}

async function readFolder(path: string): Promise<Deno.DirEntry[] | undefined> {
  try {
    return await Array.fromAsync(Deno.readDir(path));
  } catch (error) {
    if (error instanceof Deno.errors.PermissionDenied || error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}
