import { basename } from "node:path";
import { markup } from "./markup.ts";
import { createMarkdown } from "./markdown.ts";
import type { PageContent } from "./page.ts";
import { type Site, siteLink, type SitePage } from "./site.ts";

/** A Markdown document as a page. */
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
