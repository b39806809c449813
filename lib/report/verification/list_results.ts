import { join } from "node:path";
import { InputError } from "@ctsurv/common/mod.ts";

/** Pages and notebooks are made from the rest; `run.json` says when and how long. */
const ignored = /(\.html|\.ipynb|\.partial|(^|\/)run\.json|(^|\/)\.[^/]*)$/;

/**
 * The files of a folder of results that can be compared, by a name that is the same in another folder. Digits in a
 * figure's name do not count: which patients are pictured depends on how they were ranked.
 *
 * @throws {InputError} If there is no such folder, or no results in it.
 */
export async function listResults(folder: string): Promise<ReadonlyMap<string, string>> {
  const found = (await list(folder, "")).filter((file) => !ignored.test(file)).sort();
  // What the rest is there for comes first.
  const files = found.toSorted((a, b) => Number(isTable(b)) - Number(isTable(a)));
  if (files.length === 0) throw new InputError(`There are no results in ${folder}. Make them with "reproduce"`);
  const taken = new Map<string, number>();
  return new Map(files.map((file) => {
    if (!isFigure(file)) return [file, file];
    const name = file.replaceAll(/\d+/g, "#");
    const before = taken.get(name) ?? 0;
    taken.set(name, before + 1);
    return [`${name} ${before}`, file];
  }));
}

function isTable(file: string): boolean {
  return /^table\d+\.json$/.test(file);
}

/** Whether a file is to be looked at rather than read. */
export function isFigure(file: string): boolean {
  return !/\.(json|csv|md)$/.test(file);
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
