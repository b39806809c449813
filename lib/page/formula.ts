import temml from "temml";
import { type Markup, markup, trusted } from "./markup.ts";

/** A formula in TeX as MathML, which browsers draw without fonts, style sheets or scripts; wrong TeX as it is. */
export function formula(tex: string, { display }: { readonly display: boolean }): Markup {
  try {
    // Temml's own way of showing errors leans on Object.prototype.__proto__, which Deno does without.
    return trusted(temml.renderToString(tex.trim(), { displayMode: display, throwOnError: true }));
  } catch {
    return markup`<code>${tex}</code>`;
  }
}
