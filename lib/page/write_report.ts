import { existsSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { InputError, writeAtomic } from "@ctsurv/common/mod.ts";
import { type NotebookDocument, readNotebook } from "@ctsurv/notebook/mod.ts";
import { documentPage } from "./document_page.ts";
import { indexPage } from "./index_page.ts";
import { notebookPage, notebookTitle } from "./notebook_page.ts";
import { page, type PageContent } from "./page.ts";
import { readRunResults, type RunResults } from "./run_results.ts";
import type { Site, SitePage } from "./site.ts";

export interface ReportOptions {
  /** Paths of executed notebooks, in order. */
  readonly notebooks: readonly string[];
  /** Paths of Markdown documents; those that are not there are left out. */
  readonly documents?: readonly string[];
}

type Sourced = SitePage & { readonly source: string };

/**
 * Writes a page for each notebook and document and an index, each one file that needs no other, into a folder of
 * results. Nothing is run. The same notebooks and results give the same bytes.
 *
 * @returns The pages' paths, the index first.
 * @throws {InputError} If there is no such folder, a notebook or a file of results is not what it should be, or two
 *   pages would have one name.
 */
export async function writeReport(
  folder: string,
  { notebooks, documents = [] }: ReportOptions,
): Promise<readonly string[]> {
  if (!existsSync(folder)) throw new InputError(`${folder}: there is no such folder of results`);
  const results = await readRunResults(folder);
  const executed = new Map<Sourced, NotebookDocument>();
  for (const path of notebooks) {
    const document = await readNotebook(path);
    executed.set(sitePage(path, ".ipynb", notebookTitle(document, path)), document);
  }
  const texts = documents.filter((path) => existsSync(path)).map((path) =>
    sitePage(path, ".md", documentTitles[basename(path)] ?? basename(path, ".md"))
  );
  const site: Site = {
    folder: resolve(folder),
    pages: [{ file: "index.html", title: "Results" }, ...executed.keys(), ...texts],
  };
  refuseSameFiles(site.pages);
  const contents: Omit<PageContent, "run">[] = [
    indexPage(site, results),
    ...[...executed].map(([page, document]) => notebookPage(document, { site, page })),
  ];
  for (const page of texts) contents.push(documentPage(await Deno.readTextFile(page.source), { site, page }));
  const run = describeRun(results);
  for (const content of contents) {
    await writeAtomic(join(folder, content.file), await page(site, { ...content, run }));
  }
  return contents.map(({ file }) => join(folder, file));
}

function refuseSameFiles(pages: Site["pages"]): void {
  const taken = new Set<string>();
  for (const { file, source } of pages) {
    if (taken.has(file)) throw new InputError(`${source}: there is another page ${file}; give it another name`);
    taken.add(file);
  }
}

const documentTitles: Readonly<Record<string, string>> = {
  "MODEL_CARD.md": "Model card",
  "CHECKLIST.md": "Checklist",
};

function sitePage(source: string, ending: string, title: string): Sourced {
  return { file: `${basename(source, ending).toLowerCase()}.html`, title, source: resolve(source) };
}

/** Cohort, profile, weights and commit of a folder's results, in a line. A notebook may have been run on others. */
function describeRun({ table1 }: RunResults): string {
  if (!table1) return "No results yet in this folder";
  const { cohort, profile, models } = table1;
  const commits = models.map(({ provenance }) => {
    const git = provenance?.git;
    return git ? git.commit.slice(0, 12) + (git.dirty ? " with local changes" : "") : "not recorded";
  });
  return [
    `Results in this folder: cohort ${cohort.name}, ${cohort.patients} patients`,
    `profile ${profile}`,
    `${distinct(models.map(({ weights: { kind } }) => kind))} weights`,
    `commit ${distinct(commits)}`,
  ].join(" · ");
}

function distinct(values: readonly string[]): string {
  return [...new Set(values)].join(", ");
}
