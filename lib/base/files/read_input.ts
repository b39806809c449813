import type { z } from "zod";
import { InputError } from "../errors.ts";

/**
 * Reads the text of a JSON file that people write.
 *
 * @param file How messages name it.
 * @param what What the file is to describe, for messages: "a cohort".
 * @throws {InputError} If it is no JSON, or an entry is missing, wrong or unknown: all of them at once.
 */
export function parseJsonFile<T>(text: string, file: string, schema: z.ZodType<T>, what: string): T {
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

/** As much as one array can be relied on to hold; no scan comes near it. */
const MOST_BYTES = 2 ** 31 - 1;

/**
 * The bytes of a file that a user gave.
 *
 * @throws {InputError} If it is not there, may not be read, or has 2 GiB or more.
 */
export async function readInput(path: string): Promise<Uint8Array<ArrayBuffer>> {
  try {
    const { size } = await Deno.stat(path);
    if (size > MOST_BYTES) throw new InputError(`${path}: ${size} bytes, more than any scan has (2 GiB)`);
    return await Deno.readFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) throw new InputError(`${path}: no such file`);
    if (error instanceof Deno.errors.PermissionDenied) throw new InputError(`${path}: no permission to read it`);
    throw error;
  }
}

/**
 * Whether a path that a user gave is a file or a folder.
 *
 * @throws {InputError} If there is nothing there, or it may not be read.
 */
export async function statInput(path: string): Promise<"file" | "folder"> {
  try {
    return (await Deno.stat(path)).isDirectory ? "folder" : "file";
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) throw new InputError(`${path}: no such file or folder`);
    if (error instanceof Deno.errors.PermissionDenied) throw new InputError(`${path}: no permission to read it`);
    throw error;
  }
}
