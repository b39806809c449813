import { join } from "node:path";
import { statInput } from "./stat_input.ts";

/** Every file under a folder, in the order of their paths, links followed; or the file itself. Throws `InputError` if there is nothing. */
export async function listFiles(path: string): Promise<string[]> {
  if (await statInput(path) === "file") return [path];
  const names: string[] = [];
  for await (const entry of Deno.readDir(path)) names.push(entry.name);
  const nested = await Promise.all(names.sort().map((name) => listFiles(join(path, name))));
  return nested.flat();
}
