import { escapeMarkup } from "@ctsurv/report/mod.ts";

/** Markup that is safe in a page as it is. Only `markup`, `trusted` and `sanitise` make it. */
export interface Markup {
  readonly html: string;
}

/** The parts that `markup` takes: texts are escaped, lists are joined, undefined is left out. */
export type MarkupPart = string | number | Markup | undefined | readonly MarkupPart[];

/**
 * A template for markup that escapes every text put into it. (Under the name `html`, deno fmt would format its content.)
 *
 * @example
 * ```ts ignore
 * markup`<p title="${'"'}">${"1 < 2"}</p>`.html; // <p title="&quot;">1 &lt; 2</p>
 * ```
 */
export function markup(tags: TemplateStringsArray, ...parts: readonly MarkupPart[]): Markup {
  return trusted(tags.reduce((html, tag, i) => html + write(parts[i - 1]) + tag));
}

/** Marks HTML as safe that this program or one of its libraries has made. */
export function trusted(html: string): Markup {
  return { html };
}

function write(part: MarkupPart): string {
  if (part === undefined) return "";
  if (typeof part === "string" || typeof part === "number") return escapeMarkup(`${part}`);
  return "html" in part ? part.html : part.map(write).join("");
}
