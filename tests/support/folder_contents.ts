import { join } from "node:path";
import { sha256 } from "@ctsurv/base/mod.ts";

/** Path -> hash of every file in a folder. */
export async function folderContents(dir: string, under = ""): Promise<Record<string, string>> {
  const found: [string, string][] = [];
  for await (const { name, isDirectory } of Deno.readDir(join(dir, under))) {
    const path = join(under, name);
    if (isDirectory) found.push(...Object.entries(await folderContents(dir, path)));
    else found.push([path, sha256(await Deno.readFile(join(dir, path)))]);
  }
  return Object.fromEntries(found.sort(([a], [b]) => a < b ? -1 : 1));
}
