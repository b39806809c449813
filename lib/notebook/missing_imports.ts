import { readNotebook } from "./_notebook_document.ts";

/**
 * The imports of a notebook that this version of ctsurv does not have, for people: folders, and names of folders. Names
 * of types are not looked at, as they leave no trace when cells run.
 *
 * @throws {InputError} If `path` is not a notebook.
 *
 * @example
 * ```ts
 * import { missingImports } from "@ctsurv/ctsurv/notebook";
 * import { assertEquals } from "@std/assert";
 *
 * const path = await Deno.makeTempFile({ suffix: ".ipynb" });
 * const source = 'import { quantile, sum } from "@ctsurv/base/mod.ts";\nimport { table } from "@ctsurv/page/mod.ts";';
 * const cells = [{ cell_type: "code", metadata: {}, source, outputs: [], execution_count: null }];
 * await Deno.writeTextFile(path, JSON.stringify({ nbformat: 4, nbformat_minor: 4, metadata: {}, cells }));
 * assertEquals(await missingImports(path), ["sum from @ctsurv/base/mod.ts", "@ctsurv/page/mod.ts"]);
 * await Deno.remove(path);
 * ```
 */
export async function missingImports(path: string): Promise<string[]> {
  const { cells } = await readNotebook(path);
  const code = cells.filter(({ cell_type }) => cell_type === "code").map(({ source }) => source).join("\n");
  const missing = new Set<string>();
  for (const [, names = "", folder] of code.matchAll(/\bimport\s*\{([^}]*)\}\s*from\s*"@ctsurv\/([\w/]+)\/mod\.ts"/g)) {
    const face = `@ctsurv/${folder}/mod.ts`;
    const found: object | undefined = await import(new URL(`../${folder}/mod.ts`, import.meta.url).href)
      .catch(() => undefined);
    if (!found) missing.add(face);
    else for (const name of valuesOf(names)) if (!(name in found)) missing.add(`${name} from ${face}`);
  }
  return [...missing];
}

/** The names between the braces of an import, without types and without what they are renamed to. */
function valuesOf(names: string): string[] {
  return names.split(",").map((name) => name.trim()).filter((name) => name !== "" && !name.startsWith("type "))
    .map((name) => name.split(/\s/)[0]!);
}
