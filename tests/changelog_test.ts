import { assert, assertEquals } from "@std/assert";
import exported from "./fixtures/v0.1.0/exports.json" with { type: "json" };

const read = (path: string) => Deno.readTextFileSync(new URL(`../${path}`, import.meta.url));

/** What a folder of the library exports today, types among it; nothing if there is no such folder. */
function exportsOf(folder: string): Set<string> {
  let face = "";
  try {
    face = read(`lib/${folder}/mod.ts`);
  } catch { /* The folder has another name now. */ }
  const lists = [...face.matchAll(/^export (?:type )?\{([^}]*)\}/gm)].flatMap(([, names]) => names!.split(","));
  return new Set(lists.map((name) => name.trim().replace(/^type /, "")));
}

/** A name of 0.1.0, and where the changelog says it is. */
interface Moved {
  readonly from: string;
  readonly name: string;
  /** Undefined if it is no longer public. */
  readonly to?: { readonly folder: string; readonly name: string };
}

const section = /\n### Moved\n([^]*?)\n## /.exec(read("CHANGELOG.md"))![1]!;
const names = (list: string) => [...list.matchAll(/`(\w+)`/g)].map(([, name]) => name!);
const moved: readonly Moved[] = [
  ...[...section.matchAll(/^- From `([^`]+)` to `([^`]+)`: ([^]*?)\.$/gm)].flatMap(([, from, folder, list]) =>
    names(list!).map((name) => ({ from: from!, name, to: { folder: folder!, name } }))
  ),
  ...[...section.matchAll(/^\| `(\w+)` in `([^`]+)` +\| `(\w+)` in `([^`]+)` +\|$/gm)].map((
    [, name, from, now, folder],
  ) => ({ from: from!, name: name!, to: { folder: folder!, name: now! } })),
  ...[...section.matchAll(/^- `([^`]+)`: ([^.]*)\./gm)].flatMap(([, from, list]) =>
    names(list!).map((name) => ({ from: from!, name }))
  ),
];

Deno.test("CHANGELOG.md says of every public name of 0.1.0 that is gone where it is now, once", () => {
  const gone = Object.entries(exported).flatMap(([from, all]) => {
    const here = exportsOf(from);
    return all.filter((name) => !here.has(name)).map((name) => `${name} in ${from}`);
  });
  assert(gone.length > 200, "the names were not found");
  assertEquals(moved.map(({ from, name }) => `${name} in ${from}`).sort(), gone.sort());
});

Deno.test("CHANGELOG.md: what has moved is where it says", () => {
  const wrong = moved.filter(({ to }) => to && !exportsOf(to.folder).has(to.name));
  assertEquals(wrong.map(({ to }) => `${to!.name} in ${to!.folder}`), []);
});

Deno.test("CHANGELOG.md begins with the version of deno.json", () => {
  const { version } = JSON.parse(read("deno.json"));
  assertEquals(/^## (\S+)/m.exec(read("CHANGELOG.md"))?.[1], version);
});
