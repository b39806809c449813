import { assertEquals } from "@std/assert";
import { fileURLToPath } from "node:url";
import { paper } from "@ctsurv/analysis/mod.ts";
import { readNotebook } from "@ctsurv/notebook/_notebook_document.ts";

/*
 * Prose of a notebook holds for any cohort. What a run computes is said by a cell. So digits that look like a result have
 * no place in a markdown cell, unless they are the paper's, or one of the definitions and settings that are listed here.
 */

const folder = fileURLToPath(new URL("../../notebooks/", import.meta.url));
const notebooks = [...Deno.readDirSync(folder)].map(({ name }) => name).filter((name) => name.endsWith(".ipynb"))
  .sort();

/** Definitions, settings and facts of the architectures, by notebook. Each has to be there, word for word. */
const definitions: Readonly<Record<string, readonly string[]>> = {
  "01_preprocessing.ipynb": [
    "pixels of 0.8 or 1 mm",
    "more than 2 % lung",
    "months of 30.4375 days",
    "LUNG1 has 422 patients, the paper 415",
    "2 % of a slice is a comparable area",
    "voxels below −400 HU",
    "the first one above 2 % to the last",
    "air that is not at −1000 HU",
    "everything is 1024 HU too high",
    "the threshold from 2 % to 5 %",
  ],
  "02_backbone_comparison.ipynb": [
    "If a curve says 0.3, three of ten such patients",
    "Whoever sets it at 50 %",
    "at 80 %, as bad as a quarter",
  ],
  "03_aggregation_ablation.ipynb": [],
  "04_resnet3d_baseline.ipynb": ["averages it to 16 slices of 112 × 112"],
  "05_claro_transfer.ipynb": [
    "CLARO is small (119 patients",
    "on 119 patients; exercise 1",
    "on 119 patients? Look",
  ],
  "06_beyond_the_paper.ipynb": [],
  "07_multiverse.ipynb": [],
};

/** What a result looks like in prose. */
const RESULT = new RegExp(
  [
    /[−-]?\d+\.\d+/, // 0.628, −0.033
    /\d+ %/,
    /\bp ?[=<] ?\d*/,
    /\b(?:PHANTOM|CLARO|LUNG1)-\d+/,
    /[−-]?\b\d+ (?:of (?:the )?\d+|patients|phantoms|deaths|slices|points|times|HU|million)\b/,
    /\bof (?:all |the )?\d+ (?:patients|phantoms)\b/,
  ].map(({ source }) => source).join("|"),
  "g",
);

/** The numbers that the paper prints, and the differences of its rows; and 0.5, where chance is. */
function reportedNumbers(): ReadonlySet<string> {
  const rows = [...paper.table1.map(({ ctd }) => ctd), ...Object.values(paper.table2)];
  const means = rows.map(({ mean }) => mean);
  const differences = means.flatMap((one) => means.map((other) => Math.abs(one - other)));
  const numbers = [...means, ...rows.flatMap(({ std }) => std ?? []), ...differences];
  const gflops = Object.values(paper.gflops).map((cost) => cost.toFixed(1));
  return new Set([...numbers.map((number) => number.toFixed(3)), ...gflops, "0.5"]);
}

/** The prose of a markdown cell: no code, no formulae, no addresses of links. */
function proseOf(markdown: string): string {
  return markdown
    .replaceAll(/```[^]*?```/g, " ")
    .replaceAll(/\$\$[^]*?\$\$/g, " ")
    .replaceAll(/\$[^$]*\$/g, " ")
    .replaceAll(/`[^`]*`/g, " ")
    .replaceAll(/\]\([^)]*\)/g, "]")
    .replaceAll(/\s+/g, " ");
}

/** The parts of a text that look like a result and are neither reported nor listed. */
function resultsIn(prose: string, allowed: readonly string[]): string[] {
  const reported = reportedNumbers();
  const rest = allowed.reduce((text, phrase) => text.replaceAll(phrase, " … "), prose);
  return [...rest.matchAll(RESULT)]
    .filter(([found]) => !reported.has(found))
    .map(({ 0: found, index }) => `${rest.slice(Math.max(0, index - 30), index + found.length + 20)}`);
}

async function markdownOf(name: string): Promise<{ readonly id: string; readonly prose: string }[]> {
  const { cells } = await readNotebook(`${folder}${name}`);
  return cells.filter(({ cell_type }) => cell_type === "markdown")
    .map(({ id, source }) => ({ id: `${id}`, prose: proseOf(source) }));
}

for (const name of notebooks) {
  Deno.test(`${name}: prose has no digits of results, and each definition that is listed is there`, async () => {
    const cells = await markdownOf(name);
    const allowed = definitions[name] ?? [];
    const found = cells.flatMap(({ id, prose }) => resultsIn(prose, allowed).map((text) => `${id}: ${text}`));
    assertEquals(found, []);
    assertEquals(allowed.filter((phrase) => !cells.some(({ prose }) => prose.includes(phrase))), []);
  });
}

Deno.test("a result in prose is found, whatever it looks like; the paper's numbers, code and formulae are not", () => {
  for (
    const sentence of [
      "its pooled Ctd is 0.628 here",
      "it is −0.2 points behind",
      "57 % of the picture",
      "log-rank p = 0.48",
      "p < 0.001",
      "PHANTOM-083 comes first",
      "among the results of 96 phantoms",
      "keeps 43 of 59 slices",
      "from [0.510, 0.655]",
      "up to 250 HU",
      "26 times as much",
    ]
  ) assertEquals(resultsIn(proseOf(sentence), []).length > 0, true, sentence);
  for (
    const sentence of [
      "Ctd 0.584 ± 0.054, where 0.5 is chance",
      "the difference is 0.014",
      "54.3 against 2924.6 GFLOPs",
      "`threshold: 0.05` in $x < 0.1$",
      "```ts\nconst a = 0.123;\n```",
      "four heads of 64 numbers",
      "[the page](https://example.org/0.123)",
    ]
  ) assertEquals(resultsIn(proseOf(sentence), []), [], sentence);
});
