import { dirname, join, resolve } from "node:path";
import { InputError } from "../errors.ts";
import { formatBytes } from "../format.ts";
import { freeDisk } from "./disk.ts";
import { outputError, outputKind } from "./write_atomic.ts";

/** Options of {@linkcode checkOutputFile} and {@linkcode checkOutputFolder}. */
export interface CheckOutputOptions {
  /** Bytes that will be written at least. @default {1e6} */
  readonly bytes?: number;
  /** Files that the work reads, and that must not be written over. @default {none} */
  readonly inputs?: readonly string[];
}

/**
 * Checks before long work that its result can be written to a file: that its name is not that of a folder, that there is
 * permission and room for it. Nothing is left there, and the folder need not exist yet.
 *
 * @example
 * ```ts
 * import { checkOutputFile, InputError } from "@ctsurv/ctsurv/base";
 * import { assertRejects } from "@std/assert";
 *
 * const folder = await Deno.makeTempDir();
 * await checkOutputFile(`${folder}/models/gated.safetensors`);
 * await assertRejects(() => checkOutputFile(folder), InputError, "is a folder; give the name of a file in it");
 * ```
 *
 * @throws {InputError} If it cannot be written, with the reason and what to do.
 */
export async function checkOutputFile(path: string, options: CheckOutputOptions = {}): Promise<void> {
  if (/[\\/]$/.test(path)) throw new InputError(`${path} is the name of a folder; give the name of a file in it`);
  const kind = await outputKind(path);
  if (kind === "device") return;
  if (kind === "file") {
    const own = await Deno.realPath(path);
    for (const input of options.inputs ?? []) {
      if (await Deno.realPath(input).catch(() => undefined) !== own) continue;
      throw new InputError(`${path} would be written over the input ${input}; give another name`);
    }
  }
  await checkOutputFolder(dirname(path), options);
}

/**
 * Checks before long work that its results can be written into a folder, which need not exist yet; see
 * {@linkcode checkOutputFile}.
 *
 * @throws {InputError} If it is a file, or files cannot be written in it, with the reason and what to do.
 */
export async function checkOutputFolder(path: string, { bytes = 1e6 }: CheckOutputOptions = {}): Promise<void> {
  const folder = await existingFolder(resolve(path), path);
  const probe = join(folder, `.${crypto.randomUUID().slice(0, 8)}.partial`);
  try {
    await Deno.writeFile(probe, new Uint8Array(), { createNew: true });
    await Deno.remove(probe);
  } catch (error) {
    throw outputError(path, error);
  }
  const free = await freeDisk(folder);
  if (free >= bytes) return;
  throw new InputError(
    `${path}: at least ${formatBytes(bytes)} will be written there, but the disk has only ${formatBytes(free)} free. ` +
      'Free some space ("deno task clean --dry-run" shows what ctsurv can remove), or use another disk',
  );
}

/** The folder itself, or the closest one above it that exists. */
async function existingFolder(path: string, asked: string): Promise<string> {
  try {
    if ((await Deno.stat(path)).isDirectory) return path;
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw outputError(asked, error);
    // A dangling link has a name, so that no folder can be made there.
    if (!await Deno.lstat(path).catch(() => undefined)) return await existingFolder(dirname(path), asked);
    throw new InputError(
      `${asked}: ${path} is a link to something that is not there; remove it, or give another folder`,
    );
  }
  throw new InputError(
    resolve(asked) === path
      ? `${asked} is a file; give the name of a folder`
      : `${asked}: ${path} is a file, so there can be no folder in it; give another name`,
  );
}
