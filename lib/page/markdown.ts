// @ts-types="@types/markdown-it"
import MarkdownIt from "markdown-it";
import { tex } from "@mdit/plugin-tex";
import Slugger from "github-slugger";
import { formula } from "./formula.ts";
import { highlight } from "./highlight.ts";
import type { Markup } from "./markup.ts";
import { sanitize } from "./sanitize.ts";
import { linkMentions } from "./link_mentions.ts";

/** A heading and where it is. */
export interface Heading {
  /** 1 to 6. */
  readonly level: number;
  readonly text: string;
  readonly id: string;
}

export interface Prose {
  readonly body: Markup;
  readonly headings: readonly Heading[];
}

export interface MarkdownOptions {
  /** Where a relative link leads from the page; undefined leaves the text without a link. */
  readonly link?: (href: string) => string | undefined;
  /** File names of the notebooks that have a page: where prose mentions one it becomes a link. */
  readonly notebooks?: readonly string[];
  /** Pictures that a Markdown cell brings along, as data, by address. */
  readonly pictures?: Readonly<Record<string, string>>;
}

/**
 * A renderer of the Markdown of one page, as GitHub and Jupyter write it, with formulae between dollars. It may be
 * called for one text after another: headings get GitHub's anchors, each its own.
 */
export function createMarkdown(): (source: string, options?: MarkdownOptions) => Prose {
  const slugger = new Slugger();
  const markdown = new MarkdownIt({
    html: true,
    linkify: false,
    highlight: (code, language) => highlight(code, language).html,
  });
  markdown.use(tex, { render: (content, display) => formula(content, { display }).html });
  markdown.use(linkMentions);
  markdown.renderer.rules.table_open = () =>
    `<div class="scroll" role="region" aria-label="Table" tabindex="0"><table>`;
  markdown.renderer.rules.table_close = () => "</table></div>";

  return (source, { link, notebooks = [], pictures = {} } = {}) => {
    const env = { notebooks };
    const tokens = markdown.parse(source, env);
    const headings = tokens.flatMap((token, i): Heading[] => {
      if (token.type === "th_open") token.attrSet("scope", "col");
      if (token.type !== "heading_open") return [];
      const text = plainText(tokens[i + 1]?.children ?? []);
      const id = slugger.slug(text);
      token.attrSet("id", id);
      return [{ level: Number(token.tag.slice(1)), text, id }];
    });
    const body = sanitize(markdown.renderer.render(tokens, markdown.options, env), {
      pictures,
      ...link && { link },
    });
    return { body, headings };
  };
}

function plainText(tokens: readonly { readonly type: string; readonly content: string }[]): string {
  return tokens.filter(({ type }) => type !== "html_inline").map(({ type, content }) =>
    type === "softbreak" ? " " : content
  ).join("");
}
