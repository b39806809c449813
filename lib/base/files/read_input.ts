import { InputError } from "../errors.ts";

/** A check that gives the content of a JSON file its type. Every zod schema is one. */
export interface JsonSchema<T> {
  /** Gives the content as `data` if it fits, and otherwise what is wrong with which entry. It does not throw. */
  safeParse(json: unknown): {
    readonly data?: T | undefined;
    readonly error?:
      | { readonly issues: readonly { readonly path: readonly PropertyKey[]; readonly message: string }[] }
      | undefined;
  };
}

/**
 * Reads the text of a JSON file that people write.
 *
 * @example A file with a mistake in it
 * ```ts
 * import { InputError, parseJsonFile } from "@ctsurv/ctsurv/base";
 * import { assertEquals, assertThrows } from "@std/assert";
 * import { z } from "zod";
 *
 * const columns = z.strictObject({ months: z.string(), event: z.string() });
 * const read = (text: string) => parseJsonFile(text, "columns.json", columns, "the columns of a clinical table");
 *
 * assertEquals(read('{ "months": "Survival.time", "event": "deadstatus.event" }').months, "Survival.time");
 * assertThrows(() => read('{ "months": "Survival.time" }'), InputError, "event: ");
 * ```
 *
 * @param file How messages name the file.
 * @param schema Usually a zod schema.
 * @param what What the file should describe, for messages: "a cohort".
 * @throws {InputError} If it is not JSON, or if entries are missing, wrong or unknown. The message lists all of them.
 */
export function parseJsonFile<T>(text: string, file: string, schema: JsonSchema<T>, what: string): T {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new InputError(`${file} is not JSON: ${(error as Error).message}`);
  }
  const { data, error } = schema.safeParse(json);
  if (data) return data;
  const issues = error!.issues.map(({ path, message }) => `${path.join(".") || "the whole"}: ${message}`);
  throw new InputError([`${file} does not describe ${what}:`, ...issues].join("\n  "));
}

/** The largest size that every array can hold; no scan comes near it. */
const MOST_BYTES = 2 ** 31 - 1;

/**
 * The bytes of a file that a user gave.
 *
 * @throws {InputError} If it is not there, may not be read, is no file, or has 2 GiB or more.
 */
export async function readInput(path: string): Promise<Uint8Array<ArrayBuffer>> {
  try {
    const { size, isFile, isDirectory } = await Deno.stat(path);
    if (isDirectory) throw new InputError(`${path} is a folder; give the file in it`);
    // Reading a pipe could wait for ever.
    if (!isFile) throw new InputError(`${path}: a pipe, socket or device, not a file. Copy its content into a file`);
    if (size > MOST_BYTES) throw new InputError(`${path}: ${size} bytes, more than any scan has (2 GiB)`);
    return await Deno.readFile(path);
  } catch (error) {
    throw refusal(path, error, "no such file");
  }
}

/**
 * Whether a path that a user gave is that of a file or of a folder.
 *
 * @throws {InputError} If there is nothing at the path, it may not be read, or it is something else, such as a pipe.
 */
export async function statInput(path: string): Promise<"file" | "folder"> {
  try {
    const { isFile, isDirectory } = await Deno.stat(path);
    if (isFile || isDirectory) return isFile ? "file" : "folder";
    throw new InputError(`${path}: a pipe, socket or device, neither a file nor a folder`);
  } catch (error) {
    throw refusal(path, error, "no such file or folder");
  }
}

/** What the system says of a path becomes a refusal; anything else stays what it is. */
function refusal(path: string, error: unknown, absent: string): unknown {
  if (error instanceof Deno.errors.NotFound) return new InputError(`${path}: ${absent}`);
  if (error instanceof Deno.errors.PermissionDenied) return new InputError(`${path}: no permission to read it`);
  // "Too many levels of symbolic links (os error 40): stat '/a'"
  const [, reason] = /^(.*?) \(os error \d+\)/.exec((error as Error).message) ?? [];
  return reason === undefined ? error : new InputError(`${path}: cannot be read: ${reason.toLowerCase()}`);
}
