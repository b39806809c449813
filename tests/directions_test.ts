import { assert, assertEquals } from "@std/assert";
import { basename, dirname, relative } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../", import.meta.url));
const lib = `${root}lib`;

/** The folders of lib; each may import those before it, and no other. */
const order = [
  "base",
  "engine",
  "nn",
  "weights",
  "imaging",
  "cohort",
  "survival",
  "lungs",
  "features",
  "training",
  "analysis",
  "report",
  "study",
  "notebook",
  "cli",
];

interface Import {
  readonly from: string;
  readonly specifier: string;
  /** From the root of lib: `survival/mod.ts`; undefined for a package or a file of data. */
  readonly target: string | undefined;
}

function* sources(folder: string): Generator<string> {
  for (const { name, isDirectory } of Deno.readDirSync(folder)) {
    if (isDirectory) yield* sources(`${folder}/${name}`);
    else if (name.endsWith(".ts")) yield `${folder}/${name}`;
  }
}

/** Every import, re-export and dynamic import of a file, without those that its comments show. */
function importsOf(path: string): Import[] {
  const code = Deno.readTextFileSync(path).replaceAll(/\/\*\*[^]*?\*\//g, "");
  const pattern =
    /(?:^|\n)(?:import|export)\s[^;"]*?"([^"\n]+)"|import\("([^"\n]+)"\)|import\.meta\.resolve\("([^"\n]+)"\)/g;
  return [...code.matchAll(pattern)].map(([, still, dynamic, resolved]) => {
    const specifier = (still ?? dynamic ?? resolved)!;
    const target = !specifier.endsWith(".ts")
      ? undefined
      : specifier.startsWith("@ctsurv/")
      ? specifier.slice("@ctsurv/".length)
      : specifier.startsWith(".")
      ? relative(lib, fileURLToPath(new URL(specifier, `file://${path}`)))
      : undefined;
    return { from: relative(lib, path), specifier, target };
  });
}

const all = [...sources(lib)].flatMap(importsOf);
const folderOf = (path: string) => path.split("/")[0]!;

Deno.test("lib has the folders that have a place in the order, and no other", () => {
  const folders = [...Deno.readDirSync(lib)].filter(({ isDirectory }) => isDirectory).map(({ name }) => name);
  assertEquals(folders.sort(), [...order].sort());
  assert(all.length > 1000, "the imports were not found");
});

Deno.test("imports run in one direction: a folder imports only those before it", () => {
  const wrong = all.filter(({ from, target }) =>
    target !== undefined && order.indexOf(folderOf(target)) > order.indexOf(folderOf(from))
  );
  assertEquals(wrong.map(({ from, specifier }) => `${from} imports ${specifier}`), []);
});

Deno.test("a folder is imported through a mod.ts by the others, and by relative paths within", () => {
  const wrong = all.filter(({ from, specifier, target }) => {
    if (target === undefined) return false;
    const isOwn = folderOf(target) === folderOf(from);
    return isOwn
      ? specifier.startsWith("@ctsurv/")
      : !specifier.startsWith("@ctsurv/") || basename(target) !== "mod.ts";
  });
  assertEquals(wrong.map(({ from, specifier }) => `${from} imports ${specifier}`), []);
});

Deno.test("a leading underscore marks what no mod.ts exports, and nothing else", () => {
  const exported = new Set(all.filter(({ from }) => basename(from) === "mod.ts").map(({ target }) => target));
  const isPrivate = (path: string) => path.split("/").some((part) => part.startsWith("_"));
  const files = [...sources(lib)].map((path) => relative(lib, path))
    .filter((path) => basename(path) !== "mod.ts" && folderOf(path) !== "cli");
  assertEquals(files.filter((path) => isPrivate(path) === exported.has(path)), []);
});

Deno.test("rooms have at most 16 files; only the command line has a file for each of its commands", () => {
  const rooms = Map.groupBy(sources(lib), (path) => relative(lib, dirname(path)));
  const full = [...rooms].filter(([room, files]) => files.length > 16 && room !== "cli/commands");
  assertEquals(full.map(([room, files]) => `${room}: ${files.length}`), []);
});

Deno.test("files have at most 310 lines, but for the table of convolution kernels", () => {
  const long = [...sources(lib)].filter((path) => Deno.readTextFileSync(path).split("\n").length > 311)
    .map((path) => relative(lib, path));
  assertEquals(long, ["engine/_trace/kernels/convolutions.ts"]);
});
