// @ts-types="@types/markdown-it"
import type MarkdownIt from "markdown-it";

type Token = ReturnType<MarkdownIt["parse"]>[number];

/**
 * A markdown-it plugin: "notebook 2" in prose, and a notebook's file name as code, become links to the notebook, if it
 * is one of `env.notebooks`, by file name.
 */
export function linkMentions(markdown: MarkdownIt): void {
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
