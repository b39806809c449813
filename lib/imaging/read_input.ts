import { InputError } from "@ctsurv/common/mod.ts";

/**
 * The bytes of a file that a user gave.
 *
 * @throws {InputError} If it is not there, or may not be read.
 */
export async function readInput(path: string): Promise<Uint8Array<ArrayBuffer>> {
  try {
    return await Deno.readFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) throw new InputError(`${path}: no such file`);
    if (error instanceof Deno.errors.PermissionDenied) throw new InputError(`${path}: no permission to read it`);
    throw error;
  }
}
