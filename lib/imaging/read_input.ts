import { InputError } from "@ctsurv/common/mod.ts";

/** As much as one array can be relied on to hold; no scan comes near it. */
const MOST_BYTES = 2 ** 31 - 1;

/**
 * The bytes of a file that a user gave.
 *
 * @throws {InputError} If it is not there, may not be read, or has 2 GiB or more.
 */
export async function readInput(path: string): Promise<Uint8Array<ArrayBuffer>> {
  try {
    const { size } = await Deno.stat(path);
    if (size > MOST_BYTES) throw new InputError(`${path}: ${size} bytes, more than any scan has (2 GiB)`);
    return await Deno.readFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) throw new InputError(`${path}: no such file`);
    if (error instanceof Deno.errors.PermissionDenied) throw new InputError(`${path}: no permission to read it`);
    throw error;
  }
}
