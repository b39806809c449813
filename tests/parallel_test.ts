import { assert, assertEquals } from "@std/assert";

const folder = new URL("./", import.meta.url);

async function* sources(folder: URL): AsyncGenerator<URL> {
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    if (isDirectory) yield* sources(new URL(`${name}/`, folder));
    else if (name.endsWith(".ts")) yield new URL(name, folder);
  }
}

Deno.test("tests change neither variables nor the working folder, which all files of a parallel run share", async () => {
  const changes = /\b(Deno\.env\.(set|delete)|(Deno|process)\.chdir)\(/;
  const found: string[] = [];
  let count = 0;
  for await (const source of sources(folder)) {
    count++;
    if (changes.test(await Deno.readTextFile(source))) found.push(source.href.slice(folder.href.length));
  }
  assert(count > 100);
  assertEquals(found, []);
});
