import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { Command } from "@ctsurv/cli/command.ts";
import { CATALOGUE } from "@ctsurv/weights/mod.ts";

const root = new URL("../", import.meta.url);
const read = (path: string) => Deno.readTextFile(new URL(path, root));
const docs = [...Deno.readDirSync(new URL("docs/", root))].map(({ name }) => `docs/${name}`);
const pages = ["README.md", "CHANGELOG.md", "CONTRIBUTING.md", ...docs.filter((path) => path.endsWith(".md")).sort()];

/** Markdown without fenced blocks, in which nothing is a link or a heading. */
const prose = (markdown: string) => markdown.replaceAll(/^```[^]*?^```/gm, "");

/** What GitHub makes of a heading to link to it. */
function anchor(heading: string): string {
  return heading.toLowerCase().replaceAll(/[^\p{L}\p{N} _-]/gu, "").replaceAll(" ", "-");
}

const headings = (markdown: string) =>
  [...prose(markdown).matchAll(/^#+ (.+)$/gm)].map(([, heading]) => heading!.trim());

async function notebookHeadings(url: URL): Promise<string[]> {
  const { cells } = JSON.parse(await Deno.readTextFile(url)) as {
    readonly cells: readonly { readonly cell_type: string; readonly source: readonly string[] }[];
  };
  return cells.flatMap(({ cell_type, source }) => cell_type === "markdown" ? headings(source.join("")) : []);
}

for (const page of pages) {
  Deno.test(`${page}: every link within the repository leads to a file, and to a heading where it names one`, async () => {
    const text = prose(await read(page));
    const broken: string[] = [];
    for (const [, target] of text.matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^[a-z]+:/.test(target!)) continue;
      const [path, fragment] = target!.split("#") as [string, string?];
      const url = path === "" ? new URL(page, root) : new URL(path, new URL(page, root));
      const found = await Deno.stat(url).catch(() => undefined);
      if (!found) broken.push(target!);
      else if (fragment && !headings(await Deno.readTextFile(url)).map(anchor).includes(fragment)) broken.push(target!);
    }
    assertEquals(broken, []);
  });
}

Deno.test("docs: a section named as in [02, _The table_](notebook) is in that notebook", async () => {
  const missing: string[] = [];
  for (const page of pages) {
    for (const [, number, section, path] of (await read(page)).matchAll(/\[(\d\d), _([^_]+)_\]\(([^)]+\.ipynb)\)/g)) {
      assertStringIncludes(path!, `notebooks/${number}_`);
      const found = await notebookHeadings(new URL(path!, new URL(page, root)));
      if (!found.includes(section!)) missing.push(`${page}: ${number}, ${section}`);
    }
  }
  assertEquals(missing, []);
});

/** The commands by name and by alias, as `lib/cli/main.ts` lists them. */
async function commands(): Promise<Map<string, Command>> {
  const main = await read("lib/cli/main.ts");
  const found = new Map<string, Command>();
  for (
    const [, quoted, plain, file] of main.matchAll(
      /^ {2}(?:"([\w-]+)"|(\w+)): async .*import\("\.\/commands\/(\w+)\.ts"\)/gm,
    )
  ) {
    const key = quoted ?? plain!;
    const exported: Record<string, unknown> = await import(new URL(`lib/cli/commands/${file}.ts`, root).href);
    const command = (Object.values(exported) as Command[]).find(({ name, aliases = [] }) =>
      [name, ...aliases].includes(key)
    );
    assert(command, `main.ts has "${key}", which is neither a name nor an alias in ${file}.ts`);
    found.set(key, command);
  }
  return found;
}

Deno.test("docs: every `deno task`, every ctsurv command and every option of it exists", async () => {
  const { tasks } = JSON.parse(await read("deno.json")) as { readonly tasks: Readonly<Record<string, unknown>> };
  const known = await commands();
  const wrong: string[] = [];
  for (const page of pages) {
    const joined = (await read(page)).replaceAll(/\\\n\s*/g, "");
    for (const [line, task, rest] of joined.matchAll(/\btask (ctsurv|reproduce|[\w-]+)([^`|\n#]*)/g)) {
      if (!/deno(@\S+)? task/.test(joined.slice(joined.indexOf(line) - 16, joined.indexOf(line) + 8))) continue;
      if (!Object.hasOwn(tasks, task!)) wrong.push(`${page}: ${line}`);
      const name = task === "ctsurv" ? /^ ([a-z][\w-]*)/.exec(rest!)?.[1] : task;
      if (task === "ctsurv" && name !== undefined && !known.has(name)) wrong.push(`${page}: ${line}`);
      const options = Object.keys(known.get(name ?? "")?.options ?? {});
      for (const [, option] of rest!.matchAll(/ --([\w-]+)/g)) {
        if (known.has(name ?? "") && ![...options, "help", "json"].includes(option!)) wrong.push(`${page}: ${line}`);
      }
    }
  }
  assertEquals(wrong, []);
});

Deno.test("README: its table of commands has every command", async () => {
  const readme = await read("README.md");
  for (const { name } of (await commands()).values()) assert(RegExp(`^\\| \`${name}\` `, "m").test(readme), name);
});

Deno.test("docs: every environment variable they name is read by the code", async () => {
  const sources = await Promise.all(
    ["lib/", "bench/", "tests/"].flatMap((folder) => [...walk(new URL(folder, root))]).map((url) =>
      Deno.readTextFile(url)
    ),
  );
  const code = sources.join("\n");
  for (const page of pages) {
    for (const [name] of (await read(page)).matchAll(/\bCTSURV_[A-Z_]+\b/g)) assertStringIncludes(code, name, page);
  }
});

function* walk(folder: URL): Generator<URL> {
  for (const { name, isDirectory } of Deno.readDirSync(folder)) {
    if (isDirectory) yield* walk(new URL(`${name}/`, folder));
    else if (name.endsWith(".ts")) yield new URL(name, folder);
  }
}

/** The rows of the table under a heading, as cells. */
function rows(markdown: string, heading: string): string[][] {
  const start = markdown.indexOf(`## ${heading}\n`);
  const end = markdown.indexOf("\n## ", start + 1);
  const lines = markdown.slice(start, end < 0 ? undefined : end).split("\n").filter((line) => line.startsWith("|"));
  return lines.slice(2).map((line) => line.split("|").slice(1, -1).map((cell) => cell.trim()));
}

Deno.test("docs/CHECKLIST.md has every item of CLAIM 2024 and TRIPOD+AI once, in order, each in one of the states", async () => {
  const page = await read("docs/CHECKLIST.md");
  const states = ["here", "partly", "open", "authors", "n/a"];
  const claim = rows(page, "CLAIM 2024");
  assertEquals(claim.map(([item]) => item), Array.from({ length: 44 }, (_, i) => `${i + 1}`));
  const tripod = rows(page, "TRIPOD+AI");
  // How many parts each of the 27 items has; 1 is an item without parts.
  const parts = [1, 1, 3, 1, 2, 3, 1, 3, 3, 1, 1, 7, 1, 1, 1, 1, 1, 6, 1, 3, 1, 1, 2, 1, 1, 1, 3];
  const items = parts.flatMap((count, i) =>
    count === 1 ? [`${i + 1}`] : Array.from({ length: count }, (_, part) => `${i + 1}${"abcdefg"[part]}`)
  );
  assertEquals(items.length, 52);
  assertEquals(tripod.map(([item]) => item), items);
  for (const [item, , state, where] of claim) assert(states.includes(state!) && where !== "", `CLAIM ${item}`);
  for (const [item, , , state, where] of tripod) assert(states.includes(state!) && where !== "", `TRIPOD+AI ${item}`);
});

/** What a module declares and exports, types among it. */
function exportedNames(source: string): string[] {
  const declarations = source.matchAll(/^export (?:async )?(?:function\*?|const|class|interface|type) (\w+)/gm);
  return [...declarations].map(([, name]) => name!);
}

/** The names in a file's calls of `Deno.test`, with "…" for what a template fills in. */
function testNames(source: string): string[] {
  const calls = source.matchAll(/\bDeno\.test\(\s*(?:\{\s*name:\s*)?(["`])([^]*?)\1/g);
  return [...calls].map(([, , name]) => name!.replaceAll(/\$\{[^}]*\}/g, "…"));
}

const readIfThere = (path: string) => read(path).catch(() => undefined);

/** What is wrong with the file and the symbol of a row; undefined if the file exports it. */
async function symbolFault(file: string, symbol: string): Promise<string | undefined> {
  if (file === "none" && symbol === "none") return undefined;
  const [, path, target] = /^\[(lib\/[^\]]+\.ts)\]\(\.\.\/([^)]+)\)$/.exec(file) ?? [];
  if (path === undefined || path !== target) return `no link to a file of lib: ${file}`;
  const source = await readIfThere(path);
  if (source === undefined) return `there is no file ${path}`;
  const [, name = ""] = /^`(\w+)`$/.exec(symbol) ?? [];
  return exportedNames(source).includes(name) ? undefined : `${path} exports no ${symbol}`;
}

async function sectionFault(section: string): Promise<string | undefined> {
  if (section === "none") return undefined;
  const [, number, heading, path] = /^\[(\d\d), _([^_]+)_\]\(\.\.\/(notebooks\/[^)]+)\)$/.exec(section) ?? [];
  if (!path?.startsWith(`notebooks/${number}_`)) return `no link to a section of a notebook: ${section}`;
  if (await readIfThere(path) === undefined) return `there is no file ${path}`;
  const found = await notebookHeadings(new URL(path, root));
  return found.includes(heading!) ? undefined : `${path} has no section "${heading}"`;
}

async function testFault(test: string): Promise<string | undefined> {
  if (test === "none") return undefined;
  const [, text, path, name] = /^\[([^\]]+\.ts)\]\(\.\.\/(tests\/[^)]+)\), "(.+)"$/.exec(test) ?? [];
  if (!path?.endsWith(`/${text}`)) return `no link to a file of tests with a name: ${test}`;
  const source = await readIfThere(path);
  if (source === undefined) return `there is no file ${path}`;
  const { length } = testNames(source).filter((one) => one.startsWith(name!));
  return length === 1 ? undefined : `${length} tests of ${path} begin with "${name}"`;
}

Deno.test("docs/PAPER.md: of every row file, symbol, section and test exist, and the status is one of three", async () => {
  const page = await read("docs/PAPER.md");
  const all = ["Methods", "Experiments", "Results"].flatMap((heading) => rows(page, heading));
  assertEquals(all.map(([number]) => number), Array.from({ length: all.length }, (_, i) => `${i + 1}`));
  assert(all.length >= 35, `${all.length} rows`);
  const wrong: string[] = [];
  for (const [number, sentence, file, symbol, section, test, status, ...more] of all) {
    const isStatus = /^(as written|(chosen|different): .+)$/.test(status ?? "");
    const faults = [
      sentence === "" || more.length > 0 ? "not a sentence and five cells about it" : undefined,
      await symbolFault(file!, symbol!),
      await sectionFault(section!),
      await testFault(test!),
      isStatus ? undefined : `no status of the three: ${status}`,
    ];
    wrong.push(...faults.filter((fault) => fault !== undefined).map((fault) => `row ${number}, ${sentence}: ${fault}`));
  }
  assertEquals(wrong, []);
});

Deno.test("docs/WEIGHTS.md has the catalogue's hashes", async () => {
  const listed = rows(await read("docs/WEIGHTS.md"), "Their hashes");
  const hashed = CATALOGUE.flatMap(({ name, sha256 }) => sha256 === undefined ? [] : [[name, sha256]]);
  assertEquals(listed.map(([name, hash]) => [name!.replaceAll("`", ""), /[0-9a-f]+/.exec(hash!)![0]]), hashed);
});

Deno.test("docs/MODEL_CARD.md quotes the lung U-Net's evaluation", async () => {
  const { phantoms: { summary: { unet } } } = JSON.parse(await read("data/lungs/evaluation.json"));
  assertStringIncludes(await read("docs/MODEL_CARD.md"), `mean ${unet.mean.toFixed(3)}, least ${unet.min.toFixed(3)}`);
});

Deno.test("CITATION.cff has the version and the licence of deno.json", async () => {
  const { version, license } = JSON.parse(await read("deno.json"));
  const citation = await read("CITATION.cff");
  assertStringIncludes(citation, `\nversion: ${version}\n`);
  assertStringIncludes(citation, `\nlicense: ${license}\n`);
});
