import { InputError } from "../errors.ts";

/** @throws {InputError} If there is nothing at a path; `advice` says what should be there. */
export async function mustExist(path: string, advice: string): Promise<void> {
  await Deno.stat(path).catch((error) => {
    throw error instanceof Deno.errors.NotFound ? new InputError(`${path}: ${advice}`) : error;
  });
}

/** Whether there is something at a path. */
export async function fileExists(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true, () => false);
}
