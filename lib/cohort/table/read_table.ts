import { InputError } from "@ctsurv/base/mod.ts";
import { decodeTable, MOST_TABLE_BYTES, type TableText } from "./_decode_table.ts";
import { type Csv, parseCsv } from "./csv.ts";

/** A table from a file, and what a reader should know of how it was read. */
export interface TableFile extends Csv {
  /** Sentences for people, such as that the file was read as Latin-1; none for a table in UTF-8. */
  readonly notes: readonly string[];
}

/**
 * Reads a table that a user gave, as {@linkcode parseCsv} does. The file may be in UTF-8, UTF-16 or Latin-1, and
 * compressed by gzip.
 *
 * @throws {InputError} If the file does not exist, may not be read, or is no table: workbooks, archives, HTML and files
 *   of statistics programs are named, with how to export a table from them.
 *
 * @example
 * ```ts
 * import { readCsv } from "@ctsurv/ctsurv/cohort/table";
 * import { assertEquals } from "@std/assert";
 *
 * const path = await Deno.makeTempFile({ suffix: ".csv" });
 * await Deno.writeFile(path, Uint8Array.from("patient,months\nM\xfcller,24\n", (sign) => sign.charCodeAt(0)));
 * const { rows, notes } = await readCsv(path);
 * assertEquals(rows[0]?.cells, ["Müller", "24"]);
 * assertEquals(notes.length, 1); // read as Latin-1
 * await Deno.remove(path);
 * ```
 */
export async function readCsv(
  path: string,
  options: { readonly decimal?: "." | "," | undefined } = {},
): Promise<TableFile> {
  const { text, notes } = await readText(path);
  return { ...parseCsv(text, path, options), notes };
}

/**
 * Reads the text of a table that a user gave. It is UTF-8, UTF-16, which Excel writes as "Unicode text", or Latin-1, and
 * may be compressed by gzip. See {@linkcode readCsv}.
 *
 * @throws {InputError} If the file does not exist or may not be read, or is not text in these encodings.
 *
 * @example
 * ```ts
 * import { readTable } from "@ctsurv/ctsurv/cohort/table";
 * import { assertEquals } from "@std/assert";
 *
 * const path = await Deno.makeTempFile({ suffix: ".csv" });
 * await Deno.writeFile(path, Uint8Array.of(0xff, 0xfe, 0x49, 0, 0x44, 0)); // "ID" in UTF-16
 * assertEquals(await readTable(path), "ID");
 * await Deno.remove(path);
 * ```
 */
export async function readTable(path: string): Promise<string> {
  return (await readText(path)).text;
}

async function readText(path: string): Promise<TableText> {
  return await decodeTable(await readBytes(path), path);
}

async function readBytes(path: string): Promise<Uint8Array<ArrayBuffer>> {
  try {
    const { isDirectory, isFile, size } = await Deno.stat(path);
    if (isDirectory) throw new InputError(`${path} is a folder; give the file in it`);
    // A shell's <(…) and /dev/stdin end by themselves. Another pipe may wait for ever for somebody who writes to it.
    if (!isFile && !/^\/(dev|proc)\//.test(path)) {
      throw new InputError(`${path} is a named pipe or a device, not a file; write the table to a file`);
    }
    if (size > MOST_TABLE_BYTES) {
      throw new InputError(`${path}: ${size} bytes, more than any table has; give the table of the patients alone`);
    }
    if (isFile) return await Deno.readFile(path);
    return await readStream(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) throw new InputError(`${path}: there is no such file`);
    if (error instanceof Deno.errors.PermissionDenied) throw new InputError(`${path}: no permission to read it`);
    throw error;
  }
}

/** Reads what may have no end, such as /dev/zero. */
async function readStream(path: string): Promise<Uint8Array<ArrayBuffer>> {
  using file = await Deno.open(path);
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let size = 0;
  for await (const part of file.readable) {
    parts.push(part);
    size += part.length;
    if (size > MOST_TABLE_BYTES) throw new InputError(`${path} gives more than any table has`);
  }
  return new Uint8Array(await new Blob(parts).arrayBuffer());
}
