import { stripVTControlCharacters } from "node:util";
import type { NotebookOutput } from "../_notebook_document.ts";
import { createMarkdown, formula } from "./_markdown.ts";
import { type Markup, markup, trusted } from "./_markup.ts";
import { sanitise } from "./_sanitise.ts";

/** The most characters of a text that a page shows; the notebook has all of them. */
const LONGEST_TEXT = 100_000;

type Data = Readonly<Record<string, unknown>>;

/**
 * Makes markup from one output of a cell: the richest of its representations that a page can show, made safe and
 * without colour codes.
 *
 * @param scope Put before the ids in the output. Each output of a page has its own.
 */
export function outputHtml(output: NotebookOutput, scope: string): Markup {
  switch (output.output_type) {
    case "stream":
      return text(output.text, output.name);
    case "error": {
      const { ename, evalue, traceback } = output;
      const heading = `${ename}: ${evalue}`;
      const lines = traceback.map(plain).filter((line) => line.trim() !== "" && line.trim() !== heading);
      const stack = lines.length > 0 ? markup`<pre tabindex="0">${shorten(lines.join("\n"))}</pre>` : undefined;
      return markup`<div class="output error"><p><strong>${plain(heading)}</strong></p>${stack}</div>`;
    }
    default:
      return displayed(output.data, scope);
  }
}

function displayed(data: Data, scope: string): Markup {
  const description = typeof data["text/plain"] === "string" ? plain(data["text/plain"]) : "";
  for (const [type, show] of Object.entries(shown)) {
    const content = data[type];
    const made = typeof content === "string" ? show(content, { type, scope, description }) : undefined;
    if (made) return made;
  }
  const types = Object.keys(data).join(", ") || "no type";
  return markup`<p class="output note">An output that a page cannot show (${types}); it is in the notebook.</p>`;
}

interface About {
  readonly type: string;
  readonly scope: string;
  readonly description: string;
}

/** Representations by MIME type, the richest first. */
const shown: Readonly<Record<string, (content: string, about: About) => Markup | undefined>> = {
  "text/html": (content, { scope }) => {
    const clean = sanitise(content, { scope });
    return markup`<div class="output scroll" role="region" aria-label="Output" tabindex="0">${clean}</div>`;
  },
  "image/svg+xml": (content, { scope }) => figure(sanitise(content, { scope })),
  "image/png": picture,
  "image/jpeg": picture,
  "image/webp": picture,
  "image/gif": picture,
  "text/markdown": (content) => markup`<div class="output prose">${createMarkdown()(content).body}</div>`,
  "text/latex": (content) => {
    const tex = content.trim().replace(/^(\$\$?)([^]*)\1$/, "$2").replace(/^\\[[(]([^]*)\\[\])]$/, "$1");
    return markup`<div class="output">${formula(tex, { display: true })}</div>`;
  },
  "text/plain": (content) => text(content, "result"),
};

function picture(content: string, { type, description }: About): Markup | undefined {
  const base64 = content.replace(/\s/g, "");
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(base64)) return undefined;
  return figure(markup`<img src="data:${type};base64,${base64}" alt="${description.trim() || "Picture"}">`);
}

function figure(content: Markup): Markup {
  return markup`<figure class="output">${content}</figure>`;
}

/** A text as a terminal shows it in the end. */
function text(content: string, name: "stdout" | "stderr" | "result"): Markup {
  const label = name === "stderr" ? trusted(' aria-label="Written to stderr"') : undefined;
  return markup`<pre class="output ${name}" tabindex="0"${label}>${shorten(plain(content)).trimEnd()}</pre>`;
}

/** Removes colours, and all but the last state of a progress bar in a line. */
function plain(content: string): string {
  const lines = stripVTControlCharacters(content).replaceAll("\r\n", "\n").split("\n");
  return lines.map((line) => line.split("\r").filter((drawn) => drawn !== "").at(-1) ?? "").join("\n");
}

function shorten(content: string): string {
  const rest = content.length - LONGEST_TEXT;
  return rest > 0 ? `${content.slice(0, LONGEST_TEXT)}\n… ${rest} more characters are in the notebook` : content;
}
