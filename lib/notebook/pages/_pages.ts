import { basename } from "node:path";
import type { CodeCell, NotebookCell, NotebookDocument } from "../_notebook_document.ts";
import { createMarkdown, type Heading, highlight, type MarkdownOptions } from "./_markdown.ts";
import { type Markup, markup, type MarkupPart, trusted } from "./_markup.ts";
import { outputHtml } from "./_output.ts";
import { type Site, siteLink, type SitePage } from "./write_report.ts";

/** Makes a page of a Markdown document. */
export function documentPage(
  text: string,
  { site, page }: { readonly site: Site; readonly page: SitePage & { readonly source: string } },
): Omit<PageContent, "run"> {
  const { body, headings } = createMarkdown()(text, {
    link: (href) => siteLink(site, page.source, href),
    notebooks: site.pages.flatMap(({ source }) => source?.endsWith(".ipynb") ? [basename(source)] : []),
  });
  return {
    file: page.file,
    title: page.title,
    headings,
    body: markup`<div class="prose">${body}</div>`,
    source: `Made from ${basename(page.source)}.`,
  };
}

/** Makes a page of a notebook: its prose, its code, and the outputs of the code. */
export function notebookPage(
  { cells, metadata }: NotebookDocument,
  { site, page }: { readonly site: Site; readonly page: SitePage & { readonly source: string } },
): Omit<PageContent, "run"> {
  const markdown = createMarkdown();
  const notebooks = site.pages.flatMap(({ source }) => source?.endsWith(".ipynb") ? [basename(source)] : []);
  const options: MarkdownOptions = {
    link: (href) => siteLink(site, page.source, href),
    notebooks: notebooks.filter((name) => name !== basename(page.source)),
  };
  const language = languageOf(metadata);
  const headings: Heading[] = [];
  const body = cells.map((cell, i): Markup => {
    if (cell.cell_type === "code") return codeCell(cell, { id: `cell-${i + 1}`, language });
    if (cell.cell_type === "raw") return markup`<pre class="prose">${cell.source}</pre>`;
    const prose = markdown(cell.source, { ...options, pictures: attachments(cell) });
    headings.push(...prose.headings);
    return markup`<div class="prose">${prose.body}</div>`;
  });
  return {
    file: page.file,
    title: page.title,
    headings,
    body: body.length > 0 ? body : markup`<p class="note">This notebook has no cells.</p>`,
    source: `Made from the notebook ${basename(page.source)} and the outputs it was saved with.`,
  };
}

/** The title of a notebook: its first heading, or else the name of its file. */
export function notebookTitle({ cells }: NotebookDocument, source: string): string {
  for (const cell of cells) {
    const [heading] = cell.cell_type === "markdown" ? createMarkdown()(cell.source).headings : [];
    if (heading) return heading.text;
  }
  return basename(source, ".ipynb");
}

function codeCell(
  { source, outputs, execution_count }: CodeCell,
  { id, language }: { readonly id: string; readonly language: string },
): Markup {
  const count = execution_count === null ? "Code, not run" : `Code [${execution_count}]`;
  const code = markup`<pre tabindex="0"><code>${highlight(source, language)}</code></pre>`;
  return markup`<section class="cell" id="${id}" aria-label="${count}">
<details open><summary>${count}</summary>${code}</details>
${outputs.map((output, i) => outputHtml(output, `${id}-${i + 1}`))}
</section>
`;
}

function languageOf(metadata: NotebookDocument["metadata"]): string {
  const { language_info, kernelspec } = metadata as Record<string, Record<string, unknown> | undefined>;
  return `${language_info?.name ?? kernelspec?.language ?? "typescript"}`.toLowerCase();
}

/** The pictures attached to a Markdown cell, by the addresses that it uses. */
function attachments(cell: NotebookCell): Readonly<Record<string, string>> {
  const { attachments = {} } = cell as { readonly attachments?: Record<string, Record<string, unknown>> };
  const pictures = Object.entries(attachments).flatMap(([name, bundle]) => {
    const [type, data] = Object.entries(bundle).find(([type]) => type.startsWith("image/")) ?? [];
    const base64 = Array.isArray(data) ? data.join("") : `${data}`;
    return type ? [[`attachment:${encodeURI(name)}`, `data:${type};base64,${base64.replace(/\s/g, "")}`]] : [];
  });
  return Object.fromEntries(pictures);
}

/** What differs from page to page. */
export interface PageContent {
  /** File name in the folder of the site. */
  readonly file: string;
  readonly title: string;
  /** Where the numbers on the page come from, in one line. */
  readonly run: string;
  readonly headings: readonly Heading[];
  readonly body: MarkupPart;
  /** What the page was made from, in one line. */
  readonly source: string;
}

/** Nothing runs and nothing is loaded, whatever the notebook contains. */
const POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

/** Whether a page was made here, by this version or an earlier one: no other pages have this policy and this link. */
export function isOwnPage(html: string): boolean {
  return html.includes(`content="${POLICY}"`) && html.includes(SKIP_LINK.html);
}

const SKIP_LINK = trusted('<a class="skip" href="#main">Skip to the text</a>');

/** Writes a whole page, which needs no other file. */
export async function page(site: Site, { file, title, run, headings, body, source }: PageContent): Promise<string> {
  const style = await Deno.readTextFile(new URL("./page.css", import.meta.url));
  const contents = headings.filter(({ level }) => level === 2 || level === 3);
  return markup`<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<style>
${trusted(style)}</style>
</head>
<body>
${SKIP_LINK}
<header>
<nav aria-label="Pages"><ul>${site.pages.map((other) => pageLink(other, file))}</ul></nav>
<p class="run">${run}</p>
</header>
<div class="columns">
${contents.length > 1 ? tableOfContents(contents) : undefined}
<main id="main">
${body}
</main>
</div>
<footer>
<p>${source}</p>
${file === INDEX ? undefined : markup`<p><a href="${INDEX}">All results of this run, and how each came to be</a></p>`}
</footer>
</body>
</html>
`.html;
}

const INDEX = "index.html";

function pageLink({ file, title }: Site["pages"][number], current: string): Markup {
  const here = file === current ? trusted(' aria-current="page"') : undefined;
  return markup`<li><a href="${file}"${here}>${title}</a></li>`;
}

function tableOfContents(headings: readonly Heading[]): Markup {
  const items = headings.map(({ level, id, text }) =>
    markup`<li class="level-${level}"><a href="#${id}">${text}</a></li>`
  );
  return markup`<nav class="contents" aria-label="On this page"><p>On this page</p><ul>${items}</ul></nav>`;
}
