import { join } from "node:path";
import { statInput } from "./read_input.ts";

/**
 * Every file under a folder, in the order of their paths; for a path of a file, that file alone. Links are followed,
 * except those that lead back to a folder on the way down.
 *
 * @example
 * ```ts
 * import { listFiles } from "@ctsurv/ctsurv/base";
 * import { assertEquals } from "@std/assert";
 *
 * const scan = await Deno.makeTempDir();
 * for (const name of ["2.dcm", "1.dcm"]) await Deno.writeTextFile(`${scan}/${name}`, "");
 * assertEquals(await listFiles(scan), [`${scan}/1.dcm`, `${scan}/2.dcm`]);
 * ```
 *
 * @throws {InputError} If there is nothing at the path.
 */
export function listFiles(path: string): Promise<string[]> {
  return list(path, []);
}

async function list(path: string, folders: readonly string[]): Promise<string[]> {
  if (await statInput(path) === "file") return [path];
  const real = await Deno.realPath(path);
  if (folders.includes(real)) return [];
  const names: string[] = [];
  for await (const entry of Deno.readDir(path)) names.push(entry.name);
  const nested = await Promise.all(names.sort().map((name) => list(join(path, name), [...folders, real])));
  return nested.flat();
}
