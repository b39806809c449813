import { InputError } from "../errors.ts";

/**
 * Checks that there is a file or folder at a path.
 *
 * @param advice Follows the path in the message: what should be there, and how to get it.
 * @throws {InputError} If there is nothing.
 */
export async function mustExist(path: string, advice: string): Promise<void> {
  await Deno.stat(path).catch((error) => {
    throw error instanceof Deno.errors.NotFound ? new InputError(`${path}: ${advice}`) : error;
  });
}

/** Whether there is something at a path. */
export async function fileExists(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true, () => false);
}

/** For `catch`: nothing at a path counts as undefined; every other error is thrown again. */
export function ignoreNotFound(error: unknown): undefined {
  if (!(error instanceof Deno.errors.NotFound)) throw error;
}
