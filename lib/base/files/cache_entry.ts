import { join } from "node:path";
import { sha256 } from "../sha256.ts";
import { type CheckedContent, readChecked, writeChecked } from "./checked_file.ts";
import { packValue, unpackValue } from "./packed_value.ts";

/** A file of a cache, and everything that its content depends on. */
export interface CacheEntry {
  /** Folder of the cache. */
  readonly folder: string;
  /** Extension of the file's name, with its dot. */
  readonly extension: string;
  /** Everything that the content depends on, as JSON can hold it. The file is named after it. */
  readonly identity: object;
}

/** The path of an entry's file. */
export function entryPath({ folder, extension, identity }: CacheEntry): string {
  return join(folder, `${sha256(JSON.stringify(identity))}${extension}`);
}

/** What an earlier run left; undefined if there is nothing, or it is damaged or belongs to another entry. */
export async function readEntry<Header extends object>(
  entry: CacheEntry,
): Promise<CheckedContent<Header & { readonly identity: object }> | undefined> {
  const known = await readChecked<Header & { readonly identity: object }>(entryPath(entry));
  return known && JSON.stringify(known.header.identity) === JSON.stringify(entry.identity) ? known : undefined;
}

/**
 * Writes an entry for {@linkcode readEntry}.
 *
 * @param header Something small that JSON can hold.
 * @throws {DiskFullError} If the disk is full.
 */
export async function writeEntry(entry: CacheEntry, header: object, payload: ArrayBufferView): Promise<void> {
  await writeChecked(entryPath(entry), { identity: entry.identity, ...header }, payload);
}

/**
 * A value that an earlier run kept, or else a new one, which is then kept. A file that is damaged is made again. An
 * interrupted run leaves a whole file or none.
 *
 * @example
 * ```ts
 * import { keptValue } from "@ctsurv/ctsurv/base";
 * import { assertEquals } from "@std/assert";
 *
 * const entry = { folder: await Deno.makeTempDir(), extension: ".squares", identity: { of: [1, 2, 3] } };
 * let computed = 0;
 * const squares = () => (computed++, Promise.resolve(Float64Array.of(1, 4, 9)));
 * assertEquals(await keptValue(entry, squares), await keptValue(entry, squares));
 * assertEquals(computed, 1);
 * ```
 *
 * @param make Computes the value, from nothing but what the identity names: plain values and typed arrays.
 */
export async function keptValue<T>(entry: CacheEntry, make: () => Promise<T>): Promise<T> {
  const known = await readEntry<{ readonly value: unknown }>(entry);
  if (known) return unpackValue({ json: known.header.value, bytes: known.payload }) as T;
  const value = await make();
  const { json, bytes } = packValue(value);
  await writeEntry(entry, { value: json }, bytes);
  return value;
}
