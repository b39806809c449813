import { assert } from "@std/assert";

const folder = new URL("svg/", import.meta.url);

/** Names of the committed SVGs. */
export function committedSvgs(): string[] {
  return [...Deno.readDirSync(folder)].map(({ name }) => name.replace(/\.svg$/, "")).sort();
}

/**
 * Asserts that a figure is the committed `svg/<name>.svg`, to a thousandth of a px. The bytes of its pictures, which
 * differ between machines, do not count.
 *
 * After a change that is meant, `UPDATE_SVG=1 deno test -A tests/report/figures/svg_test.ts` writes the files anew. Look at
 * those that git says have changed, then commit them.
 */
export async function assertSvg(name: string, svg: string): Promise<void> {
  const file = new URL(`${name}.svg`, folder);
  const drawn = normalise(svg);
  if (Deno.env.get("UPDATE_SVG") === "1") {
    await Deno.mkdir(folder, { recursive: true });
    return await Deno.writeTextFile(file, drawn);
  }
  const committed = await Deno.readTextFile(file).catch(() => "");
  assert(drawn === committed, describe(name, drawn.split("\n"), committed.split("\n")));
}

/** A tag a line, numbers of at most three decimals, pictures without their bytes. */
function normalise(svg: string): string {
  const text = svg
    .replaceAll(/data:image\/(\w+);base64,[\w+/=]+/g, "data:image/$1;base64,")
    .replaceAll(/-?\d+\.\d{4,}(?:e[-+]?\d+)?/g, (number) => `${Number(Number(number).toFixed(3)) + 0}`)
    .replaceAll("><", ">\n<");
  return `${text}\n`;
}

function describe(name: string, drawn: readonly string[], committed: readonly string[]): string {
  const line = drawn.findIndex((text, i) => text !== committed[i]);
  return [
    `The figure is not that of tests/report/figures/svg/${name}.svg. From line ${line + 1} on it is`,
    `  ${drawn[line]}`,
    "and not",
    `  ${committed[line]}`,
    "If it is meant to change: UPDATE_SVG=1 deno test -A tests/report/figures/svg_test.ts, then look at the new file.",
  ].join("\n");
}
