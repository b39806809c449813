import { InputError } from "@ctsurv/base/mod.ts";
import { resultFiles } from "../results/result_files.ts";

/** Pages and notebooks are made from the rest; `run.json` says when and how long. */
const IGNORED = /(\.html|\.ipynb|\.partial|(^|\/)run\.json|(^|\/)\.[^/]*)$/;

/**
 * The files of a folder of results that can be compared, by a name that is the same in another folder. Digits in a
 * figure's name do not count: which patients are pictured depends on how they were ranked.
 *
 * @throws {InputError} If there is no such folder, or no results in it.
 */
export async function listResults(folder: string): Promise<ReadonlyMap<string, string>> {
  const found = (await resultFiles(folder)).filter((file) => !IGNORED.test(file));
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
