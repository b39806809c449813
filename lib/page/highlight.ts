// @ts-types="./highlight_js.d.ts"
import hljs from "highlight.js/lib/common";
import { type Markup, markup, trusted } from "./markup.ts";

/** Code with its words in spans for the page's colours; as it is if the language is not known. */
export function highlight(code: string, language: string): Markup {
  if (!hljs.getLanguage(language)) return markup`${code}`;
  return trusted(hljs.highlight(code, { language, ignoreIllegals: true }).value);
}
