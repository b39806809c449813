import { z } from "zod";
import { join } from "node:path";
import { fileExists, InputError } from "@ctsurv/base/mod.ts";

/**
 * Reads a file of results.
 *
 * @param what What the file should hold, for messages: "Table 1".
 * @throws {InputError} If there is no such file or it holds something else.
 */
export async function readResults<T>(path: string, schema: z.ZodType<T>, what: string): Promise<T> {
  let content: unknown;
  try {
    content = JSON.parse(await Deno.readTextFile(path));
  } catch (error) {
    throw new InputError(`Cannot read the results ${path}: ${(error as Error).message}`, { cause: error });
  }
  const parsed = schema.safeParse(content);
  if (parsed.success) return parsed.data;
  throw new InputError(`${path} does not hold the results of a ${what}:\n${z.prettifyError(parsed.error)}`);
}

/**
 * Reads a file of a folder of results; undefined where the run has not made it.
 *
 * @param read Such as `readTable2`.
 */
export async function readIfThere<T>(
  folder: string,
  name: string,
  read: (path: string) => Promise<T>,
): Promise<T | undefined> {
  const path = join(folder, name);
  return await fileExists(path) ? await read(path) : undefined;
}

/**
 * Lists every file in a folder of results and in the folders below it: paths from the folder on, sorted, with slashes
 * on every system.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { resultFiles } from "@ctsurv/ctsurv/report";
 *
 * const folder = await Deno.makeTempDir();
 * await Deno.writeTextFile(`${folder}/table1.json`, "{}");
 * await Deno.mkdir(`${folder}/predictions`);
 * await Deno.writeTextFile(`${folder}/predictions/vgg16.csv`, "patient\r\n");
 * assertEquals(await resultFiles(folder), ["predictions/vgg16.csv", "table1.json"]);
 * await Deno.remove(folder, { recursive: true });
 * ```
 *
 * @throws {InputError} If there is no such folder.
 */
export async function resultFiles(folder: string): Promise<string[]> {
  return (await list(folder, "")).sort();
}

async function list(folder: string, below: string): Promise<string[]> {
  const files: string[] = [];
  try {
    for await (const { name, isDirectory } of Deno.readDir(join(folder, below))) {
      const path = below === "" ? name : `${below}/${name}`;
      if (isDirectory) files.push(...await list(folder, path));
      else files.push(path);
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound) && !(error instanceof Deno.errors.NotADirectory)) throw error;
    throw new InputError(`There are no results: ${join(folder, below)} is not a folder. Make them with "reproduce"`);
  }
  return files;
}
