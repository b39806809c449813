import { InputError } from "@ctsurv/common/mod.ts";
import { hasLayout } from "./catalogue/layouts.ts";
import type { PretrainedFile } from "./catalogue/pretrained_file.ts";
import { openCheckpoint } from "./open_checkpoint.ts";
import { sha256File } from "./sha256_file.ts";

/** Digits of a SHA-256. */
const fullHash = 64;

/** Whether an entry's whole hash is known, so that a file that has it is the published one beyond doubt. */
export function isPinned({ sha256 = "" }: PretrainedFile): boolean {
  return sha256.length === fullHash;
}

/**
 * Checks a file against its entry: its size and hash, as far as they are known, and for the rest whether it can be read
 * and has the network's names and shapes.
 *
 * @returns Its SHA-256.
 * @throws {InputError} If it is another file, or a damaged one.
 */
export async function checkFile(path: string, entry: PretrainedFile): Promise<string> {
  const { size } = await Deno.stat(path);
  if (entry.bytes !== undefined && size !== entry.bytes) {
    throw new InputError(`${path} has ${size} bytes; ${entry.file} has ${entry.bytes}`);
  }
  const found = await sha256File(path);
  if (!found.startsWith(entry.sha256 ?? "")) {
    throw new InputError(`${path} has the SHA-256 ${found}; that of ${entry.file} is ${entry.sha256}`);
  }
  if (!isPinned(entry)) {
    using checkpoint = await openCheckpoint(path);
    if (!hasLayout(checkpoint, entry)) {
      throw new InputError(`${path} does not hold the weights of ${entry.architecture}`);
    }
  }
  return found;
}
