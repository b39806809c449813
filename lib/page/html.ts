import { escapeMarkup } from "@ctsurv/report/mod.ts";

/** Markup that stands in a page as it is. Whoever makes one answers for it: see `html`, `trusted`, `sanitize`. */
export interface Html {
  readonly markup: string;
}

/** What may stand between the tags of `html`: texts are escaped, lists are joined, nothing is left out. */
export type HtmlPart = string | number | Html | undefined | readonly HtmlPart[];

/**
 * A template for markup that escapes every text put into it.
 *
 * @example
 * ```ts
 * import { html } from "@ctsurv/page/mod.ts";
 *
 * html`<p title="${'"'}">${"1 < 2"}</p>`.markup; // <p title="&quot;">1 &lt; 2</p>
 * ```
 */
export function html(tags: TemplateStringsArray, ...parts: readonly HtmlPart[]): Html {
  return trusted(tags.reduce((markup, tag, i) => markup + write(parts[i - 1]) + tag));
}

/** Markup that this program or one of its libraries has made, and made safe. */
export function trusted(markup: string): Html {
  return { markup };
}

function write(part: HtmlPart): string {
  if (part === undefined) return "";
  if (typeof part === "string" || typeof part === "number") return escapeMarkup(`${part}`);
  return "markup" in part ? part.markup : part.map(write).join("");
}
