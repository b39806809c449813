import { slug } from "github-slugger";
import { existsSync } from "node:fs";
import { basename, dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { InputError, writeAtomic } from "@ctsurv/base/mod.ts";
import {
  type AggregationResult,
  type CostResult,
  readAggregation,
  readCosts,
  readIfThere,
  readTable1,
  readTable2,
  readVerdicts,
  resultFiles,
  type Table1Result,
  type Table2Result,
  type Verdicts,
} from "@ctsurv/report/mod.ts";
import { type NotebookDocument, readNotebook } from "../_notebook_document.ts";
import { indexPage } from "./_index_page.ts";
import { documentPage, isOwnPage, notebookPage, notebookTitle, page, type PageContent } from "./_pages.ts";

/** The results in a run's folder; undefined for those that it has not made. */
export interface RunResults {
  readonly table1: Table1Result | undefined;
  readonly table2: Table2Result | undefined;
  readonly aggregation: AggregationResult | undefined;
  readonly costs: CostResult | undefined;
  readonly verdicts: Verdicts | undefined;
  /** Figures as SVG, by path in the folder. */
  readonly figures: readonly { readonly file: string; readonly svg: string }[];
  /** Every other file, by path in the folder, sorted, without the pages. */
  readonly files: readonly string[];
}

/**
 * Reads the results of a run.
 *
 * @throws {InputError} If a file of results holds something else.
 */
async function readRunResults(folder: string): Promise<RunResults> {
  const all = (await resultFiles(folder)).filter((file) => !/(\.(html|partial)|(^|\/)\.[^/]*)$/.test(file));
  const svgs = all.filter((file) => file.endsWith(".svg"));
  return {
    table1: await readIfThere(folder, "table1.json", readTable1),
    table2: await readIfThere(folder, "table2.json", readTable2),
    aggregation: await readIfThere(folder, "aggregation.json", readAggregation),
    costs: await readIfThere(folder, "cost.json", readCosts),
    verdicts: await readIfThere(folder, "verdicts.json", readVerdicts),
    figures: await Promise.all(
      svgs.map(async (file) => ({ file, svg: await Deno.readTextFile(join(folder, file)) })),
    ),
    files: all.filter((file) => !svgs.includes(file)),
  };
}

/** A page and what it is made from. */
export interface SitePage {
  /** File name in the folder of the site: `01_preprocessing.html`. */
  readonly file: string;
  readonly title: string;
  /** The notebook or document; none for the index. */
  readonly source?: string;
}

/** The pages of one folder of results. */
export interface Site {
  /** Absolute. */
  readonly folder: string;
  /** In order, the index first. */
  readonly pages: readonly SitePage[];
}

const checkout = fileURLToPath(new URL("../../../", import.meta.url));

/**
 * Gives the target of a link on the page of its source: another page, or a file if both are within the project or the
 * folder of the site. Otherwise there is no target, as the folder may be read on another machine. Anchors as Jupyter
 * writes them become GitHub's.
 */
export function siteLink({ folder, pages }: Site, source: string, href: string): string | undefined {
  const [path = "", fragment] = href.split("#", 2);
  const anchor = fragment ? `#${slug(decode(fragment))}` : "";
  if (path === "") return anchor || undefined;
  const target = resolve(dirname(source), decode(path));
  const isNotebook = target.endsWith(".ipynb");
  const page = pages.find((page) =>
    page.source !== undefined &&
    (resolve(page.source) === target || (isNotebook && basename(page.source) === basename(target)))
  );
  if (page) return page.file + anchor;
  const root = [folder, checkout].find((root) => isWithin(target, root) && isWithin(folder, root));
  if (root === undefined || !existsSync(target)) return undefined;
  return relative(folder, target).split("/").map(encodeURIComponent).join("/") + (fragment ? `#${fragment}` : "");
}

function isWithin(path: string, folder: string): boolean {
  return !relative(folder, path).startsWith("..");
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    // A lone "%" is itself.
    return text;
  }
}

/** Options of {@linkcode writeReport}. */
export interface ReportOptions {
  /** Paths of executed notebooks, in order. */
  readonly notebooks: readonly string[];
  /** Paths of Markdown documents; those that do not exist are left out. @default {none} */
  readonly documents?: readonly string[];
}

type Sourced = SitePage & { readonly source: string };

/**
 * Writes web pages into a folder of results: one for each notebook and document, and an index. A page is one file that
 * needs no other. Nothing is run. The same notebooks and results give the same bytes.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { basename } from "node:path";
 * import { writeReport } from "@ctsurv/ctsurv/notebook";
 *
 * const folder = await Deno.makeTempDir();
 * const document = `${folder}/methods.md`;
 * await Deno.writeTextFile(document, "# Methods\n\nFive folds.\n");
 * const pages = await writeReport(folder, { notebooks: [], documents: [document] });
 * assertEquals(pages.map((path) => basename(path)), ["index.html", "methods.html"]);
 * await Deno.remove(folder, { recursive: true });
 * ```
 *
 * @returns The paths of the pages, the index first.
 * @throws {InputError} If there is no such folder, a notebook or a file of results is not what it should be, two pages
 *   would have the same name, or one would be written over a page of somebody else.
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
    executed.set(sitePage(path, notebookTitle(document, path)), document);
  }
  const texts = documents.filter((path) => existsSync(path)).map((path) =>
    sitePage(path, documentTitles[basename(path)] ?? basename(path, ".md"))
  );
  const site: Site = {
    folder: resolve(folder),
    pages: [{ file: "index.html", title: "Results" }, ...executed.keys(), ...texts],
  };
  refuseSameFiles(site.pages);
  await refuseForeignPages(folder, site.pages.flatMap(({ source }) => source ?? []));
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

/**
 * Refuses a folder in which a page would be written over one of somebody else.
 *
 * @param sources Paths of the notebooks and documents; the index is always among the pages.
 * @throws {InputError} With the page, which is left as it is.
 */
export async function refuseForeignPages(folder: string, sources: readonly string[]): Promise<void> {
  for (const file of ["index.html", ...sources.map((source) => pageFile(source))]) {
    const path = join(folder, file);
    const html = await Deno.readTextFile(path).catch((error) => {
      if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) return undefined;
      throw error;
    });
    if (html === undefined || isOwnPage(html)) continue;
    throw new InputError(
      `${path} was not made by ctsurv, and would be written over. Give a folder of results, or move that page elsewhere`,
    );
  }
}

function pageFile(source: string): string {
  return `${basename(source).replace(/\.(ipynb|md)$/, "").toLowerCase()}.html`;
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

function sitePage(source: string, title: string): Sourced {
  return { file: pageFile(source), title, source: resolve(source) };
}

/** Cohort, profile, weights and commit of the results in a folder, in one line. A notebook may be from another run. */
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
