import { basename } from "node:path";
import type { CodeCell, NotebookCell, NotebookDocument } from "@ctsurv/notebook/mod.ts";
import { highlight } from "./highlight.ts";
import { type Markup, markup } from "./markup.ts";
import { createMarkdown, type Heading, type MarkdownOptions } from "./markdown.ts";
import { outputHtml } from "./output.ts";
import type { PageContent } from "./page.ts";
import { type Site, siteLink, type SitePage } from "./site.ts";

/** A notebook as a page: its prose, its code, and what the code put out when it was run. */
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

/** What a notebook calls itself: its first heading, else its file's name. */
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

/** Pictures within a Markdown cell, under the addresses by which it shows them. */
function attachments(cell: NotebookCell): Readonly<Record<string, string>> {
  const { attachments = {} } = cell as { readonly attachments?: Record<string, Record<string, unknown>> };
  const pictures = Object.entries(attachments).flatMap(([name, bundle]) => {
    const [type, data] = Object.entries(bundle).find(([type]) => type.startsWith("image/")) ?? [];
    const base64 = Array.isArray(data) ? data.join("") : `${data}`;
    return type ? [[`attachment:${encodeURI(name)}`, `data:${type};base64,${base64.replace(/\s/g, "")}`]] : [];
  });
  return Object.fromEntries(pictures);
}
