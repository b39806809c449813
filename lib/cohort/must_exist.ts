import { InputError } from "@ctsurv/common/mod.ts";

/** @throws {InputError} If there is nothing at a path; `advice` says what should be there. */
export async function mustExist(path: string, advice: string): Promise<void> {
  await Deno.stat(path).catch((error) => {
    throw error instanceof Deno.errors.NotFound ? new InputError(`${path}: ${advice}`) : error;
  });
}
