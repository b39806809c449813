import { InputError } from "@ctsurv/base/mod.ts";
import { resultFiles } from "../results/result_files.ts";

/**
 * Files that are not compared: pages and notebooks are made from the rest, `run.json` has dates and times, and
 * `seeds.json` is made by a script of its own.
 */
const IGNORED: readonly RegExp[] = [
  /(\.html|\.ipynb|\.partial|\.log|(^|\/)(run|seeds)\.json|(^|\/)\.[^/]*)$/,
  // Of notebooks 06 and 07, which `reproduce` runs only when asked for all.
  /(^|\/)(explanation|external_validation|fusion|learning_curve\w*|losses\w*|multiverse|repeats\w*|uncertainty)[./]/,
  /_ensemble\.\w+$/,
];

/**
 * Lists the files of a folder of results that can be compared, by a name that is the same in another folder. That name
 * has no digits if the file is a figure: which patients have a figure depends on how they were ranked.
 *
 * @throws {InputError} If there is no such folder, or no results in it.
 */
export async function listResults(folder: string): Promise<ReadonlyMap<string, string>> {
  const found = (await resultFiles(folder)).filter((file) => !IGNORED.some((pattern) => pattern.test(file)));
  // The tables come first: the rest supports them.
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

/** Whether a file is a figure: one for people to look at, not for programs to read. */
export function isFigure(file: string): boolean {
  return !/\.(json|csv|md)$/.test(file);
}
