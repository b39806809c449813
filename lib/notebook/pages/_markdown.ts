import { tex } from "@mdit/plugin-tex";
import Slugger from "github-slugger";
// @ts-types="./_highlight_js.d.ts"
import hljs from "highlight.js/lib/common";
// @ts-types="@types/markdown-it"
import MarkdownIt from "markdown-it";
import temml from "temml";
import { type Markup, markup, trusted } from "./_markup.ts";
import { sanitise } from "./_sanitise.ts";

/** Turns TeX into MathML, which browsers draw without fonts, style sheets or scripts. Wrong TeX stays as it is. */
export function formula(tex: string, { display }: { readonly display: boolean }): Markup {
  try {
    // Temml's own way of showing errors leans on Object.prototype.__proto__, which Deno does without.
    return trusted(temml.renderToString(tex.trim(), { displayMode: display, throwOnError: true }));
  } catch {
    return markup`<code>${tex}</code>`;
  }
}

/** Puts the words of code into spans for the colours of the page. Code in an unknown language stays as it is. */
export function highlight(code: string, language: string): Markup {
  if (!hljs.getLanguage(language)) return markup`${code}`;
  return trusted(hljs.highlight(code, { language, ignoreIllegals: true }).value);
}

type Token = ReturnType<MarkdownIt["parse"]>[number];

/**
 * A markdown-it plugin that links to notebooks: "notebook 2" in prose, and the file name of a notebook as code. The
 * notebook has to be one of `env.notebooks`, which are file names.
 */
function linkMentions(markdown: MarkdownIt): void {
  markdown.core.ruler.push("link_mentions", ({ tokens, env, Token }) => {
    const { notebooks = [] } = env as { readonly notebooks?: readonly string[] };
    const anchor = (href: string, inner: Token): Token[] => {
      const open = new Token("link_open", "a", 1);
      open.attrSet("href", href);
      return [open, inner, new Token("link_close", "a", -1)];
    };
    const linked = (token: Token): Token[] => {
      if (token.type === "code_inline") {
        const name = notebooks.find((notebook) => token.content.split("/").at(-1) === notebook);
        return name ? anchor(name, token) : [token];
      }
      if (token.type !== "text") return [token];
      return token.content.split(/(\bnotebook [1-9]\b)/i).flatMap((content) => {
        const text = Object.assign(new Token("text", "", 0), { content });
        const number = /^notebook ([1-9])$/i.exec(content)?.[1];
        const name = number && notebooks.find((notebook) => notebook.startsWith(`0${number}_`));
        return name ? anchor(name, text) : [text];
      });
    };
    for (const token of tokens) {
      let depth = 0;
      token.children = token.type === "inline"
        ? token.children!.flatMap((child) => {
          if (child.type === "link_open") depth++;
          if (child.type === "link_close") depth--;
          return depth > 0 ? [child] : linked(child);
        })
        : token.children;
    }
  });
}

/** A heading and its anchor. */
export interface Heading {
  /** 1 to 6. */
  readonly level: number;
  readonly text: string;
  readonly id: string;
}

/** Markdown as markup, and its headings in order. */
export interface Prose {
  readonly body: Markup;
  readonly headings: readonly Heading[];
}

/** Options for one text of a page. */
export interface MarkdownOptions {
  /** Gives the target of a relative link; undefined leaves the text without a link. */
  readonly link?: (href: string) => string | undefined;
  /** File names of the notebooks that have a page: mentions of them become links. */
  readonly notebooks?: readonly string[];
  /** The attached pictures of a Markdown cell, as data, by address. */
  readonly pictures?: Readonly<Record<string, string>>;
}

/**
 * Makes a renderer for the Markdown of one page, as GitHub and Jupyter write it, with formulae between dollars. Call it
 * for one text after another: each heading gets GitHub's anchor, and no two of a page are the same.
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
    const body = sanitise(markdown.renderer.render(tokens, markdown.options, env), {
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
