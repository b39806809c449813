import { createHash } from "node:crypto";

/** SHA-256 of a file as lower-case hex, a piece at a time. */
export async function sha256File(path: string): Promise<string> {
  const hash = createHash("sha256");
  const file = await Deno.open(path);
  for await (const piece of file.readable) hash.update(piece);
  return hash.digest("hex");
}
