import { join } from "node:path";
import { readChecked, sha256, writeChecked } from "@ctsurv/common/mod.ts";

/** Where numbers are kept, and everything they depend on. */
export interface NumbersEntry {
  readonly folder: string;
  /** Of the file's name, with its dot. */
  readonly extension: string;
  /** Anything JSON can hold. */
  readonly identity: object;
}

/** Numbers as their bytes. */
export interface CachedNumbers {
  readonly shape: readonly number[];
  readonly bytes: ArrayBufferView<ArrayBuffer>;
}

/** The file of an entry. */
export function numbersPath({ folder, extension, identity }: NumbersEntry): string {
  return join(folder, `${sha256(JSON.stringify(identity))}${extension}`);
}

/** Numbers of an earlier run; undefined if there are none, or they are damaged or something else's. */
export async function readNumbers(entry: NumbersEntry): Promise<CachedNumbers | undefined> {
  const known = await readChecked<{ identity: object; shape: readonly number[] }>(numbersPath(entry));
  if (!known || JSON.stringify(known.header.identity) !== JSON.stringify(entry.identity)) return undefined;
  return { shape: known.header.shape, bytes: known.payload };
}

/** Keeps numbers for {@linkcode readNumbers}. */
export async function writeNumbers(entry: NumbersEntry, { shape, bytes }: CachedNumbers): Promise<void> {
  await writeChecked(numbersPath(entry), { identity: entry.identity, shape }, bytes);
}
