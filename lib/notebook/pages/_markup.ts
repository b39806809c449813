import { escapeMarkup } from "@ctsurv/report/mod.ts";

/** Markup that stands in a page as it is. Whoever makes one answers for it: see `markup`, `trusted`, `sanitise`. */
export interface Markup {
  readonly html: string;
}

/** What may stand between the tags of `markup`: texts are escaped, lists are joined, nothing is left out. */
export type MarkupPart = string | number | Markup | undefined | readonly MarkupPart[];

/**
 * A template for markup that escapes every text put into it. (Under the name `html`, deno fmt would lay it out anew.)
 *
 * @example
 * ```ts
 * import { markup } from "@ctsurv/notebook/mod.ts";
 *
 * markup`<p title="${'"'}">${"1 < 2"}</p>`.html; // <p title="&quot;">1 &lt; 2</p>
 * ```
 */
export function markup(tags: TemplateStringsArray, ...parts: readonly MarkupPart[]): Markup {
  return trusted(tags.reduce((html, tag, i) => html + write(parts[i - 1]) + tag));
}

/** Markup that this program or one of its libraries has made, and made safe. */
export function trusted(html: string): Markup {
  return { html };
}

function write(part: MarkupPart): string {
  if (part === undefined) return "";
  if (typeof part === "string" || typeof part === "number") return escapeMarkup(`${part}`);
  return "html" in part ? part.html : part.map(write).join("");
}
