import { type Markup, markup, type MarkupPart, trusted } from "./markup.ts";
import type { Heading } from "./markdown.ts";
import type { Site } from "./site.ts";

export interface PageContent {
  /** In the site's folder. */
  readonly file: string;
  readonly title: string;
  /** What the numbers on the page come from, in a line. */
  readonly run: string;
  readonly headings: readonly Heading[];
  readonly body: MarkupPart;
  /** What the page was made from, in a line. */
  readonly source: string;
}

/** Nothing runs and nothing is asked for, whatever a page's notebook held. */
const policy = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

/** A whole page that needs nothing but itself. */
export async function page(site: Site, { file, title, run, headings, body, source }: PageContent): Promise<string> {
  const style = await Deno.readTextFile(new URL("./page.css", import.meta.url));
  const contents = headings.filter(({ level }) => level === 2 || level === 3);
  return markup`<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<style>
${trusted(style)}</style>
</head>
<body>
<a class="skip" href="#main">Skip to the text</a>
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
${file === index ? undefined : markup`<p><a href="${index}">All results of this run, and how each came to be</a></p>`}
</footer>
</body>
</html>
`.html;
}

const index = "index.html";

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
