import { join } from "node:path";

/** Every file under a folder, in the order of their paths, links followed; or the file itself. */
export async function listFiles(path: string): Promise<string[]> {
  if ((await Deno.stat(path)).isFile) return [path];
  const names: string[] = [];
  for await (const entry of Deno.readDir(path)) names.push(entry.name);
  const nested = await Promise.all(names.sort().map((name) => listFiles(join(path, name))));
  return nested.flat();
}
