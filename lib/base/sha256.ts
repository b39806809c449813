import { createHash } from "node:crypto";

/**
 * The SHA-256 of the concatenated parts, as 64 lower-case hex digits. Text counts as UTF-8.
 *
 * @example
 * ```ts
 * import { sha256 } from "@ctsurv/ctsurv/base";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(sha256("LUNG1-001").slice(0, 8), "f291a752");
 * assertEquals(sha256("LUNG1-", Uint8Array.of(48, 48, 49)), sha256("LUNG1-001"));
 * ```
 */
export function sha256(...parts: readonly (Uint8Array | string)[]): string {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part);
  return hash.digest("hex");
}

/**
 * The SHA-256 of a file, as 64 lower-case hex digits. The file is read a piece at a time.
 *
 * @throws {Deno.errors.NotFound} If there is no such file.
 */
export async function sha256File(path: string): Promise<string> {
  const hash = createHash("sha256");
  const file = await Deno.open(path);
  for await (const piece of file.readable) hash.update(piece);
  return hash.digest("hex");
}
