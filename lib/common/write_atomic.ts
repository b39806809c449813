import { dirname } from "node:path";

/**
 * Writes a file by way of a temporary name beside it and a rename, so that a reader, or a run that was interrupted,
 * never sees half of it. Creates the folder if needed.
 */
export async function writeAtomic(path: string, content: Uint8Array | string): Promise<void> {
  await Deno.mkdir(dirname(path), { recursive: true });
  const temporary = `${path}.${crypto.randomUUID().slice(0, 8)}.partial`;
  try {
    if (typeof content === "string") await Deno.writeTextFile(temporary, content);
    else await Deno.writeFile(temporary, content);
    await Deno.rename(temporary, path);
  } catch (error) {
    await Deno.remove(temporary).catch(() => {});
    throw error;
  }
}
