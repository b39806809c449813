// @ts-types="./highlight_js.d.ts"
import hljs from "highlight.js/lib/common";
import { type Html, html, trusted } from "./html.ts";

/** Code with its words in spans for the page's colours; as it is if the language is not known. */
export function highlight(code: string, language: string): Html {
  if (!hljs.getLanguage(language)) return html`${code}`;
  return trusted(hljs.highlight(code, { language, ignoreIllegals: true }).value);
}
