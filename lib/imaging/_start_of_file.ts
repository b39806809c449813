import { readInput } from "@ctsurv/base/mod.ts";

/** The largest size that every array can hold. */
const MOST_BYTES = 2 ** 31 - 1;

/**
 * The first bytes of a file, and how many it has.
 *
 * @throws {InputError} If it does not exist, may not be read, or is no file: a pipe never begins.
 */
export async function readStartOfFile(
  path: string,
  length: number,
): Promise<{ readonly bytes: Uint8Array<ArrayBuffer>; readonly size: number }> {
  const info = await Deno.stat(path).catch(() => undefined);
  const wanted = Math.min(length, info?.size ?? 0);
  const file = info?.isFile && wanted <= MOST_BYTES ? await Deno.open(path).catch(() => undefined) : undefined;
  // It refuses whatever cannot be opened or is too large, with the reason.
  if (!info || !file) return whole(await readInput(path));
  using open = file;
  const bytes = new Uint8Array(wanted);
  let filled = 0;
  while (filled < bytes.length) {
    const count = await open.read(bytes.subarray(filled));
    if (count === null) break;
    filled += count;
  }
  // A file that ends before its size, as those of /proc, has no more.
  return { bytes: bytes.subarray(0, filled), size: filled < wanted ? filled : info.size };
}

function whole(bytes: Uint8Array<ArrayBuffer>) {
  return { bytes, size: bytes.length };
}
