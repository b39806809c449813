import { join } from "node:path";
import { InputError } from "@ctsurv/common/mod.ts";

/**
 * Every file in a folder of results, by its path there, written with slashes on every system, in order.
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
    throw new InputError(`There are no results: ${join(folder, below)} is no folder. Make them with "reproduce"`);
  }
  return files;
}
