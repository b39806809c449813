import { InputError } from "@ctsurv/common/mod.ts";

/**
 * Whether a path that a user gave is a file or a folder.
 *
 * @throws {InputError} If there is nothing there, or it may not be read.
 */
export async function statInput(path: string): Promise<"file" | "folder"> {
  try {
    return (await Deno.stat(path)).isDirectory ? "folder" : "file";
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) throw new InputError(`${path}: no such file or folder`);
    if (error instanceof Deno.errors.PermissionDenied) throw new InputError(`${path}: no permission to read it`);
    throw error;
  }
}
